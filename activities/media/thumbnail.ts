import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { TaskError } from '../../contracts/errors.ts';
import type { MediaProbe } from '../../contracts/media.ts';
import { say } from '../../contracts/said.ts';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import { sizeOf } from './hashed.ts';
import { createTempFolder } from './temp.ts';

/** Longest side of a thumbnail, pixels. */
export const THUMBNAIL_PIXELS = 480;

export interface Thumbnail {
  path: string;
  width: number;
  height: number;
  bytes: number;
}

export interface ThumbnailRequest {
  sourcePath: string;
  probe: MediaProbe;
  /** A `.jpg` file; written whole or not at all, an older one is replaced. */
  outPath: string;
  signal?: AbortSignal;
}

/** Opening frames are often black or a fade: look a little further in. */
const FRAME_AT = 0.15;

async function grabFrame(request: ThumbnailRequest, atMs: number, outputPath: string): Promise<boolean> {
  const { sourcePath, probe, signal } = request;
  const scale = Math.min(1, THUMBNAIL_PIXELS / Math.max(probe.width, probe.height));
  const [width, height] = [probe.width, probe.height].map((side) => Math.max(2, 2 * Math.round((side * scale) / 2)));
  await runFfmpeg(
    {
      inputs: [{ source: sourcePath, options: ['-ss', (atMs / 1000).toFixed(3)] }],
      outputOptions: ['-map', '0:V:0', '-frames:v', '1', '-vf', `scale=${width}:${height},setsar=1`, '-q:v', '4'],
      outputPath,
    },
    { timeoutMs: 60_000, ...(signal ? { signal } : {}) },
  );
  return ((await sizeOf(outputPath)) ?? 0) > 0;
}

async function drawVideo(request: ThumbnailRequest, path: string): Promise<void> {
  try {
    if (await grabFrame(request, request.probe.durationMs * FRAME_AT, path)) return;
    if (await grabFrame(request, 0, path)) return;
  } catch (error) {
    if (!(error instanceof FfmpegError)) throw error;
    const type = error.fault === 'exit' ? 'MediaRejected' : 'Unavailable';
    throw new TaskError(type, say('media.thumbnail', { why: error.message }), {}, { cause: error });
  }
  throw new TaskError('MediaRejected', 'No thumbnail could be made: the video shows no picture.');
}

async function drawImage({ sourcePath }: ThumbnailRequest, path: string): Promise<void> {
  await sharp(sourcePath)
    .rotate()
    .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 80 })
    .toFile(path);
}

/**
 * Makes a JPEG of at most 480 pixels a side: of a video the frame at 15 % of its length, of a picture the picture.
 * @throws TaskError `MediaRejected` when there is no picture to show, `Unavailable` when ffmpeg cannot be run; the
 *   signal's reason when aborted
 */
export async function makeThumbnail(request: ThumbnailRequest): Promise<Thumbnail> {
  const { probe, outPath, signal } = request;
  signal?.throwIfAborted();
  await mkdir(dirname(outPath), { recursive: true });
  const temp = createTempFolder(join(dirname(outPath), 'tmp'));
  return await temp.use(`-${basename(outPath)}.jpg`, async (path) => {
    if (probe.kind === 'video') await drawVideo(request, path);
    else await drawImage(request, path);
    const { width, height } = await sharp(path).metadata();
    const bytes = (await sizeOf(path)) ?? 0;
    await rename(path, outPath);
    return { path: outPath, width, height, bytes };
  });
}
