import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { ClipFolder } from './fixtures.ts';
import { createClipFolder } from './fixtures.ts';
import { hashFile } from './hashed.ts';
import { planRendition } from './plan.ts';
import { probeFile } from './probe.ts';
import { renderOddSample, renderSampleVideos } from './samples.ts';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => clips.remove());

const limits: VideoLimits = {
  maxBytes: 20 * 1024 ** 2,
  minDurationMs: 5_000,
  maxDurationMs: 15_100,
  maxWidth: 1080,
  maxHeight: 1920,
  maxFrameRate: 30,
  videoCodecs: ['h264'],
  audioCodecs: ['aac'],
  containers: ['mp4'],
};

describe('the sample videos', () => {
  it('are upright videos with sound that need no rendering, each another one', async () => {
    const samples = await renderSampleVideos(join(clips.path, 'samples'));
    expect(samples).toHaveLength(3);
    for (const { path, width, height, durationMs } of samples) {
      const probe = await probeFile(path);
      expect(probe).toMatchObject({ width, height, audioCodec: 'aac', durationMs: expect.closeTo(durationMs, -3) });
      expect(probe.width / probe.height).toBe(9 / 16);
      expect(planRendition(probe, limits, null)).toEqual({ action: 'use-source' });
    }
    const hashes = await Promise.all(samples.map(async ({ path }) => (await hashFile(path)).sha256));
    expect(new Set(hashes).size).toBe(3);
  });

  it('are rendered once', async () => {
    const folder = join(clips.path, 'samples');
    const [first] = await renderSampleVideos(folder, 1);
    const before = (await stat(first!.path)).mtimeMs;
    await renderSampleVideos(folder, 1);
    expect((await stat(first!.path)).mtimeMs).toBe(before);
  });

  it('include one that no platform takes as it is', async () => {
    const { path } = await renderOddSample(join(clips.path, 'samples'));
    expect(planRendition(await probeFile(path), { ...limits, minDurationMs: 0 }, null).action).toBe('render');
  });
});
