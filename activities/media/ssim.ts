import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import { compareGraph } from './graph.ts';

export interface Compared {
  /** Every n-th picture of what the rendition was made from, as `graph.ts` leaves it. */
  referencePath: string;
  renditionPath: string;
  every: number;
}

const SSIM_LINE = /\[ssim@s(\d+) @ [^\]]+\] SSIM .*All:([\d.]+|inf)/;

/**
 * SSIM of renditions against their references, 0 to 1, all planes weighted by their size, in one run of ffmpeg.
 * @throws TaskError `Unavailable` when it cannot be measured; the signal's reason when aborted
 */
export async function measureSsim(pairs: readonly Compared[], signal?: AbortSignal): Promise<number[]> {
  const { filterComplex, maps } = compareGraph(pairs.map(({ every }) => every));
  const found = new Map<number, number>();
  try {
    await runFfmpeg(
      {
        inputs: pairs.flatMap(({ referencePath, renditionPath }) => [
          { source: referencePath },
          { source: renditionPath },
        ]),
        outputOptions: ['-filter_complex', filterComplex, ...maps, '-loglevel', 'info', '-f', 'null'],
        outputPath: '-',
      },
      {
        timeoutMs: 30 * 60_000,
        ...(signal ? { signal } : {}),
        onLine(line) {
          const match = SSIM_LINE.exec(line);
          if (match) found.set(Number(match[1]), match[2] === 'inf' ? 1 : Number(match[2]));
        },
      },
    );
  } catch (error) {
    if (!(error instanceof FfmpegError)) throw error;
    throw new TaskError('Unavailable', say('media.likeness', { why: error.message }), {}, { cause: error });
  }
  return pairs.map((_, index) => {
    const ssim = found.get(index);
    if (ssim === undefined) throw new TaskError('Unavailable', 'ffmpeg did not say how alike the rendition is.');
    return Math.min(1, Math.max(0, ssim));
  });
}
