import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { TaskError } from '../contracts/errors.ts';
import type { MediaProbe, Recipe } from '../contracts/media.ts';
import { DEFAULT_MIN_SSIM, recipeSchema } from '../contracts/media.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import { MILDEST, softenRecipe } from '../contracts/recipes.ts';
import { say } from '../contracts/said.ts';
import type { OwnVariant } from '../contracts/worker-api.ts';
import type { WorkActivities, WorkOutput } from '../contracts/works.ts';
import type { Beating } from './heartbeat.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import type { HeldFile } from './media/cache.ts';
import { composeRenditions } from './media/compose.ts';
import type { GraphPlan } from './media/graph-plan.ts';
import { renderImage } from './media/image-variant.ts';
import { planRendition } from './media/plan.ts';
import { probeFile } from './media/probe.ts';
import { recipeHash } from './media/recipe-hash.ts';
import type { MediaStore } from './media/store.ts';
import { createTempFolder } from './media/temp.ts';

export interface VariantDependencies {
  link: HostLink;
  media: MediaStore;
  /** Where renditions are kept on this host. */
  outFolder: string;
  profiles: Readonly<Record<string, PlatformProfile>>;
}

type Answer = WorkOutput<'renderVariants'>;

/** A rendition that is still to be made. `place` is its place among the recipes of the order. */
interface Wanted {
  place: number;
  recipe: Recipe;
}

interface Tried {
  ssim: number;
  reused: boolean;
  variant: string;
  probe: MediaProbe;
  path: string;
}

type Refuse = (why: string) => void;

/** What all renditions of one file have in common. */
interface Job {
  name: string;
  source: HeldFile;
  sha256: string;
  profile: PlatformProfile;
  logos: (mediaId: string) => Promise<string>;
  beat: Beating;
}

const percent = (ssim: number) => ssim.toFixed(3);

/** Whose rendition it is: part of the variant's name, so that every account has a row of its own. */
const markOf = (accountTaskId: string, place: number) => `${accountTaskId}/${place}`;

function markIn(recipe: unknown): string | undefined {
  return recipeSchema.safeParse(recipe).data?.mark;
}

