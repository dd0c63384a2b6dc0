import { join } from 'node:path';
import sharp from 'sharp';
import type { Recipe } from '../../contracts/media.ts';
import type { ImageLimits } from '../../contracts/platform.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import { renderImage } from './image-variant.ts';

jest.setTimeout(60_000);

const limits: ImageLimits = { maxBytes: 5_000_000, maxWidth: 400, maxHeight: 400, types: ['image/jpeg'] };

let folder: ClipFolder;
let sourcePath: string;
let logo: string;
let count = 0;
beforeAll(async () => {
  folder = await createClipFolder();
  sourcePath = join(folder.path, 'source.png');
  logo = join(folder.path, 'logo.png');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><defs><linearGradient id="g">
    <stop offset="0" stop-color="#204060"/><stop offset="1" stop-color="#a08040"/></linearGradient></defs>
    <rect width="300" height="200" fill="url(#g)"/><circle cx="150" cy="100" r="60" fill="#777"/></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(sourcePath);
  await sharp({ create: { width: 50, height: 50, channels: 3, background: '#00ff00' } })
    .png()
    .toFile(logo);
});
afterAll(() => folder.remove());

async function render(given: Partial<Recipe>, limited: Partial<ImageLimits> = {}) {
  count += 1;
  const outPath = join(folder.path, `out-${count}.jpg`);
  const { ssim } = await renderImage({
    sourcePath,
    name: 'source.png',
    limits: { ...limits, ...limited },
    recipe: { aspect: 'source', fit: 'pad', ...given },
    findLogo: async () => logo,
    outPath,
    referencePath: join(folder.path, `reference-${count}.png`),
  });
  const { width, height, exif } = await sharp(outPath).metadata();
  const region = async (left: number, top: number, w = 30, h = 20) => {
    const part = await sharp(outPath).extract({ left, top, width: w, height: h }).png().toBuffer();
    return (await sharp(part).stats()).channels.map(({ mean }) => Math.round(mean));
  };
  return { ssim, width, height, exif: exif?.toString('latin1') ?? '', region };
}

describe('a rendition of a picture', () => {
  it('that changes nothing is like its source', async () => {
    const { ssim, width, height } = await render({});
    expect(ssim).toBeGreaterThan(0.9);
    expect({ width, height }).toEqual({ width: 300, height: 200 });
  });

  it.each([
    ['cut off', { cropPercent: [10, 10] as [number, number] }, 270, 180],
    ['cropped', { aspect: '1:1', fit: 'crop' } as const, 200, 200],
    ['padded', { aspect: '1:1', fit: 'pad', padColour: '#102030' } as const, 300, 300],
    ['made smaller', { maxHeight: 150 }, 226, 150],
  ])('is %s', async (_what, recipe, width, height) => {
    expect(await render(recipe)).toMatchObject({ width, height });
  });

  it('has its padding, its logo and its brightness where the recipe says', async () => {
    const logoOf = {
      mediaId: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
      corner: 'bottom-right',
      widthPercent: 20,
      opacity: 1,
    } as const;
    const padded = await render({ aspect: '1:1', fit: 'pad', padColour: '#102030', logo: logoOf });
    expect(await padded.region(5, 5)).toEqual([0x10, 0x20, 0x30].map((n) => expect.closeTo(n, -1)));
    const [r = 0, g = 0, b = 0] = await padded.region(240, 245);
    expect([r < 40, g > 200, b < 40]).toEqual([true, true, true]);
    const plain = await render({});
    const bright = await render({ brightness: [0.2, 0.2] });
    const [before = 0] = await plain.region(10, 10, 280, 180);
    const [after = 0] = await bright.region(10, 10, 280, 180);
    expect(after - before).toBeGreaterThan(30);
    expect(bright.ssim).toBeLessThan(plain.ssim);
  });

  it('carries only the metadata of the recipe', async () => {
    const { exif } = await render({ metadata: { title: 'Spring sale', artist: 'ann' } });
    expect(exif).toContain('Spring sale');
    expect(exif).toContain('ann');
    expect((await render({})).exif).toBe('');
  });

  it('is refused where the platform takes no JPEG, or too small a file', async () => {
    await expect(render({}, { types: ['image/png'] })).rejects.toMatchObject({ type: 'MediaRejected' });
    await expect(render({}, { maxBytes: 500 })).rejects.toMatchObject({
      message: expect.stringMatching(/small enough/),
    });
  });
});
