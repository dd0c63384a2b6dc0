import { TaskError } from '../../contracts/errors.ts';
import { FfmpegError, runFfprobe } from './ffmpeg.ts';

/** How far a file's packets really reach, against what its header promises. Milliseconds. */
export interface FileEnd {
  promisedMs: number;
  durationMs: number;
  /** 0 for a whole file. */
  missingMs: number;
}

/** How far before the promised end reading starts; the demuxer goes back to a key frame from there. */
const TAIL_SECONDS = 3;

/** What demuxers say when the data stops in the middle of something. */
const CUT_SHORT = /partial file|file ended prematurely|truncat|end of file/i;

interface Reach {
  firstMs: number;
  lastMs: number;
  packets: number;
  cut: boolean;
}

async function readPackets(path: string, interval: string | null, signal: AbortSignal | undefined): Promise<Reach> {
  const args = ['-of', 'csv=p=0', '-show_entries', 'packet=pts_time,duration_time'];
  if (interval) args.push('-read_intervals', interval);
  const { stdout, complaints } = await runFfprobe(path, args, signal ? { signal } : {});
  const reach: Reach = {
    firstMs: Infinity,
    lastMs: 0,
    packets: 0,
    cut: complaints.some((line) => CUT_SHORT.test(line)),
  };
  for (const line of stdout.split('\n')) {
    const [start, duration] = line.split(',').map(Number);
    if (start === undefined || !line || Number.isNaN(start)) continue;
    reach.packets += 1;
    reach.firstMs = Math.min(reach.firstMs, start * 1000);
    reach.lastMs = Math.max(reach.lastMs, (start + (duration || 0)) * 1000);
  }
  return reach;
}

/** Containers round, and sound may be a little longer than the picture: half a second or 4 % is no loss. */
function missing(promisedMs: number, durationMs: number): number {
  const gap = promisedMs - durationMs;
  return gap > Math.max(500, promisedMs * 0.04) ? gap : 0;
}

/**
 * Finds a file that ends before its header says. The packets of the last seconds are read; only when they do not reach
 * the end is the whole file read, so that a container that cannot be searched is not taken for a broken one.
 * @throws TaskError `Unavailable` when ffprobe could not finish; the signal's reason when aborted
 */
export async function findMissingEnd(
  path: string,
  { promisedMs, signal }: { promisedMs: number; signal?: AbortSignal | undefined },
): Promise<FileEnd> {
  if (promisedMs > TAIL_SECONDS * 1000) {
    const tail = await readQuietly(path, `${(promisedMs / 1000 - TAIL_SECONDS).toFixed(3)}%`, signal);
    if (tail.packets > 0 && !tail.cut && missing(promisedMs, tail.lastMs) === 0) {
      return { promisedMs, durationMs: promisedMs, missingMs: 0 };
    }
  }
  const whole = await readQuietly(path, null, signal);
  const durationMs = whole.packets > 0 ? whole.lastMs - Math.min(whole.firstMs, whole.lastMs) : 0;
  // Packets all there and yet a complaint: the cut went through the last one.
  const missingMs = missing(promisedMs, durationMs) || (whole.cut ? Math.max(1, promisedMs - durationMs) : 0);
  return { promisedMs, durationMs, missingMs };
}

async function readQuietly(path: string, interval: string | null, signal: AbortSignal | undefined): Promise<Reach> {
  try {
    return await readPackets(path, interval, signal);
  } catch (error) {
    if (error instanceof FfmpegError && error.fault === 'exit') return { firstMs: 0, lastMs: 0, packets: 0, cut: true };
    if (error instanceof FfmpegError) throw new TaskError('Unavailable', error.message, {}, { cause: error });
    throw error;
  }
}
