import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { Composed } from './compose.ts';
import { composeRenditions } from './compose.ts';
import { runFfmpeg, runFfprobe } from './ffmpeg.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import type { GraphPlan } from './graph-plan.ts';
import { planRendition } from './plan.ts';
import { probeFile } from './probe.ts';

jest.setTimeout(60_000);

const limits: VideoLimits = {
  maxBytes: 20 * 1024 ** 2,
  minDurationMs: 200,
  maxDurationMs: 60_000,
  maxWidth: 640,
  maxHeight: 640,
  maxFrameRate: 30,
  videoCodecs: ['h264', 'hevc', 'vp9'],
  audioCodecs: ['aac'],
  containers: ['mp4', 'mov'],
};

let clips: ClipFolder;
let source: string;
let logo: string;
let round = 0;
beforeAll(async () => {
  clips = await createClipFolder();
  source = await clips.make('source.mp4', { seconds: 3, size: '320x240' });
  logo = join(clips.path, 'logo.png');
  await sharp({ create: { width: 40, height: 40, channels: 3, background: '#ff0000' } })
    .png()
    .toFile(logo);
});
afterAll(() => clips.remove());

async function plansFor(recipes: Partial<Recipe>[], path = source): Promise<GraphPlan[]> {
  const probe = await probeFile(path);
  return recipes.map((given) => {
    const plan = planRendition(probe, limits, { aspect: 'source', fit: 'pad', ...given });
    if (plan.action !== 'compose') throw new Error(`Expected a graph, got ${JSON.stringify(plan)}`);
    return plan;
  });
}

async function compose(recipes: Partial<Recipe>[], outFolder?: string, path = source): Promise<Composed[]> {
  round += 1;
  return await composeRenditions({
    sourcePath: path,
    sourceDurationMs: (await probeFile(path)).durationMs,
    plans: await plansFor(recipes, path),
    findLogo: async () => logo,
    outFolder: outFolder ?? join(clips.path, `out-${round}`),
  });
}

async function one(recipe: Partial<Recipe>): Promise<Composed> {
  const [made] = await compose([recipe]);
  return made!;
}

/** One picture of a video, as PNG. */
async function frame(path: string, atMs = 1_000): Promise<Buffer> {
  const outputPath = join(clips.path, `frame-${Math.random()}.png`);
  await runFfmpeg({
    inputs: [{ source: path, options: ['-ss', String(atMs / 1000)] }],
    outputOptions: ['-frames:v', '1'],
    outputPath,
  });
  return await sharp(outputPath).png().toBuffer();
}

async function means(picture: Buffer): Promise<number[]> {
  return (await sharp(picture).stats()).channels.map(({ mean }) => mean);
}
const lightness = async (path: string, atMs?: number) => {
  const [r = 0, g = 0, b = 0] = await means(await frame(path, atMs));
  return (r + g + b) / 3;
};
/** How far the channels of the picture's points lie from grey. */
async function colourfulness(path: string): Promise<number> {
  const { data } = await sharp(await frame(path))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
    sum += Math.max(r, g, b) - Math.min(r, g, b);
  }
  return sum / (data.length / 3);
}
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).removeAlpha().raw().toBuffer()));
  return a!.reduce((sum, value, at) => sum + Math.abs(value - b![at]!), 0) / a!.length;
}

