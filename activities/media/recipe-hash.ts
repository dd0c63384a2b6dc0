import { createHash } from 'node:crypto';
import type { Recipe } from '../../contracts/media.ts';
import type { ImageLimits, VideoLimits } from '../../contracts/platform.ts';
import { withPreset } from '../../contracts/recipes.ts';

/** Raised when the same recipe begins to mean other options, so that older renditions are not taken for new ones. */
const PLAN_VERSION = 1;

const EMPTY_RECIPE: Recipe = { aspect: 'source', fit: 'pad' };

/** Sorted JSON without undefined: equal values give equal text whatever the order of their keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/**
 * A recipe without what changes nothing: `fit` alone, without an aspect to fit to, is an empty recipe, and by what a
 * drawn recipe was drawn and judged is no part of what it makes.
 */
export function normalise(recipe: Recipe | null): Recipe {
  const { seed: _seed, minSsim: _minSsim, ...full } = withPreset({ ...EMPTY_RECIPE, ...recipe });
  if (full.videoCodec === 'platform') delete full.videoCodec;
  return full.aspect === 'source' ? { ...full, fit: 'pad' } : full;
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
}

/** Names what is made of a source: 32 hexadecimal digits, equal for recipes and limits that mean the same. */
export function recipeHash(recipe: Recipe | null, limits: VideoLimits | ImageLimits): string {
  return digest({ version: PLAN_VERSION, recipe: normalise(recipe), limits });
}

/** As {@link recipeHash}, whoever it is for: what is equal here has equal bytes. */
export function contentHash(recipe: Recipe, limits: VideoLimits | ImageLimits): string {
  const { mark: _mark, ...rest } = recipe;
  return recipeHash(rest, limits);
}
