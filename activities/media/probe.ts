import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { TaskError } from '../../contracts/errors.ts';
import type { MediaProbe } from '../../contracts/media.ts';
import { say } from '../../contracts/said.ts';
import { countMissingBytes } from './boxes.ts';
import { detectFile } from './detect.ts';
import type { ProbeOutput } from './ffmpeg.ts';
import { FfmpegError, runFfprobe } from './ffmpeg.ts';
import { findMissingEnd } from './tail.ts';

export interface ProbeOptions {
  /** The name that the file came with; its own name where not given. Only the extension is looked at. */
  fileName?: string;
  signal?: AbortSignal;
}

/** A picture, or a frame of a video, with more than these is not decoded anywhere: each takes 3 bytes of memory at least. */
const MOST_PIXELS = 100_000_000;

const VIDEO_EXTENSIONS = new Set('mp4 m4v mov mkv webm avi mpg mpeg ts mts m2ts wmv flv 3gp 3g2 ogv'.split(' '));
const IMAGE_EXTENSIONS = new Set('jpg jpeg png webp gif avif heic heif tif tiff bmp jxl'.split(' '));

const streamSchema = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  duration: z.coerce.number().optional(),
  disposition: z.object({ attached_pic: z.number().optional() }).optional(),
  tags: z.object({ rotate: z.coerce.number().optional() }).optional(),
  side_data_list: z.array(z.object({ rotation: z.coerce.number().optional() })).optional(),
});
const outputSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({
    format_name: z.string(),
    duration: z.coerce.number().optional(),
    start_time: z.coerce.number().optional(),
  }),
});
type Stream = z.infer<typeof streamSchema>;

function refuse(sentence: string, cause?: unknown): TaskError {
  return new TaskError('MediaRejected', sentence, {}, { cause });
}

/** `30000/1001` as a number; 0 for `0/0` and anything else that is no ratio. */
export function parseRatio(text: string | undefined, separator = '/'): number {
  const [above, below] = (text ?? '').split(separator).map(Number);
  return above && below && Number.isFinite(above / below) ? above / below : 0;
}

