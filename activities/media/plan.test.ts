import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { RenderPlan } from './plan.ts';
import { planRendition, rateToFit, recipeHash } from './plan.ts';

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

function refused(probe: Partial<MediaProbe>, limited: Partial<VideoLimits> = {}, given: Recipe | null = null): string {
  const plan = planRendition({ ...phoneVideo, ...probe }, { ...limits, ...limited }, given);
  if (plan.action !== 'reject') throw new Error(`Expected a refusal, got ${JSON.stringify(plan)}`);
  return plan.reasons.join(' ');
}

function option(plan: RenderPlan, name: string): string | undefined {
  const index = plan.outputOptions.indexOf(name);
  return index < 0 ? undefined : plan.outputOptions[index + 1];
}

describe('a video that conforms', () => {
  it.each([
    ['without a recipe', null],
    ['with an empty recipe', recipe({})],
    ['with the aspect that it already has', recipe({ aspect: '9:16' })],
    ['with a fit but no aspect to fit to', recipe({ fit: 'crop' })],
    ['with a largest height that it keeps', recipe({ maxHeight: 1920 })],
    ['with the frame rate that it already has', recipe({ frameRate: 30 })],
  ])('is used as it is %s', (_title, given) => {
    expect(planRendition(phoneVideo, limits, given)).toEqual({ action: 'use-source' });
  });

  it.each([
    ['without sound', { audioCodec: null }],
    ['turned by its player', { rotation: 90 }],
    ['with a frame rate that is 30 but for rounding', { frameRate: 30.003 }],
    ['just as long as allowed', { durationMs: 60_000 }],
    ['just as short as allowed', { durationMs: 3_000 }],
    ['just as large as allowed', { bytes: 50 * MB }],
  ])('is used as it is %s', (_title, probe) => {
    expect(planRendition({ ...phoneVideo, ...probe }, limits, null)).toEqual({ action: 'use-source' });
  });

  it('counts 406 x 720 as 9:16', () => {
    const plan = planRendition({ ...phoneVideo, width: 406, height: 720 }, limits, recipe({ aspect: '9:16' }));
    expect(plan.action).toBe('use-source');
  });
});

describe('a video in a foreign container', () => {
  it('is copied, not encoded', () => {
    const plan = rendered({ container: 'matroska' });
    expect(plan.mode).toBe('remux');
    expect(option(plan, '-c:v')).toBe('copy');
    expect(option(plan, '-c:a')).toBe('copy');
    expect(plan.output).toMatchObject({ container: 'mp4', extension: 'mp4', width: 1080, height: 1920 });
    expect(plan.reason).toEqual(['The file is matroska; the platform takes mp4.']);
  });

  it('keeps the note that players turn it', () => {
    expect(rendered({ container: 'mov', rotation: 90 }).mode).toBe('remux');
  });

  it('is encoded when the new container would lose that note', () => {
    const plan = rendered({ rotation: 90, videoCodec: 'vp9', audioCodec: null }, null, {
      containers: ['webm'],
      videoCodecs: ['vp9'],
      audioCodecs: ['opus'],
    });
    expect(plan.mode).toBe('encode');
    expect(option(plan, '-c:v')).toBe('libvpx-vp9');
  });

  it('goes into the first container here that holds its streams', () => {
    const plan = rendered({ container: 'avi', videoCodec: 'vp8', audioCodec: 'vorbis' }, null, {
      containers: ['mp4', 'webm'],
      videoCodecs: ['h264', 'vp8'],
      audioCodecs: ['aac', 'vorbis'],
    });
    expect(plan).toMatchObject({ mode: 'remux', output: { container: 'webm', extension: 'webm' } });
  });

  it('marks copied HEVC so that every player knows it', () => {
    const plan = rendered({ container: 'matroska', videoCodec: 'hevc' }, null, { videoCodecs: ['h264', 'hevc'] });
    expect(option(plan, '-tag:v')).toBe('hvc1');
  });

  it('puts the index first and keeps no metadata', () => {
    const plan = rendered({ container: 'matroska' });
    expect(option(plan, '-movflags')).toBe('+faststart');
    expect(option(plan, '-map_metadata')).toBe('-1');
  });
});

describe('only what must change is encoded', () => {
  it('copies the picture when only the sound is foreign', () => {
    const plan = rendered({ audioCodec: 'opus' });
    expect(option(plan, '-c:v')).toBe('copy');
    expect(option(plan, '-c:a')).toBe('aac');
    expect(plan.mode).toBe('encode');
    expect(plan.output).toMatchObject({ videoCodec: 'h264', audioCodec: 'aac' });
  });

  it('copies the sound when only the picture is foreign', () => {
    const plan = rendered({ videoCodec: 'hevc' });
    expect(option(plan, '-c:v')).toBe('libx264');
    expect(option(plan, '-c:a')).toBe('copy');
    expect(plan.reason).toEqual(['The video is hevc; the platform takes h264.']);
  });

  it('drops the sound where the platform takes none', () => {
    const plan = rendered({}, null, { audioCodecs: [] });
    expect(plan.outputOptions).toContain('-an');
    expect(plan.output.audioCodec).toBeNull();
  });

  it('asks for no sound where there is none', () => {
    expect(rendered({ videoCodec: 'hevc', audioCodec: null }).outputOptions).toContain('-an');
  });

  it('names every reason', () => {
    const { reason } = rendered({
      videoCodec: 'vp9',
      audioCodec: 'opus',
      container: 'webm',
      width: 2160,
      frameRate: 60,
    });
    expect(reason).toHaveLength(5);
  });
});

