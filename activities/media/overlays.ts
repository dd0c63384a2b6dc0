import sharp from 'sharp';
import { TaskError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/media.ts';

/** Text and logos become PNG pictures with their opacity in them, for ffmpeg and sharp alike to lay over. */

interface Size {
  width: number;
  height: number;
}

/** Widest text, share of the picture's width. */
const TEXT_WIDTH = 0.92;
/** Mean width of a letter of a bold sans-serif face against its height: what a long text is made smaller by. */
const LETTER = 0.62;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) =>
  text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

/** One line of text with a dark outline, as wide as it is and at most as wide as the picture. */
export async function drawText(text: NonNullable<Recipe['text']>, frame: Size): Promise<Buffer> {
  const widest = frame.width * TEXT_WIDTH;
  const letters = [...text.template].length;
  const size = Math.max(6, Math.min((frame.height * text.heightPercent) / 100, widest / (letters * LETTER)));
  const width = Math.max(2, Math.min(Math.ceil(widest), Math.ceil(letters * size * LETTER + size)));
  const height = Math.ceil(size * 1.5);
  const style = `font-family="DejaVu Sans, Liberation Sans, Arial, sans-serif" font-weight="bold" font-size="${size}"`;
  const paint = `fill="${text.colour}" stroke="#000000" stroke-opacity="0.6" stroke-width="${size / 10}" paint-order="stroke"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" opacity="${text.opacity}">
<text x="50%" y="${size * 1.1}" text-anchor="middle" ${style} ${paint}>${escaped(text.template)}</text></svg>`;
  return await sharp(Buffer.from(svg)).png().toBuffer();
}

/**
 * A logo at its size on the picture.
 * @throws TaskError `InvalidInput` for what is no picture
 */
export async function drawLogo(path: string, logo: NonNullable<Recipe['logo']>, frame: Size): Promise<Buffer> {
  const width = Math.max(2, Math.round((frame.width * logo.widthPercent) / 100));
  try {
    const { data, info } = await sharp(path)
      .rotate()
      .resize(width, frame.height, { fit: 'inside' })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * logo.opacity);
    const raw = { width: info.width, height: info.height, channels: 4 as const };
    return await sharp(data, { raw }).png().toBuffer();
  } catch (error) {
    throw new TaskError('InvalidInput', 'The logo cannot be read as a picture.', {}, { cause: error });
  }
}

/** Finds the file of a logo by its media id. */
export type FindLogo = (mediaId: string) => Promise<string>;

/** The overlays of a recipe, in the order of `overlayPlaces`. */
export async function drawOverlays(recipe: Recipe, frame: Size, findLogo: FindLogo): Promise<Buffer[]> {
  const overlays: Buffer[] = [];
  if (recipe.logo) overlays.push(await drawLogo(await findLogo(recipe.logo.mediaId), recipe.logo, frame));
  if (recipe.text) overlays.push(await drawText(recipe.text, frame));
  return overlays;
}
