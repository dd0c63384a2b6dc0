import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFfmpeg } from './ffmpeg.ts';

/** For tests: small clips made by ffmpeg, in a folder of their own. */

export interface ClipOptions {
  seconds?: number;
  size?: string;
  frameRate?: number;
  /** ffmpeg options for the encoding; H.264 and AAC where not given. */
  encoding?: readonly string[];
  /** `none` leaves the sound out. */
  sound?: 'sine' | 'none';
}

const DEFAULT_ENCODING = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

export interface ClipFolder {
  path: string;
  /** Makes a clip; the extension of its name chooses the container. */
  make(name: string, options?: ClipOptions): Promise<string>;
  remove(): Promise<void>;
}

export async function createClipFolder(): Promise<ClipFolder> {
  const path = await mkdtemp(join(tmpdir(), 'flotilla-media-'));
  return {
    path,
    async make(
      name,
      { seconds = 1, size = '160x120', frameRate = 25, encoding = DEFAULT_ENCODING, sound = 'sine' } = {},
    ) {
      const outputPath = join(path, name);
      const picture = `testsrc2=s=${size}:r=${frameRate}[picture]`;
      const graph = sound === 'sine' ? `${picture};sine=frequency=440[sound]` : picture;
      const maps = sound === 'sine' ? ['-map', '[picture]', '-map', '[sound]'] : ['-map', '[picture]'];
      await runFfmpeg({
        inputs: [],
        outputOptions: ['-filter_complex', graph, ...maps, '-t', String(seconds), ...encoding],
        outputPath,
      });
      return outputPath;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
