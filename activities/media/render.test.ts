import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import { runFfmpeg } from './ffmpeg.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import { hashFile } from './hashed.ts';
import type { RenderPlan } from './plan.ts';
import { planRendition } from './plan.ts';
import { probeFile } from './probe.ts';
import { renderRendition } from './render.ts';

let clips: ClipFolder;
let outFolder: string;
let round = 0;
beforeAll(async () => {
  clips = await createClipFolder();
});
beforeEach(() => {
  round += 1;
  outFolder = join(clips.path, `out-${round}`);
});
afterAll(() => clips.remove());

const limits: VideoLimits = {
  maxBytes: 20 * 1024 ** 2,
  minDurationMs: 500,
  maxDurationMs: 60_000,
  maxWidth: 320,
  maxHeight: 568,
  maxFrameRate: 30,
  videoCodecs: ['h264'],
  audioCodecs: ['aac'],
  containers: ['mp4'],
};

async function planFor(sourcePath: string, recipe: Recipe | null = null, limited: Partial<VideoLimits> = {}) {
  const plan = planRendition(await probeFile(sourcePath), { ...limits, ...limited }, recipe);
  if (plan.action !== 'render') throw new Error(`Expected a render, got ${JSON.stringify(plan)}`);
  return plan;
}

async function render(sourcePath: string, recipe: Recipe | null = null, limited: Partial<VideoLimits> = {}) {
  const plan = await planFor(sourcePath, recipe, limited);
  return { plan, ...(await renderRendition({ sourcePath, plan, outFolder })) };
}

describe('a rendition', () => {
  it('conforms, so that it would be used as it is', async () => {
    const source = await clips.make('foreign.mkv', {
      size: '641x481',
      frameRate: 50,
      encoding: ['-c:v', 'mpeg4', '-c:a', 'flac'],
    });
    const { path, sha256, bytes, probe, plan } = await render(source);
    expect(probe).toMatchObject({
      width: plan.output.width,
      height: plan.output.height,
      videoCodec: 'h264',
      audioCodec: 'aac',
    });
    expect(planRendition(await probeFile(path), limits, null)).toEqual({ action: 'use-source' });
    expect(await hashFile(path)).toEqual({ sha256, bytes });
    expect(path).toBe(join(outFolder, sha256.slice(0, 2), `${sha256}.mp4`));
  });

  it.each<[string, Recipe, number, number]>([
    ['padded', { aspect: '9:16', fit: 'pad' }, 320, 568],
    ['cropped', { aspect: '1:1', fit: 'crop' }, 240, 240],
    ['made smaller', { aspect: 'source', fit: 'pad', maxHeight: 160 }, 214, 160],
    ['slowed down', { aspect: 'source', fit: 'pad', frameRate: 10 }, 320, 240],
  ])('is %s as the recipe says', async (_title, recipe, width, height) => {
    const source = await clips.make('plain.mp4', { size: '320x240' });
    const { probe } = await render(source, recipe);
    expect(probe).toMatchObject({ width, height, ...(recipe.frameRate ? { frameRate: recipe.frameRate } : {}) });
  });

  it('of a foreign container only is a copy of the streams', async () => {
    const source = await clips.make('copy.mkv', { size: '320x240' });
    const { plan, probe } = await render(source);
    expect(plan.mode).toBe('remux');
    expect(probe).toMatchObject({ videoCodec: 'h264', audioCodec: 'aac' });
  });

  it('of a turned video stands upright', async () => {
    const lying = await clips.make('lying.mp4', { size: '320x240' });
    const source = join(clips.path, 'turned.mp4');
    await runFfmpeg({
      inputs: [{ source: lying }],
      outputOptions: ['-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
      outputPath: source,
    });
    const encoded = await render(source, { aspect: 'source', fit: 'pad', maxHeight: 200 });
    expect(encoded.probe).toMatchObject({ width: 150, height: 200, rotation: 0 });
    const moved = join(clips.path, 'turned.mov');
    await runFfmpeg({ inputs: [{ source }], outputOptions: ['-c', 'copy'], outputPath: moved });
    const copied = await render(moved);
    expect(copied.plan.mode).toBe('remux');
    expect(copied.probe).toMatchObject({ width: 240, height: 320, rotation: (await probeFile(source)).rotation });
  });

  it('fits into the size limit', async () => {
    const source = await clips.make('fat.mp4', {
      seconds: 4,
      size: '320x240',
      encoding: ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    });
    const maxBytes = 200_000;
    expect((await probeFile(source)).bytes).toBeGreaterThan(maxBytes);
    const { bytes } = await render(source, null, { maxBytes });
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  it('may be WebM', async () => {
    const source = await clips.make('to-webm.mp4', { size: '160x120' });
    const { path, probe } = await render(source, null, {
      containers: ['webm'],
      videoCodecs: ['vp9'],
      audioCodecs: ['opus'],
    });
    expect(path).toMatch(/\.webm$/);
    expect(probe).toMatchObject({ container: 'webm', videoCodec: 'vp9', audioCodec: 'opus' });
  });

  it('may be silent', async () => {
    const { probe } = await render(await clips.make('mute.mkv', { sound: 'none' }));
    expect(probe.audioCodec).toBeNull();
  });
});

describe('rendering again', () => {
  it('costs nothing when the output is there', async () => {
    const source = await clips.make('again.mkv');
    const first = await render(source);
    const second = await render(source);
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second).toEqual({ ...first, reused: true });
  });

  it('gives the same bytes when the output is gone', async () => {
    const source = await clips.make('same.mkv', { size: '320x240', encoding: ['-c:v', 'mpeg4', '-c:a', 'flac'] });
    const first = await render(source);
    await rm(first.path);
    const second = await render(source);
    expect(second.reused).toBe(false);
    expect(second.sha256).toBe(first.sha256);
  });

  it('happens once when many ask at the same time', async () => {
    const source = await clips.make('many.mkv');
    const plan = await planFor(source);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => renderRendition({ sourcePath: source, plan, outFolder })),
    );
    expect(all.filter(({ reused }) => !reused)).toHaveLength(1);
    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(1);
  });
});

