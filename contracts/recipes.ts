import type { Recipe } from './media.ts';

/** The parts of a recipe that are drawn between two numbers. */
export const DRAWN_PARTS = [
  'cropPercent',
  'trimStartMs',
  'trimEndMs',
  'speed',
  'brightness',
  'contrast',
  'saturation',
  'hueDegrees',
] as const;
export type DrawnPart = (typeof DRAWN_PARTS)[number];

/** How often a rendition below the floor is made milder before it is refused. */
export const MILDEST = 3;

/** Where a part changes nothing that SSIM sees. Geometry and timing are not here: SSIM is measured after them. */
const NEUTRAL = { brightness: 0, contrast: 1, saturation: 1, hueDegrees: 0 } as const;

const DEFAULT_CRF = 21;
const BEST_CRF = 14;
const CRF_STEP = 3;
const MOST_KBPS = 20_000;
const RATE_STEP = 1.5;

/** Small enough not to be seen, large enough to be another file. */
const VARIATIONS = {
  cropPercent: [0, 3],
  speed: [0.99, 1.01],
  brightness: [-0.02, 0.02],
  contrast: [0.98, 1.02],
  saturation: [0.96, 1.04],
} satisfies Partial<Recipe>;

/** What platforms show best in each shape. */
const PRESETS: Readonly<Record<Exclude<Recipe['preset'], undefined | 'none'>, Partial<Recipe>>> = {
  '9:16': { aspect: '9:16', fit: 'crop', maxHeight: 1920, ...VARIATIONS },
  '1:1': { aspect: '1:1', fit: 'crop', maxHeight: 1080, ...VARIATIONS },
  '16:9': { aspect: '16:9', fit: 'crop', maxHeight: 1080, ...VARIATIONS },
};

/** The recipe with its preset spelled out. What is given goes first; a given aspect brings its own fit. */
export function withPreset(recipe: Recipe): Recipe {
  const { preset, ...given } = recipe;
  if (preset === undefined || preset === 'none') return given;
  const known = PRESETS[preset];
  const shape = given.aspect === 'source' ? { aspect: known.aspect ?? given.aspect, fit: known.fit ?? given.fit } : {};
  return { ...known, ...given, ...shape };
}

/** Values are kept short, because they stand in plans and histories. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

const towards = (neutral: number, value: number, share: number): number => rounded(neutral + (value - neutral) * share);

/**
 * The same recipe, milder in all that SSIM sees: at each level half as far from the source in its colours, and a better
 * encoding. Level 0 is the recipe itself.
 */
export function softenRecipe(recipe: Recipe, level: number): Recipe {
  if (level === 0) return recipe;
  const softer: Recipe = { ...recipe };
  for (const part of Object.keys(NEUTRAL) as (keyof typeof NEUTRAL)[]) {
    const given = recipe[part];
    const share = 0.5 ** level;
    if (given) softer[part] = [towards(NEUTRAL[part], given[0], share), towards(NEUTRAL[part], given[1], share)];
  }
  if (recipe.videoBitrateKbps === undefined) {
    softer.crf = Math.max(BEST_CRF, (recipe.crf ?? DEFAULT_CRF) - CRF_STEP * level);
  } else {
    softer.videoBitrateKbps = Math.min(MOST_KBPS, Math.round(recipe.videoBitrateKbps * RATE_STEP ** level));
  }
  return softer;
}

/** Draws every part of a recipe. `draw` gives a share from 0 up to 1 for the name of a part. */
export function drawParts(recipe: Recipe, draw: (part: DrawnPart) => number): Recipe {
  const drawn: Recipe = { ...recipe };
  for (const part of DRAWN_PARTS) {
    const between = recipe[part];
    if (!between) continue;
    const value = between[0] + (between[1] - between[0]) * draw(part);
    const kept = part.endsWith('Ms') ? Math.round(value) : rounded(value);
    drawn[part] = [kept, kept];
  }
  return drawn;
}
