import type { Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';

/** How the source's picture, as displayed, becomes the output's frame. All sizes in pixels, all even. */
export interface Frame {
  width: number;
  height: number;
  /** The whole source picture after scaling: smaller than the frame where padded, larger where cropped. */
  picture: { width: number; height: number };
  /** What changes, in the order in which ffmpeg does it. */
  changes: readonly ('scale' | 'crop' | 'pad')[];
}

const ASPECTS: Readonly<Record<Exclude<Recipe['aspect'], 'source'>, number>> = {
  '9:16': 9 / 16,
  '1:1': 1,
  '16:9': 16 / 9,
};

/** Within one per cent a picture counts as having the aspect already: 406 x 720 is 9:16. */
const SAME_ASPECT = 0.01;

export const evenBelow = (pixels: number) => Math.max(2, 2 * Math.floor(pixels / 2 + 1e-6));
const evenAbove = (pixels: number) => Math.max(2, 2 * Math.ceil(pixels / 2 - 1e-6));
export const evenNear = (pixels: number) => Math.max(2, 2 * Math.round(pixels / 2));

type Size = { width: number; height: number };

/** The smallest frame of the aspect around the picture (pad), or the largest inside it (crop). */
function frameOfAspect({ width, height }: Size, ratio: number, fit: Recipe['fit']): Size {
  const keepsWidth = width / height > ratio === (fit === 'pad');
  return keepsWidth ? { width, height: width / ratio } : { width: height * ratio, height };
}

/**
 * Fits the picture into the platform's and the recipe's limits: aspect first, then one common scale, never upwards.
 * yuv420p halves both sides for colour, so both are even.
 */
export function fitFrame(
  probe: Size,
  limits: Pick<VideoLimits, 'maxWidth' | 'maxHeight'>,
  recipe: Pick<Recipe, 'aspect' | 'fit' | 'maxHeight'>,
): Frame {
  const source = { width: probe.width, height: probe.height };
  const ratio = recipe.aspect === 'source' ? source.width / source.height : ASPECTS[recipe.aspect];
  const reshape = Math.abs(source.width / source.height / ratio - 1) > SAME_ASPECT;
  const shape = reshape ? frameOfAspect(source, ratio, recipe.fit) : source;

  const maxHeight = Math.min(limits.maxHeight, recipe.maxHeight ?? limits.maxHeight);
  const factor = Math.min(1, limits.maxWidth / shape.width, maxHeight / shape.height);
  const width = Math.min(evenNear(shape.width * factor), evenBelow(limits.maxWidth));
  const height = Math.min(evenNear(shape.height * factor), evenBelow(maxHeight));
  if (!reshape) {
    return { width, height, picture: { width, height }, changes: factor < 1 ? ['scale'] : [] };
  }

  const scaled = { width: source.width * factor, height: source.height * factor };
  const picture =
    recipe.fit === 'pad'
      ? { width: Math.min(width, evenNear(scaled.width)), height: Math.min(height, evenNear(scaled.height)) }
      : { width: Math.max(width, evenAbove(scaled.width)), height: Math.max(height, evenAbove(scaled.height)) };
  return { width, height, picture, changes: factor < 1 ? ['scale', recipe.fit] : [recipe.fit] };
}

/**
 * ffmpeg's filter chain for a frame. Scaling comes first and to whole numbers, so that turned pictures (ffmpeg turns
 * them before the first filter) and non-square pixels come out as displayed.
 */
export function frameFilters(frame: Frame, padColour = 'black'): string[] {
  const { width, height, picture } = frame;
  const filters = [`scale=${picture.width}:${picture.height}`];
  if (frame.changes.includes('crop')) filters.push(`crop=${width}:${height}`);
  if (frame.changes.includes('pad')) filters.push(`pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:color=${padColour}`);
  return [...filters, 'setsar=1'];
}