describe('a render that ends early', () => {
  let source: string;
  let plan: RenderPlan;
  beforeAll(async () => {
    source = await clips.make('long.mkv', {
      seconds: 20,
      size: '640x480',
      encoding: ['-c:v', 'mpeg4', '-c:a', 'flac'],
    });
    plan = await planFor(source);
  });
  const left = () => readdir(join(outFolder, 'tmp'));

  it('leaves nothing behind when cancelled in the middle, and the next one starts afresh', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const seen: number[] = [];
    const rendering = renderRendition({
      sourcePath: source,
      plan,
      outFolder,
      signal: stop.signal,
      onProgress: (fraction) => {
        seen.push(fraction);
        stop.abort(reason);
      },
    });
    await expect(rendering).rejects.toBe(reason);
    expect(seen[0]).toBeLessThan(1);
    expect(await left()).toEqual([]);
    expect(await readdir(outFolder)).toEqual(['tmp']);
    expect((await renderRendition({ sourcePath: source, plan, outFolder })).reused).toBe(false);
  });

  it('lets another one that waited for it take over', async () => {
    const stop = new AbortController();
    let second: ReturnType<typeof renderRendition> | undefined;
    const first = renderRendition({
      sourcePath: source,
      plan,
      outFolder,
      signal: stop.signal,
      // The first one holds the rendition for certain: only now does the other one come.
      onProgress: () => {
        second ??= renderRendition({ sourcePath: source, plan, outFolder });
        setImmediate(() => stop.abort(new Error('cancelled')));
      },
    });
    await expect(first).rejects.toThrow('cancelled');
    expect((await second!).probe.durationMs).toBeGreaterThan(19_000);
  });

  it('is explained without the paths of this machine when ffmpeg gives up', async () => {
    const broken: RenderPlan = { ...plan, variant: 'broken', outputOptions: ['-c:v', 'no-such-codec'] };
    const error = await renderRendition({ sourcePath: source, plan: broken, outFolder }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      type: 'MediaRejected',
      message: expect.stringMatching(/^The video could not be rendered/),
    });
    expect(error.message).not.toContain(clips.path);
    expect(await left()).toEqual([]);
  });

  it('is refused when the result breaks the limits', async () => {
    const tight: RenderPlan = { ...plan, variant: 'tight', output: { ...plan.output, maxBytes: 1000 } };
    await expect(renderRendition({ sourcePath: source, plan: tight, outFolder })).rejects.toMatchObject({
      type: 'MediaRejected',
      message: expect.stringMatching(/the platform takes at most 1,000\.$/),
    });
    expect(await readdir(outFolder)).toEqual(['tmp']);
  });
});
