import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { TaskError } from '../../contracts/errors.ts';
import type { MediaProbe } from '../../contracts/media.ts';
import { mediaProbeSchema } from '../../contracts/media.ts';
import { say } from '../../contracts/said.ts';
import { orAborted } from './abort.ts';
import { evictOldest, touch } from './evict.ts';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import { commitFile, hashedPath, hashFile, sizeOf } from './hashed.ts';
import type { PlannedOutput, RenderPlan } from './plan.ts';
import { probeFile } from './probe.ts';
import { createTempFolder } from './temp.ts';

export interface RenderRequest {
  sourcePath: string;
  /** Saves reading the source once more, where the caller knows it. */
  sourceSha256?: string;
  plan: RenderPlan;
  /** Renditions go to `<aa>/<sha256>.<extension>` under it, the notes of what is there to `index`. */
  outFolder: string;
  signal?: AbortSignal;
  /** Share of the output that is written, 0 to 1. */
  onProgress?: (fraction: number) => void;
}

export interface Rendition {
  path: string;
  sha256: string;
  bytes: number;
  probe: MediaProbe;
  /** Likeness to its source, 0 to 1, where it was measured. */
  ssim?: number;
  /** Whether it was there already and nothing was rendered. */
  reused: boolean;
}

const noteSchema = z.object({
  sha256: z.string(),
  extension: z.string(),
  bytes: z.number(),
  probe: mediaProbeSchema,
  ssim: z.number().optional(),
});

/** Slower than this, ffmpeg is stuck: the base covers short clips on a busy machine. */
const TIMEOUT_BASE_MS = 10 * 60_000;
const TIMEOUT_PER_MEDIA_MS = 30;

/** @param outputs how many are made in one run */
export function renderTimeoutMs(durationMs: number, outputs = 1): number {
  return outputs * (TIMEOUT_BASE_MS + TIMEOUT_PER_MEDIA_MS * durationMs);
}

/** A render that is under way in this process, by output: whoever asks for the same one waits and then finds it. */
const underWay = new Map<string, Promise<unknown>>();

/** Whoever asks for what is being made waits for it, and then finds it. */
export async function oneAtATime<Result>(key: string, signal: AbortSignal | undefined, work: () => Promise<Result>) {
  for (let other = underWay.get(key); other; other = underWay.get(key)) {
    await orAborted(
      other.catch(() => undefined),
      signal,
    );
  }
  const own = work().finally(() => underWay.delete(key));
  underWay.set(key, own);
  return await own;
}

export function notePath(outFolder: string, sourceSha256: string, variant: string): string {
  return join(outFolder, 'index', `${sourceSha256}-${variant}.json`);
}

