import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { RenderPlan } from './plan.ts';
import { planRendition } from './plan.ts';

const MB = 1024 ** 2;

const limits: VideoLimits = {
  maxBytes: 50 * MB,
  minDurationMs: 3_000,
  maxDurationMs: 60_000,
  maxWidth: 1080,
  maxHeight: 1920,
  maxFrameRate: 30,
  videoCodecs: ['h264'],
  audioCodecs: ['aac'],
  containers: ['mp4'],
};

const phoneVideo: MediaProbe = {
  kind: 'video',
  container: 'mov,mp4,m4a,3gp,3g2,mj2',
  bytes: 8 * MB,
  width: 1080,
  height: 1920,
  durationMs: 15_000,
  frameRate: 30,
  videoCodec: 'h264',
  audioCodec: 'aac',
  rotation: 0,
};

const recipe = (given: Partial<Recipe>): Recipe => ({ aspect: 'source', fit: 'pad', ...given });

function rendered(
  probe: Partial<MediaProbe>,
  given: Partial<Recipe> | null = null,
  limited: Partial<VideoLimits> = {},
) {
  const plan = planRendition({ ...phoneVideo, ...probe }, { ...limits, ...limited }, given && recipe(given));
  if (plan.action !== 'render') throw new Error(`Expected a render, got ${JSON.stringify(plan)}`);
  return plan;
}

function option(plan: RenderPlan, name: string): string | undefined {
  const index = plan.outputOptions.indexOf(name);
  return index < 0 ? undefined : plan.outputOptions[index + 1];
}

describe('the frame', () => {
  it('is scaled down into the limits with its shape kept', () => {
    const plan = rendered({ width: 2160, height: 3840 });
    expect(plan.output).toMatchObject({ width: 1080, height: 1920 });
    expect(option(plan, '-vf')).toBe('scale=1080:1920,setsar=1');
  });

  it('takes the tighter side of a lying picture', () => {
    expect(rendered({ width: 1920, height: 1080 }).output).toMatchObject({ width: 1080, height: 608 });
  });

  it('is never scaled up', () => {
    const plan = rendered({ width: 320, height: 240, videoCodec: 'mpeg4' }, { maxHeight: 1000 });
    expect(plan.output).toMatchObject({ width: 320, height: 240 });
  });

  it.each([
    [541, 961],
    [1079, 1917],
    [333, 777],
    [3, 5],
    [4001, 227],
  ])('has even sides for a source of %i x %i', (width, height) => {
    for (const aspect of ['source', '9:16', '1:1', '16:9'] as const) {
      for (const fit of ['pad', 'crop'] as const) {
        const { output } = rendered({ width, height, videoCodec: 'mpeg4' }, { aspect, fit });
        expect([output.width % 2, output.height % 2]).toEqual([0, 0]);
        expect(output.width).toBeLessThanOrEqual(limits.maxWidth);
        expect(output.height).toBeLessThanOrEqual(limits.maxHeight);
      }
    }
  });

  it('stays under odd limits', () => {
    const { output } = rendered({}, null, { maxWidth: 721, maxHeight: 1281 });
    expect(output.width).toBeLessThanOrEqual(720);
    expect(output.height).toBeLessThanOrEqual(1280);
  });

  it('of a turned video is planned as it is displayed', () => {
    const plan = rendered({ width: 1080, height: 1920, rotation: 90, videoCodec: 'hevc' });
    expect(plan.output).toMatchObject({ width: 1080, height: 1920 });
    expect(option(plan, '-vf')).toBe('scale=1080:1920,setsar=1');
  });

  it('is padded to an aspect', () => {
    const plan = rendered({ width: 1280, height: 720 }, { aspect: '9:16', fit: 'pad' });
    expect(plan.output).toMatchObject({ width: 1080, height: 1920 });
    expect(option(plan, '-vf')).toBe('scale=1080:608,pad=1080:1920:(ow-iw)/2:(oh-ih)/2:color=black,setsar=1');
  });

  it('is cropped to an aspect', () => {
    const plan = rendered({ width: 1280, height: 720 }, { aspect: '1:1', fit: 'crop' });
    expect(plan.output).toMatchObject({ width: 720, height: 720 });
    expect(option(plan, '-vf')).toBe('scale=1280:720,crop=720:720,setsar=1');
  });

  it('is cropped before it is measured against the limits', () => {
    const plan = rendered({ width: 3840, height: 1080 }, { aspect: '1:1', fit: 'crop' });
    expect(plan.output).toMatchObject({ width: 1080, height: 1080 });
  });

  it('obeys the largest height of the recipe', () => {
    const plan = rendered({}, { maxHeight: 960 });
    expect(plan.output).toMatchObject({ width: 540, height: 960 });
    expect(plan.reason).toEqual(['The picture is scaled to 540 x 960.']);
  });
});