/** Keeps the files of logos on this host for as long as `work` takes. */
export async function withLogos<Result>(
  { link, media }: VariantDependencies,
  signal: AbortSignal,
  work: (find: (mediaId: string) => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const held = new Map<string, Promise<HeldFile>>();
  const fetchLogo = async (mediaId: string) =>
    media.acquire((await link.mediaAsset(mediaId)).sha256, link.fetchMedia, { signal });
  try {
    return await work(async (mediaId) => {
      const file = held.get(mediaId) ?? fetchLogo(mediaId);
      held.set(mediaId, file);
      return (await file).path;
    });
  } finally {
    for (const file of held.values()) await file.then(({ release }) => release()).catch(() => undefined);
  }
}

export function createVariantWork(dependencies: VariantDependencies): Pick<WorkActivities<'media'>, 'renderVariants'> {
  const { link, media, outFolder, profiles } = dependencies;
  const temp = createTempFolder(join(outFolder, 'tmp'));

  /** All of them with one decode; a recipe that cannot be followed is told to `refuse`. */
  async function composeAll(job: Job, probe: MediaProbe, wanted: readonly Wanted[], refuse: Refuse) {
    const { beat, source } = job;
    const planned: { one: Wanted; plan: GraphPlan }[] = [];
    for (const one of wanted) {
      const plan = planRendition(probe, job.profile.limits.video, one.recipe);
      if (plan.action === 'compose') planned.push({ one, plan });
      else refuse(plan.action === 'reject' ? plan.reasons.join(' ') : 'Nothing is to be made.');
    }
    if (planned.length === 0) return [];
    const made = await composeRenditions({
      sourcePath: source.path,
      sourceSha256: job.sha256,
      sourceDurationMs: probe.durationMs,
      plans: planned.map(({ plan }) => plan),
      findLogo: job.logos,
      outFolder,
      signal: beat.signal,
      onProgress: (fraction) => beat.progress('rendering', fraction),
    });
    return planned.flatMap(({ one, plan }, index) => {
      const rendition = made[index];
      return rendition ? [{ one, tried: { ...rendition, variant: plan.variant } }] : [];
    });
  }

  /** Renders, keeps what is like its source, and answers with what is not. */
  async function tryOnce(
    job: Job,
    wanted: readonly Wanted[],
    keep: (one: Wanted, tried: Tried) => Promise<void>,
    refuse: Refuse,
  ): Promise<{ one: Wanted; ssim: number }[]> {
    const below: { one: Wanted; ssim: number }[] = [];
    const judge = async (one: Wanted, tried: Tried) => {
      if (tried.ssim >= (one.recipe.minSsim ?? DEFAULT_MIN_SSIM)) await keep(one, tried);
      else below.push({ one, ssim: tried.ssim });
    };
    const { limits } = job.profile;
    const source = await probeFile(job.source.path, { signal: job.beat.signal });
    if (source.kind === 'video') {
      for (const { one, tried } of await composeAll(job, source, wanted, refuse)) await judge(one, tried);
      return below;
    }
    for (const one of wanted) {
      await temp.withPaths(['.jpg', '.png'], async ([outPath = '', referencePath = '']) => {
        const { ssim } = await renderImage({
          ...{ sourcePath: job.source.path, name: job.name, limits: limits.image, recipe: one.recipe },
          ...{ findLogo: job.logos, outPath, referencePath, signal: job.beat.signal },
        });
        const probe = await probeFile(outPath, { signal: job.beat.signal });
        const variant = recipeHash(one.recipe, limits.image);
        await judge(one, { ssim, reused: false, variant, probe, path: outPath });
      });
    }
    return below;
  }

  return {
    renderVariants: ({ accountTaskId, platform, input: { mediaId, recipes, mustMake } }) =>
      beating(async (beat) => {
        const profile = profiles[platform];
        if (!profile) throw new TaskError('InvalidInput', say('account.platform', { platform }));
        const ordered = recipes.map((recipe, place): Wanted => {
          return { place, recipe: { ...recipeSchema.parse(recipe), mark: markOf(accountTaskId, place) } };
        });
        beat.progress('looking for what is there');
        const own = new Map<string | undefined, OwnVariant>(
          (await link.ownVariants(accountTaskId))
            .filter(({ assetId }) => assetId === mediaId)
            .map((variant) => [markIn(variant.recipe), variant]),
        );
        const answer: Answer = { renditions: [], refused: [] };
        let wanted: Wanted[] = [];
        for (const one of ordered) {
          const found = own.get(one.recipe.mark);
          if (found) answer.renditions.push({ sha256: found.sha256, ssim: found.ssim ?? 1, reused: true });
          else wanted.push(one);
        }
        if (wanted.length === 0) return answer;

        const asset = await link.mediaAsset(mediaId);
        beat.progress('fetching the source');
        const source = await media.acquire(asset.sha256, link.fetchMedia, { signal: beat.signal });
        try {
          await withLogos(dependencies, beat.signal, async (logos) => {
            const job: Job = { name: asset.fileName, source, sha256: asset.sha256, profile, logos, beat };
            const keep = async ({ recipe }: Wanted, { path, variant, ssim, probe, reused }: Tried) => {
              const file = await openAsBlob(path);
              const saved = { assetId: mediaId, recipeHash: variant, recipe, probe, ssim, accountTaskId, file };
              const { sha256 } = await link.saveVariant(saved);
              answer.renditions.push({ sha256, ssim, reused });
            };
            for (let level = 0; wanted.length > 0; level += 1) {
              const below = await tryOnce(job, wanted, keep, (why) =>
                answer.refused.push(say('file.says', { file: asset.fileName, why })),
              );
              if (level === MILDEST) {
                for (const { one, ssim } of below) answer.refused.push(tooUnlike(asset.fileName, one, ssim));
                break;
              }
              const again = below.map(({ one }) => ordered[one.place]).filter((one) => one !== undefined);
              wanted = again.map((one) => ({ ...one, recipe: softenRecipe(one.recipe, level + 1) }));
            }
          });
        } catch (error) {
          if (!(error instanceof TaskError && error.type === 'MediaRejected')) throw error;
          const left = ordered.length - answer.renditions.length - answer.refused.length;
          answer.refused.push(
            ...Array.from({ length: left }, () => say('file.says', { file: asset.fileName, why: error.message })),
          );
        } finally {
          source.release();
        }
        if (mustMake && answer.renditions.length === 0) {
          throw new TaskError('MediaRejected', answer.refused[0] ?? 'No rendition could be made.');
        }
        return answer;
      }),
  };
}

function tooUnlike(name: string, { recipe }: Wanted, ssim: number): string {
  const floor = recipe.minSsim ?? DEFAULT_MIN_SSIM;
  return say('media.unlike', { file: name, ssim: percent(ssim), floor: percent(floor) });
}