/** What a note says is there, if it is. */
export async function findRendition(outFolder: string, note: string): Promise<Rendition | null> {
  const text = await readFile(note, 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = noteSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { sha256, extension, bytes, probe, ssim } = parsed.data;
  const path = hashedPath(outFolder, sha256, `.${extension}`);
  if ((await sizeOf(path)) !== bytes) return null;
  await touch(path);
  return { path, sha256, bytes, probe, ...(ssim === undefined ? {} : { ssim }), reused: true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a user may read: ffmpeg's own words, without the paths of this machine. */
export function explain(error: FfmpegError, paths: readonly string[]): TaskError {
  const message = paths.reduce((text, path) => text.replaceAll(path, basename(path)), error.message);
  const isOurs =
    error.fault !== 'exit' || /no space left|cannot allocate|permission denied/i.test(error.tail.join(' '));
  const sentence = say('media.not-rendered', { why: message });
  return new TaskError(isOurs ? 'Unavailable' : 'MediaRejected', sentence, {}, { cause: error });
}

/** @throws TaskError `MediaRejected` when the result is not what was planned */
export function checkOutput({ output }: { output: PlannedOutput }, probe: MediaProbe): void {
  if (probe.bytes > output.maxBytes) {
    throw new TaskError(
      'MediaRejected',
      say('media.rendered-bytes', {
        count: probe.bytes.toLocaleString('en'),
        most: output.maxBytes.toLocaleString('en'),
      }),
    );
  }
  if (probe.width !== output.width || probe.height !== output.height) {
    throw new TaskError(
      'MediaRejected',
      say('media.rendered-size', {
        width: probe.width,
        height: probe.height,
        toWidth: output.width,
        toHeight: output.height,
      }),
    );
  }
}

async function render(request: RenderRequest, note: string): Promise<Rendition> {
  const { sourcePath, plan, outFolder, signal, onProgress } = request;
  const extension = `.${plan.output.extension}`;
  return await createTempFolder(join(outFolder, 'tmp')).use(extension, async (path) => {
    try {
      await runFfmpeg(
        {
          inputs: [{ source: sourcePath, options: plan.inputOptions }],
          outputOptions: plan.outputOptions,
          outputPath: path,
        },
        {
          durationMs: plan.output.durationMs,
          timeoutMs: renderTimeoutMs(plan.output.durationMs),
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onProgress } : {}),
        },
      );
    } catch (error) {
      throw error instanceof FfmpegError ? explain(error, [sourcePath, path]) : error;
    }
    const probe = await probeFile(path, signal ? { signal } : {});
    checkOutput(plan, probe);
    return await keepRendition({ path, extension: plan.output.extension, probe, outFolder, note, signal });
  });
}

/** Moves a finished file under its content hash and notes that it is there. */
export async function keepRendition(made: {
  path: string;
  extension: string;
  probe: MediaProbe;
  ssim?: number;
  outFolder: string;
  note: string;
  signal: AbortSignal | undefined;
}): Promise<Rendition> {
  const { path, extension, probe, outFolder, note } = made;
  const { sha256, bytes } = await hashFile(path, made.signal);
  const finalPath = hashedPath(outFolder, sha256, `.${extension}`);
  await commitFile(path, finalPath, bytes);
  const measured = made.ssim === undefined ? {} : { ssim: made.ssim };
  await writeNote(note, { sha256, extension, bytes, probe, ...measured });
  return { path: finalPath, sha256, bytes, probe, ...measured, reused: false };
}

async function writeNote(path: string, note: z.infer<typeof noteSchema>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(note));
  await rename(draft, path);
}

/**
 * Carries out a render plan. The output appears whole under its content hash or not at all; a second call for the same
 * source and plan finds it and returns at once, and calls at the same time share one run of ffmpeg. Options that vary
 * between runs (threads, dates, encoder names) are fixed, so the same source, plan and ffmpeg give the same bytes.
 * @throws TaskError `MediaRejected` when ffmpeg cannot make it or the result breaks the limits, `Unavailable` when it
 *   was killed, stuck, out of space or missing; the signal's reason when aborted, with ffmpeg dead and nothing left
 */
export async function renderRendition(request: RenderRequest): Promise<Rendition> {
  const { sourcePath, plan, outFolder, signal, onProgress } = request;
  signal?.throwIfAborted();
  const sourceSha256 = request.sourceSha256 ?? (await hashFile(sourcePath, signal)).sha256;
  const note = notePath(outFolder, sourceSha256, plan.variant);
  return await oneAtATime(note, signal, async () => {
    const found = await findRendition(outFolder, note);
    if (!found) return await render(request, note);
    onProgress?.(1);
    return found;
  });
}

/** Removes what interrupted renders left behind; call it at start. Returns how many files. */
export async function sweepRenditions(outFolder: string): Promise<number> {
  return await createTempFolder(join(outFolder, 'tmp')).sweep();
}

/**
 * Keeps the folder under `maxBytes` by removing the renditions that were not used for longest; they are rendered again
 * when asked for. One that was used in the last hour may still be on its way to a platform and stays.
 */
export async function evictRenditions(outFolder: string, maxBytes: number): Promise<number> {
  return await evictOldest(outFolder, maxBytes, (_path, idleMs) => idleMs > 3_600_000);
}