describe('each part of a recipe does what it says:', () => {
  let plain: Composed;
  beforeAll(async () => {
    plain = await one({ mark: 'plain' });
  });

  it('nothing but a mark keeps the picture', async () => {
    expect(plain.probe).toMatchObject({
      width: 320,
      height: 240,
      videoCodec: 'h264',
      audioCodec: 'aac',
      frameRate: 25,
    });
    expect(plain.ssim).toBeGreaterThan(0.95);
    expect(await difference(await frame(plain.path), await frame(source))).toBeLessThan(6);
  });

  it('cutting off enlarges the middle', async () => {
    const { path, probe } = await one({ cropPercent: [20, 20] });
    expect(probe).toMatchObject({ width: 256, height: 192 });
    const middle = await sharp(await frame(source))
      .extract({ left: 32, top: 24, width: 256, height: 192 })
      .png()
      .toBuffer();
    expect(await difference(await frame(path), middle)).toBeLessThan(6);
  });

  it.each([
    ['9:16', 'crop', 136, 240],
    ['1:1', 'crop', 240, 240],
    ['16:9', 'crop', 320, 180],
    ['1:1', 'pad', 320, 320],
  ] as const)('%s by %s', async (aspect, fit, width, height) => {
    expect((await one({ aspect, fit, mark: 'a' })).probe).toMatchObject({ width, height });
  });

  it('padding has its colour', async () => {
    const { path } = await one({ aspect: '1:1', fit: 'pad', padColour: '#2040c0' });
    const strip = await sharp(await frame(path))
      .extract({ left: 0, top: 4, width: 320, height: 24 })
      .png()
      .toBuffer();
    const [r, g, b] = await means(strip);
    expect([r, g, b]).toEqual([expect.closeTo(0x20, -1), expect.closeTo(0x40, -1), expect.closeTo(0xc0, -1)]);
  });

  it('largest height and frame rate', async () => {
    const { probe } = await one({ maxHeight: 160, frameRate: 12, mark: 'a' });
    expect(probe).toMatchObject({ height: 160, frameRate: 12 });
  });

  it('trimming begins later and ends sooner, with sound', async () => {
    const { path, probe } = await one({ trimStartMs: [1_000, 1_000], trimEndMs: [500, 500] });
    expect(probe.durationMs).toBeGreaterThan(1_400);
    expect(probe.durationMs).toBeLessThan(1_650);
    const later = await difference(await frame(path, 200), await frame(source, 1_200));
    const same = await difference(await frame(path, 200), await frame(source, 200));
    expect(later).toBeLessThan(same / 2);
    expect(await soundMs(path)).toBeLessThan(1_700);
  });

  it('speed shortens picture and sound alike', async () => {
    const { path, probe } = await one({ speed: [1.5, 1.5] });
    expect(probe.durationMs).toBeGreaterThan(1_900);
    expect(probe.durationMs).toBeLessThan(2_150);
    expect(await soundMs(path)).toBeLessThan(2_200);
    expect(await difference(await frame(path, 1_000), await frame(source, 1_520))).toBeLessThan(8);
  });

  it('brightness and contrast', async () => {
    const brighter = await one({ brightness: [0.15, 0.15] });
    expect((await lightness(brighter.path)) - (await lightness(plain.path))).toBeGreaterThan(15);
    const flat = await one({ contrast: [0.5, 0.5] });
    const spread = async (path: string) => {
      const grey = await sharp(await frame(path))
        .greyscale()
        .png()
        .toBuffer();
      return (await sharp(grey).stats()).channels[0]!.stdev;
    };
    expect(await spread(flat.path)).toBeLessThan((await spread(plain.path)) * 0.7);
  });

  it('saturation and hue', async () => {
    const grey = await one({ saturation: [0, 0] });
    expect(await colourfulness(grey.path)).toBeLessThan((await colourfulness(plain.path)) / 5);
    const turned = await one({ hueDegrees: [30, 30] });
    expect(await difference(await frame(turned.path), await frame(plain.path))).toBeGreaterThan(10);
  });

  it('a text stands at the bottom, and nowhere else', async () => {
    const text = {
      template: '@ann <3 & co',
      position: 'bottom',
      heightPercent: 10,
      colour: '#ffffff',
      opacity: 1,
    } as const;
    const { path, ssim } = await one({ text });
    const [half] = [{ left: 0, width: 320, height: 120 }];
    const cut = async (from: string, top: number) =>
      sharp(await frame(from))
        .extract({ ...half!, top })
        .png()
        .toBuffer();
    expect(await difference(await cut(path, 0), await cut(plain.path, 0))).toBeLessThan(4);
    expect(await difference(await cut(path, 120), await cut(plain.path, 120))).toBeGreaterThan(4);
    expect(ssim).toBeLessThan(plain.ssim);
  });

  it('a logo lies in its corner', async () => {
    const { path } = await one({
      logo: { mediaId: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11', corner: 'top-left', widthPercent: 25, opacity: 1 },
    });
    const corner = await sharp(await frame(path))
      .extract({ left: 20, top: 20, width: 60, height: 60 })
      .png()
      .toBuffer();
    const [r = 0, g = 0, b = 0] = await means(corner);
    expect([r > 230, g < 40, b < 40]).toEqual([true, true, true]);
  });

  it('metadata is what the recipe says, and nothing of the source', async () => {
    const { path } = await one({ metadata: { title: 'Hello, world', artist: 'ann' } });
    const { stdout } = await runFfprobe(path, ['-show_entries', 'format_tags', '-of', 'json']);
    const { tags } = (JSON.parse(stdout) as { format: { tags: Record<string, string> } }).format;
    expect(tags).toMatchObject({ title: 'Hello, world', artist: 'ann' });
    expect(tags.encoder).toBeUndefined();
  });

  it('codec, quality and bit rates', async () => {
    expect((await one({ videoCodec: 'hevc' })).probe.videoCodec).toBe('hevc');
    expect((await one({ videoCodec: 'vp9' })).probe.videoCodec).toBe('vp9');
    expect((await one({ crf: 35 })).bytes).toBeLessThan(plain.bytes);
    expect((await one({ crf: 14 })).ssim).toBeGreaterThan(plain.ssim);
    const thin = await one({ videoBitrateKbps: 200, audioBitrateKbps: 32 });
    expect(thin.bytes).toBeLessThan((((232 * 1.5 + 40) * 1000) / 8) * 3);
  });
});

async function soundMs(path: string): Promise<number> {
  const { stdout } = await runFfprobe(path, [
    '-select_streams',
    'a:0',
    '-show_entries',
    'stream=duration',
    '-of',
    'csv=p=0',
  ]);
  return Number(stdout) * 1000;
}

describe('SSIM', () => {
  it('falls with every step away from the source', async () => {
    const strengths = [0, 0.05, 0.1, 0.2, 0.3];
    const made = await compose(
      strengths.map((n, index) => ({ brightness: [n, n], contrast: [1 + n, 1 + n], mark: `${index}` })),
    );
    const ssims = made.map(({ ssim }) => ssim);
    expect(ssims).toEqual([...ssims].sort((a, b) => b - a));
    expect(ssims[0]! - ssims.at(-1)!).toBeGreaterThan(0.05);
  });

  it('does not count shape, size and timing', async () => {
    const made = await compose([
      { aspect: '1:1', fit: 'crop', cropPercent: [10, 10], maxHeight: 200 },
      { speed: [1.3, 1.3], trimStartMs: [400, 400], frameRate: 20 },
    ]);
    for (const { ssim } of made) expect(ssim).toBeGreaterThan(0.94);
  });

  it('is the same that the whole video gives, measured plainly', async () => {
    const { path, ssim } = await one({ brightness: [0.1, 0.1] });
    const lines: string[] = [];
    await runFfmpeg(
      {
        inputs: [{ source: path }, { source }],
        outputOptions: ['-filter_complex', '[0:v][1:v]ssim', '-loglevel', 'info', '-f', 'null'],
        outputPath: '-',
      },
      { onLine: (line) => lines.push(line) },
    );
    const whole = Number(/All:([\d.]+)/.exec(lines.join('\n'))?.[1]);
    expect(Math.abs(whole - ssim)).toBeLessThan(0.02);
  });
});

describe('several renditions of one source', () => {
  const three: Partial<Recipe>[] = [1, 2, 3].map((n) => ({
    aspect: '1:1',
    fit: 'crop',
    maxHeight: 160,
    cropPercent: [n, n],
    brightness: [n / 50, n / 50],
    speed: [1 + n / 100, 1 + n / 100],
    mark: `ann/${n}`,
  }));

  it('come from one decode as they come one by one, but for the shared scaling', async () => {
    const together = await compose(three);
    expect(new Set(together.map(({ sha256 }) => sha256)).size).toBe(3);
    for (const [index, made] of together.entries()) {
      const alone = await one(three[index]!);
      expect(made.probe).toMatchObject({ width: 160, height: 160, frameRate: alone.probe.frameRate });
      expect(await difference(await frame(made.path), await frame(alone.path))).toBeLessThan(12);
    }
  });

  it('have the same bytes when they are made again, and are not made when they are there', async () => {
    const folder = join(clips.path, 'again');
    const first = await compose(three, folder);
    const found = await compose(three, folder);
    expect(found.map(({ reused }) => reused)).toEqual([true, true, true]);
    expect(found.map(({ ssim }) => ssim)).toEqual(first.map(({ ssim }) => ssim));
    const elsewhere = await compose(three);
    expect(elsewhere.map(({ reused }) => reused)).toEqual([false, false, false]);
    expect(elsewhere.map(({ sha256 }) => sha256)).toEqual(first.map(({ sha256 }) => sha256));
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('of equal content are made once', async () => {
    const folder = join(clips.path, 'equal');
    const [ann, bob] = await compose([{ mark: 'ann/0' }, { mark: 'bob/0' }], folder);
    expect(ann?.sha256).toBe(bob?.sha256);
    expect((await readdir(join(folder, 'index'))).length).toBe(1);
  });

  it('leave nothing behind when they are cancelled in the middle', async () => {
    const long = await clips.make('long.mp4', { seconds: 20, size: '640x480' });
    const outFolder = join(clips.path, 'cancelled');
    const stop = new AbortController();
    const rendering = composeRenditions({
      sourcePath: long,
      sourceDurationMs: 20_000,
      plans: await plansFor(three, long),
      findLogo: async () => logo,
      outFolder,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('cancelled')),
    });
    await expect(rendering).rejects.toThrow('cancelled');
    expect(await readdir(join(outFolder, 'tmp'))).toEqual([]);
    expect(await readdir(outFolder)).toEqual(['tmp']);
  });
});
