import { rename } from 'node:fs/promises';
import sharp from 'sharp';
import { TaskError } from '../../contracts/errors.ts';
import type { ImageLimits } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';

/** Largest side of an avatar, pixels: what platforms show at most, at twice the density. */
const LARGEST_SIDE = 1_024;
const QUALITIES = [90, 80, 65, 50] as const;

export interface SquareRequest {
  sourcePath: string;
  /** Shown to the user when the image cannot be used. */
  name: string;
  limits: ImageLimits;
  /** A `.jpg` file; written whole or not at all. */
  outPath: string;
}

/**
 * A square cut from the middle of an image, upright, without metadata, within the platform's limits.
 * @throws TaskError `MediaRejected`
 */
export async function squareImage({ sourcePath, name, limits, outPath }: SquareRequest): Promise<void> {
  if (!limits.types.includes('image/jpeg')) {
    throw new TaskError('MediaRejected', say('media.no-jpeg', { file: name, types: limits.types.join(', ') }));
  }
  const side = Math.min(LARGEST_SIDE, limits.maxWidth, limits.maxHeight);
  for (const quality of QUALITIES) {
    const made = await sharp(sourcePath, { failOn: 'error' })
      .rotate()
      .resize(side, side, { fit: 'cover', position: 'centre', withoutEnlargement: false })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality, mozjpeg: true })
      .toFile(`${outPath}.part`)
      .catch(() => {
        throw new TaskError('MediaRejected', say('media.not-image', { file: name }));
      });
    if (made.size <= limits.maxBytes) {
      await rename(`${outPath}.part`, outPath);
      return;
    }
  }
  throw new TaskError('MediaRejected', say('media.not-small', { file: name }));
}
