import { writeFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { TaskError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/media.ts';
import type { ImageLimits } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';
import type { Frame } from './geometry.ts';
import { fitFrame } from './geometry.ts';
import { overlayPlaces } from './graph.ts';
import type { FindLogo } from './overlays.ts';
import { drawOverlays } from './overlays.ts';
import { normalise } from './recipe-hash.ts';
import { measureSsim } from './ssim.ts';

export interface ImageRequest {
  sourcePath: string;
  /** Shown to the user when the picture cannot be used. */
  name: string;
  limits: ImageLimits;
  /** A drawn recipe; what only a video has, such as trimming or a codec, is left aside. */
  recipe: Recipe;
  findLogo: FindLogo;
  /** A `.jpg` file. */
  outPath: string;
  /** A `.png` file, for the comparison. */
  referencePath: string;
  signal?: AbortSignal;
}

const value = (pair: readonly [number, number] | undefined, neutral: number): number => pair?.[0] ?? neutral;

/** JPEG quality for a CRF: 82 for the usual 21, 96 for the best. */
const qualityOf = (crf = 21): number => 124 - 2 * crf;
const QUALITY_STEP = 8;
const LEAST_QUALITY = 40;

/** Upright, cut, scaled, cropped or padded. */
async function shape(sourcePath: string, recipe: Recipe, limits: ImageLimits): Promise<{ data: Buffer; frame: Frame }> {
  const upright = await sharp(sourcePath, { failOn: 'error' })
    .rotate()
    .flatten({ background: '#ffffff' })
    .png()
    .toBuffer();
  const { width, height } = await sharp(upright).metadata();
  const keeps = 1 - value(recipe.cropPercent, 0) / 100;
  const cut = { width: Math.max(2, Math.floor(width * keeps)), height: Math.max(2, Math.floor(height * keeps)) };
  const frame = fitFrame(cut, limits, recipe);
  const data = await sharp(upright)
    .extract({ left: Math.floor((width - cut.width) / 2), top: Math.floor((height - cut.height) / 2), ...cut })
    .resize(frame.width, frame.height, {
      fit: frame.changes.includes('pad') ? 'contain' : frame.changes.includes('crop') ? 'cover' : 'fill',
      background: recipe.padColour ?? '#000000',
    })
    .png()
    .toBuffer();
  return { data, frame };
}

/** As ffmpeg's `eq` and `hue` would, on eight bits. */
function colour(picture: Sharp, recipe: Recipe): Sharp {
  const brightness = value(recipe.brightness, 0);
  const contrast = value(recipe.contrast, 1);
  const saturation = value(recipe.saturation, 1);
  const hue = value(recipe.hueDegrees, 0);
  const turned = saturation === 1 && hue === 0 ? picture : picture.modulate({ saturation, hue: Math.round(hue) });
  return brightness === 0 && contrast === 1 ? turned : turned.linear(contrast, 255 * brightness + 128 * (1 - contrast));
}

type Box = { width: number; height: number };

/** A place as ffmpeg's `overlay` has it, in pixels. */
function resolvePlace(place: string, frame: Box, overlay: Box): { left: number; top: number } {
  const solve = (expression: string, whole: number, part: number): number => {
    if (expression.startsWith('(')) return Math.round((whole - part) / 2);
    const [, margin = '0'] = /(\d+)$/.exec(expression) ?? [];
    return /^[WH]/.test(expression) ? whole - part - Number(margin) : Number(margin);
  };
  const [x = '', y = ''] = place.split(':').map((side) => side.slice(2));
  return {
    left: Math.max(0, solve(x, frame.width, overlay.width)),
    top: Math.max(0, solve(y, frame.height, overlay.height)),
  };
}

function withTexts(picture: Sharp, { metadata }: Recipe): Sharp {
  if (!metadata) return picture;
  const { title, artist, comment } = metadata;
  return picture.withExif({
    IFD0: { ...(title ? { ImageDescription: title } : {}), ...(artist ? { Artist: artist } : {}) },
    IFD2: { ...(comment ? { UserComment: comment } : {}) },
  });
}

/**
 * A rendition of a picture as a JPEG: cut, shape, size, colours, overlays, metadata.
 * @returns its SSIM against the source after the same cut, shape and size
 * @throws TaskError `MediaRejected`, `InvalidInput` for a logo that is no picture
 */
export async function renderImage(request: ImageRequest): Promise<{ ssim: number }> {
  const { sourcePath, name, limits, outPath, referencePath, signal } = request;
  const recipe = normalise(request.recipe);
  if (!limits.types.includes('image/jpeg')) {
    throw new TaskError('MediaRejected', say('media.no-jpeg', { file: name, types: limits.types.join(', ') }));
  }
  const { data, frame } = await shape(sourcePath, recipe, limits).catch(() => {
    throw new TaskError('MediaRejected', say('media.not-picture', { file: name }));
  });
  await writeFile(referencePath, data);
  const places = overlayPlaces({ recipe, frame });
  const overlays = await Promise.all(
    (await drawOverlays(recipe, frame, request.findLogo)).map(async (input, index) => {
      const { width, height } = await sharp(input).metadata();
      return { input, ...resolvePlace(places[index] ?? '', frame, { width, height }) };
    }),
  );
  const coloured = await colour(sharp(data).removeAlpha(), recipe).png().toBuffer();
  for (let quality = qualityOf(recipe.crf); quality >= LEAST_QUALITY; quality -= QUALITY_STEP) {
    const picture = withTexts(sharp(coloured).composite(overlays), recipe);
    const { size } = await picture.jpeg({ quality, mozjpeg: true }).toFile(outPath);
    if (size > limits.maxBytes) continue;
    const [ssim = 0] = await measureSsim([{ referencePath, renditionPath: outPath, every: 1 }], signal);
    return { ssim };
  }
  throw new TaskError('MediaRejected', say('media.not-small', { file: name }));
}
