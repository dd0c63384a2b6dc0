import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import { composeGraph } from './graph.ts';
import type { GraphPlan } from './graph-plan.ts';
import { hashFile } from './hashed.ts';
import type { FindLogo } from './overlays.ts';
import { drawOverlays } from './overlays.ts';
import { probeFile } from './probe.ts';
import type { Rendition } from './render.ts';
import { checkOutput, explain, findRendition, keepRendition, notePath, oneAtATime, renderTimeoutMs } from './render.ts';
import { measureSsim } from './ssim.ts';
import { createTempFolder } from './temp.ts';

export interface ComposeRequest {
  sourcePath: string;
  /** Saves reading the source once more, where the caller knows it. */
  sourceSha256?: string;
  sourceDurationMs: number;
  plans: readonly GraphPlan[];
  findLogo: FindLogo;
  /** As for `renderRendition`. */
  outFolder: string;
  signal?: AbortSignal;
  /** Share of the outputs that is written, 0 to 1. */
  onProgress?: (fraction: number) => void;
}

export interface Composed extends Rendition {
  /** Likeness to the source after geometry and timing, 0 to 1. */
  ssim: number;
}

const isMeasured = (found: Rendition | null): found is Composed => found?.ssim !== undefined;

/** Rendering is this much of the whole; the rest is comparing. */
const RENDER_SHARE = 0.9;

/** Lays each plan's overlays on disk, in the order in which the graph counts its inputs. */
async function writeOverlays(
  plans: readonly GraphPlan[],
  findLogo: FindLogo,
  folder: ReturnType<typeof createTempFolder>,
  work: (paths: string[]) => Promise<void>,
): Promise<void> {
  const pictures = (await Promise.all(plans.map(({ recipe, frame }) => drawOverlays(recipe, frame, findLogo)))).flat();
  await folder.withPaths(
    pictures.map(() => '.png'),
    async (paths) => {
      for (const [index, picture] of pictures.entries()) await writeFile(paths[index] ?? '', picture);
      await work(paths);
    },
  );
}

interface Missing {
  plan: GraphPlan;
  note: string;
}

async function composeMissing(request: ComposeRequest, missing: readonly Missing[]): Promise<Composed[]> {
  const { sourcePath, sourceDurationMs, outFolder, signal, onProgress } = request;
  const folder = createTempFolder(join(outFolder, 'tmp'));
  const plans = missing.map(({ plan }) => plan);
  const { filterComplex, outputs } = composeGraph(plans, sourceDurationMs);
  const extensions = outputs.flatMap(({ extension }) => [`.${extension}`, '.nut']);
  const longestMs = Math.max(...plans.map(({ output }) => output.durationMs));

  return await folder.withPaths(extensions, async (paths) => {
    const files = outputs.map((output, index) => ({
      ...output,
      path: paths[2 * index] ?? '',
      referencePath: paths[2 * index + 1] ?? '',
    }));
    const [first, ...rest] = files.flatMap(({ options, path, reference, referencePath }) => [
      { options, path },
      { options: reference, path: referencePath },
    ]);
    if (!first) return [];
    await writeOverlays(plans, request.findLogo, folder, async (overlays) => {
      try {
        await runFfmpeg(
          {
            inputs: [
              { source: sourcePath, options: ['-fflags', '+genpts'] },
              ...overlays.map((source) => ({ source })),
            ],
            outputOptions: ['-filter_complex', filterComplex, ...first.options],
            outputPath: first.path,
            moreOutputs: rest,
          },
          {
            durationMs: longestMs,
            timeoutMs: renderTimeoutMs(longestMs, plans.length),
            ...(signal ? { signal } : {}),
            ...(onProgress ? { onProgress: (share: number) => onProgress(share * RENDER_SHARE) } : {}),
          },
        );
      } catch (error) {
        throw error instanceof FfmpegError ? explain(error, [sourcePath, ...paths, ...overlays]) : error;
      }
    });
    const ssims = await measureSsim(
      files.map(({ path, referencePath, every }) => ({ renditionPath: path, referencePath, every })),
      signal,
    );
    const made: Composed[] = [];
    for (const [index, { plan, note }] of missing.entries()) {
      const { path = '', extension = '' } = files[index] ?? {};
      const probe = await probeFile(path, signal ? { signal } : {});
      checkOutput(plan, probe);
      const ssim = ssims[index] ?? 0;
      made.push({ ...(await keepRendition({ path, extension, probe, ssim, outFolder, note, signal })), ssim });
    }
    onProgress?.(1);
    return made;
  });
}

/**
 * Renders any number of renditions of one source with one decode, and measures each. What is there already is not made
 * again; plans of equal content are made once. Answers in the order of the plans.
 * @throws as `renderRendition`; what the finder of logos throws
 */
export async function composeRenditions(request: ComposeRequest): Promise<Composed[]> {
  const { sourcePath, plans, outFolder, signal } = request;
  signal?.throwIfAborted();
  const sourceSha256 = request.sourceSha256 ?? (await hashFile(sourcePath, signal)).sha256;
  const wanted = new Map<string, Missing>();
  for (const plan of plans) {
    wanted.set(plan.content, { plan, note: notePath(outFolder, sourceSha256, plan.content) });
  }
  const key = [...wanted.values()].map(({ note }) => note).join('|');
  const made = await oneAtATime(key, signal, async () => {
    const done = new Map<string, Composed>();
    const missing: Missing[] = [];
    for (const [content, one] of wanted) {
      const found = await findRendition(outFolder, one.note);
      if (isMeasured(found)) done.set(content, found);
      else missing.push(one);
    }
    const fresh = missing.length > 0 ? await composeMissing(request, missing) : [];
    for (const [index, one] of fresh.entries()) {
      const content = missing[index]?.plan.content;
      if (content !== undefined) done.set(content, one);
    }
    return done;
  });
  return plans.map(({ content }) => {
    const one = made.get(content);
    if (!one) throw new Error('A rendition was not made.');
    return one;
  });
}