describe('the frame rate', () => {
  it('is lowered to what the platform takes', () => {
    const plan = rendered({ frameRate: 60 });
    expect(option(plan, '-vf')).toMatch(/,fps=30$/);
    expect(plan.output.frameRate).toBe(30);
  });

  it('is what the recipe asks for', () => {
    expect(option(rendered({}, { frameRate: 24 }), '-vf')).toMatch(/,fps=24$/);
  });

  it('is never more than the platform takes, whatever the recipe asks for', () => {
    expect(rendered({ frameRate: 25 }, { frameRate: 60 }).output.frameRate).toBe(30);
  });

  it('is left alone when something else changes', () => {
    expect(option(rendered({ videoCodec: 'hevc', frameRate: 29.97 }), '-vf')).not.toMatch(/fps/);
  });
});

describe('the bit rate', () => {
  it('is computed to fit when the file is too large', () => {
    const plan = rendered({ bytes: 200 * MB, durationMs: 60_000 });
    const videoKbps = Number.parseInt(option(plan, '-maxrate') ?? '', 10);
    const audioKbps = Number.parseInt(option(plan, '-b:a') ?? '', 10);
    const largestBytes = ((videoKbps * 61 + audioKbps * 60) * 1000) / 8;
    expect(largestBytes).toBeLessThan(limits.maxBytes);
    expect(largestBytes).toBeGreaterThan(limits.maxBytes * 0.9);
    expect(option(plan, '-bufsize')).toBe(option(plan, '-maxrate'));
  });

  it('is the one of the recipe', () => {
    const plan = rendered({}, { videoBitrateKbps: 1500 });
    expect(option(plan, '-b:v')).toBe('1500k');
    expect(plan.outputOptions).not.toContain('-crf');
  });

  it('of the recipe gives way to the size limit', () => {
    const plan = rendered({}, { videoBitrateKbps: 20_000 }, { maxBytes: 9 * MB });
    const kbps = Number.parseInt(option(plan, '-b:v') ?? '', 10);
    expect(kbps).toBeLessThanOrEqual(rateToFit(9 * MB, 15_000, 0));
  });

  it('is left to the quality where nothing limits it', () => {
    expect(option(rendered({ videoCodec: 'hevc' }), '-crf')).toBe('21');
  });

  it('leaves less to the sound where there is little', () => {
    expect(option(rendered({ audioCodec: 'opus' }, null, { maxBytes: MB, maxDurationMs: 60_000 }), '-b:a')).toBe('64k');
  });

  it('encodes sound that could be copied when every byte counts', () => {
    expect(option(rendered({ bytes: 51 * MB }), '-c:a')).toBe('aac');
  });
});

describe('a video that cannot be sent', () => {
  it('is refused when it is too long, never cut', () => {
    expect(refused({ durationMs: 61_000 })).toBe(
      'The video lasts 61 s; the platform takes at most 60 s. It is never cut silently.',
    );
  });

  it('is refused when it is too short', () => {
    expect(refused({ durationMs: 2_900 })).toBe('The video lasts 2.9 s; the platform wants at least 3 s.');
  });

  it('is refused when it is a picture', () => {
    expect(refused({ kind: 'image', videoCodec: null, durationMs: 0 })).toMatch(/This is a picture/);
  });

  it('is refused when nothing watchable fits into the size', () => {
    expect(refused({ durationMs: 60_000 }, { maxBytes: MB })).toMatch(/cannot be brought under 1 MB/);
  });

  it('is refused when the platform takes only what cannot be made here', () => {
    expect(refused({}, { videoCodecs: ['prores'], containers: ['mxf'] })).toMatch(
      /prores in mxf, which cannot be made/,
    );
  });

  it('is refused when its codec may only be copied and it must change', () => {
    expect(refused({ videoCodec: 'av1', frameRate: 60 }, { videoCodecs: ['av1'] })).toMatch(/cannot be made here/);
  });
});

describe('the name of a variant', () => {
  it('does not depend on the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(limits).reverse()) as unknown as VideoLimits;
    const one: Recipe = { aspect: '1:1', fit: 'crop', maxHeight: 720 };
    const other: Recipe = { maxHeight: 720, fit: 'crop', aspect: '1:1' };
    expect(recipeHash(one, limits)).toBe(recipeHash(other, turned));
  });

  it('is the same for recipes that mean the same', () => {
    expect(recipeHash(null, limits)).toBe(recipeHash(recipe({}), limits));
    expect(recipeHash(null, limits)).toBe(recipeHash(recipe({ fit: 'crop' }), limits));
  });

  it.each<[string, Recipe | null, VideoLimits]>([
    ['another recipe', recipe({ maxHeight: 720 }), limits],
    ['other limits', null, { ...limits, maxBytes: MB }],
    ['codecs in another order', null, { ...limits, videoCodecs: ['hevc', 'h264'] }],
  ])('differs for %s', (_title, given, limited) => {
    expect(recipeHash(given, limited)).not.toBe(recipeHash(null, limits));
  });

  it('is what a plan carries', () => {
    expect(rendered({ container: 'matroska' }).variant).toBe(recipeHash(null, limits));
  });
});

it('plans the same for the same question', () => {
  expect(rendered({ width: 2160 }, { aspect: '1:1' })).toEqual(rendered({ width: 2160 }, { aspect: '1:1' }));
});