/** ffprobe counts a display matrix counter-clockwise and the older `rotate` tag clockwise. */
function rotationOf(stream: Stream): number {
  const matrix = stream.side_data_list?.find((side) => side.rotation !== undefined)?.rotation;
  const clockwise = matrix !== undefined ? -matrix : (stream.tags?.rotate ?? 0);
  return (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360;
}

function displayedSize(stream: Stream, rotation: number): { width: number; height: number } {
  const width = Math.round((stream.width ?? 0) * (parseRatio(stream.sample_aspect_ratio, ':') || 1));
  const height = stream.height ?? 0;
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** ffprobe gives one name list to several containers; where the first bytes tell more, the list is narrowed. */
function containerName(formatName: string, ext: string): string {
  if (ext === 'mov') return 'mov';
  if (ext === 'webm') return 'webm';
  if (ext === 'mkv') return 'matroska';
  return formatName;
}

function holdAgainstName(kind: 'video' | 'image', ext: string, fileName: string): void {
  const claimed = extname(fileName).slice(1).toLowerCase();
  const other = kind === 'video' ? IMAGE_EXTENSIONS : VIDEO_EXTENSIONS;
  if (!other.has(claimed)) return;
  throw refuse(say(kind === 'video' ? 'media.misnamed-video' : 'media.misnamed-picture', { name: claimed, type: ext }));
}

async function probeImage(path: string, ext: string, bytes: number): Promise<MediaProbe> {
  try {
    const options = { failOn: 'truncated', limitInputPixels: MOST_PIXELS } as const;
    const image = sharp(path, options);
    const { width, height, orientation = 1, format } = await image.metadata();
    // Reading the header says nothing about the rest: decode it once, small, to find a picture that was cut short.
    await sharp(path, options).resize(64, 64, { fit: 'inside' }).raw().toBuffer();
    const turned = orientation >= 5;
    return {
      kind: 'image',
      container: format ?? ext,
      bytes,
      width: turned ? height : width,
      height: turned ? width : height,
      durationMs: 0,
      frameRate: 0,
      videoCodec: null,
      audioCodec: null,
      rotation: [0, 0, 0, 180, 180, 90, 90, 270, 270][orientation] ?? 0,
    };
  } catch (error) {
    throw explainImage(error, ext);
  }
}

function explainImage(error: unknown, ext: string): TaskError {
  const message = error instanceof Error ? error.message : String(error);
  if (/exceeds pixel limit/i.test(message)) return refuse('The picture has too many pixels to be worked with.', error);
  if (/unsupported image format|not built in|compression format has not been built/i.test(message)) {
    return refuse(say('media.picture-type', { type: ext }), error);
  }
  return refuse(say('media.picture-damaged', { type: ext.toUpperCase() }), error);
}

async function readStreams(path: string, signal: AbortSignal | undefined): Promise<ProbeOutput> {
  try {
    return await runFfprobe(path, ['-print_format', 'json', '-show_format', '-show_streams'], signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof FfmpegError)) throw error;
    if (error.fault === 'killed' && !/SIGKILL|SIGTERM/.test(error.message)) {
      throw refuse('ffprobe crashes on this video here; save it as MP4 and try again.', error);
    }
    if (error.fault !== 'exit') throw new TaskError('Unavailable', error.message, {}, { cause: error });
    const said = error.tail.join(' ');
    if (/moov atom not found/.test(said)) {
      throw refuse('The video is cut short: its index is missing.', error);
    }
    throw refuse('The video cannot be read: it is damaged or cut short.', error);
  }
}

async function probeVideo(path: string, ext: string, bytes: number, signal?: AbortSignal): Promise<MediaProbe> {
  const missingBytes = await countMissingBytes(path, ext);
  if (missingBytes > 0) {
    const gap = missingBytes === 1 ? '1 byte is' : `${missingBytes.toLocaleString('en')} bytes are`;
    throw refuse(say('media.video-gap', { gap }));
  }
  const { streams, format } = outputSchema.parse(JSON.parse((await readStreams(path, signal)).stdout));
  const video = streams.find((stream) => stream.codec_type === 'video' && !stream.disposition?.attached_pic);
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  if (!video) throw refuse(audio ? 'The file holds sound but no picture.' : 'The file holds no video stream.');
  const rotation = rotationOf(video);
  const { width, height } = displayedSize(video, rotation);
  if (width < 1 || height < 1) throw refuse('The video cannot be read: it does not say how large its picture is.');

  if (width * height > MOST_PIXELS) throw refuse('The video has too many pixels to be worked with.');

  const end = await findMissingEnd(path, { promisedMs: (format.duration ?? 0) * 1000, signal });
  if (end.missingMs > 0) {
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    const [has, should] = [seconds(end.durationMs), seconds(end.promisedMs)];
    throw refuse(
      has === should
        ? 'The video is cut short: its last part is incomplete.'
        : say('media.ends-early', { should, has }),
    );
  }
  if (end.durationMs < 1) throw refuse('The video is empty: it holds not a single picture.');
  return {
    kind: 'video',
    container: containerName(format.format_name, ext),
    bytes,
    width,
    height,
    durationMs: Math.round(format.duration ? format.duration * 1000 : end.durationMs),
    frameRate: Math.round((parseRatio(video.avg_frame_rate) || parseRatio(video.r_frame_rate)) * 1000) / 1000,
    videoCodec: video.codec_name ?? null,
    audioCodec: audio?.codec_name ?? null,
    rotation,
  };
}

/**
 * Reads what decisions are made on. Cheap for any size: outer structure, headers, and the packets at the end.
 * @throws TaskError `MediaRejected` with a sentence for a file that is neither video nor picture, is not what its name
 *   says, is cut short, empty or unreadable; `Unavailable` when ffprobe cannot be run; the signal's reason when aborted
 */
export async function probeFile(path: string, options: ProbeOptions = {}): Promise<MediaProbe> {
  const { signal, fileName = basename(path) } = options;
  signal?.throwIfAborted();
  const { size: bytes } = await stat(path);
  const detected = await detectFile(path);
  if (detected.kind === 'rejected') throw refuse(detected.sentence);
  holdAgainstName(detected.kind, detected.ext, fileName);
  return detected.kind === 'image'
    ? await probeImage(path, detected.ext, bytes)
    : await probeVideo(path, detected.ext, bytes, signal);
}
