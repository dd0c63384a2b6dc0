import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import { softenRecipe } from '../../contracts/recipes.ts';
import { composeGraph, overlayPlaces } from './graph.ts';
import type { GraphPlan } from './graph-plan.ts';
import { planRendition, recipeHash } from './plan.ts';

const limits: VideoLimits = {
  maxBytes: 50 * 1024 ** 2,
  minDurationMs: 3_000,
  maxDurationMs: 60_000,
  maxWidth: 1080,
  maxHeight: 1920,
  maxFrameRate: 30,
  videoCodecs: ['h264'],
  audioCodecs: ['aac'],
  containers: ['mp4'],
};

const wide: MediaProbe = {
  kind: 'video',
  container: 'mov,mp4,m4a,3gp,3g2,mj2',
  bytes: 8 * 1024 ** 2,
  width: 3840,
  height: 2160,
  durationMs: 15_000,
  frameRate: 30,
  videoCodec: 'h264',
  audioCodec: 'aac',
  rotation: 0,
};

function planned(given: Partial<Recipe>, probe: Partial<MediaProbe> = {}, limited: Partial<VideoLimits> = {}) {
  const recipe: Recipe = { aspect: 'source', fit: 'pad', ...given };
  return planRendition({ ...wide, ...probe }, { ...limits, ...limited }, recipe);
}

function composed(...args: Parameters<typeof planned>): GraphPlan {
  const plan = planned(...args);
  if (plan.action !== 'compose') throw new Error(`Expected a graph, got ${JSON.stringify(plan)}`);
  return plan;
}

function refused(...args: Parameters<typeof planned>): string {
  const plan = planned(...args);
  if (plan.action !== 'reject') throw new Error(`Expected a refusal, got ${JSON.stringify(plan)}`);
  return plan.reasons.join(' ');
}

const graphOf = (...plans: GraphPlan[]) => composeGraph(plans, wide.durationMs).filterComplex;

describe('a recipe', () => {
  it('without anything new names the same variant as ever', () => {
    const old: Recipe = { aspect: '1:1', fit: 'crop', maxHeight: 720, frameRate: 25, videoBitrateKbps: 900 };
    // Computed before recipes could hold more: stored variants must be found again.
    expect([recipeHash(null, limits), recipeHash(old, limits)]).toEqual([
      '07dfc58173bd39b87298d95688d35e3b',
      '74bf1babcef03d051a15857df0bc69b8',
    ]);
  });

  it('names another variant for another account, of equal content', () => {
    const [ann, bob] = ['ann/0', 'bob/0'].map((mark) => composed({ brightness: [0.1, 0.1], mark }));
    expect(ann?.variant).not.toBe(bob?.variant);
    expect(ann?.content).toBe(bob?.content);
  });

  it('names the same variant whatever it was drawn by and held against', () => {
    const plain = composed({ speed: [1.1, 1.1] });
    expect(composed({ speed: [1.1, 1.1], seed: 'spring', minSsim: 0.99 }).variant).toBe(plain.variant);
  });

  it('with a mark alone is rendered, because the account is to have its own', () => {
    expect(composed({ mark: 'ann/0' }, { width: 1080, height: 1920 }).reason).toEqual([
      'A rendition of its own was ordered.',
    ]);
  });
});

describe('the graph', () => {
  it('trims, changes speed and cuts before it scales, and varies colours after the reference was taken', () => {
    const plan = composed({
      trimStartMs: [500, 500],
      trimEndMs: [1_500, 1_500],
      speed: [1.25, 1.25],
      cropPercent: [10, 10],
      aspect: '1:1',
      fit: 'crop',
      brightness: [0.05, 0.05],
      hueDegrees: [4, 4],
    });
    const [picture = '', , colours = ''] = graphOf(plan).split(';');
    const order = ['trim=start=0.5:end=13.5', 'setpts=(PTS-0.5/TB)/1.25', 'fps=30', 'crop=', 'scale=', 'split=2'];
    const places = order.map((filter) => picture.indexOf(filter));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(colours).toBe('[g0]eq=brightness=0.05:contrast=1:saturation=1,hue=h=4,format=yuv420p[c0]');
    expect(plan.output).toMatchObject({ width: 1080, height: 1080, durationMs: 10_400 });
  });

  it('decodes once for three renditions, and scales once what all of them want small', () => {
    const three = [1, 2, 3].map((n) => composed({ aspect: '16:9', cropPercent: [n, n], mark: `a/${n}` }));
    const graph = graphOf(...three);
    expect(graph.match(/\[0:V:0\]/g)).toHaveLength(1);
    expect(graph).toMatch(/^\[0:V:0\]scale=\d+:\d+,setsar=1,split=3\[s0\]\[s1\]\[s2\];/);
  });

  it('does not scale before it must when one rendition is as large as the source', () => {
    const small = { width: 640, height: 360 };
    expect(graphOf(composed({ mark: 'a/0' }, small), composed({ mark: 'a/1' }, small))).toMatch(
      /^\[0:V:0\]split=2\[s0\]\[s1\];/,
    );
  });

  it('lays logo and text over the picture in the order of its inputs, across renditions', () => {
    const logo = {
      mediaId: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
      corner: 'bottom-left',
      widthPercent: 20,
      opacity: 1,
    } as const;
    const text = { template: '@ann', position: 'top', heightPercent: 5, colour: '#ffffff', opacity: 1 } as const;
    const graph = graphOf(composed({ logo, text }), composed({ text }));
    expect([...graph.matchAll(/\[(\d):v\]overlay=([^[]+)/g)].map(([, input, place]) => [input, place])).toEqual([
      ['1', 'x=43:y=H-h-43'],
      ['2', 'x=(W-w)/2:y=43'],
      ['3', 'x=(W-w)/2:y=43'],
    ]);
    expect(overlayPlaces(composed({ mark: 'a' }))).toEqual([]);
  });

  it('copies sound that stays as it is, and encodes what is trimmed', () => {
    const [same, cut] = composeGraph([composed({ mark: 'a' }), composed({ trimStartMs: [200, 200] })], 15_000).outputs;
    expect(same?.options).toEqual(expect.arrayContaining(['0:a:0', 'copy']));
    expect(cut?.options).toEqual(expect.arrayContaining(['[a1]', 'aac']));
  });

  it('takes at most sixteen pictures as a reference', () => {
    expect(composeGraph([composed({ mark: 'a' })], 15_000).outputs[0]?.every).toBe(Math.ceil(450 / 16));
  });
});

describe('a recipe that cannot be followed is refused when it', () => {
  it.each<[string, string, RegExp]>([
    [
      'trims too much away',
      refused({ trimStartMs: [9_000, 9_000], trimEndMs: [5_000, 5_000] }),
      /lasts 1 s.* at least 3 s/,
    ],
    ['is too slow', refused({ speed: [0.5, 0.5] }, { durationMs: 40_000 }), /lasts 80 s.*at most 60 s/],
    [
      'wants a codec that the platform does not take',
      refused({ videoCodec: 'vp9' }),
      /asks for vp9; the platform takes h264/,
    ],
  ])('%s', (_title, sentence, expected) => {
    expect(sentence).toMatch(expected);
  });
});

describe('a milder recipe', () => {
  const recipe: Recipe = {
    aspect: '1:1',
    fit: 'crop',
    brightness: [0.2, 0.2],
    saturation: [0.6, 0.6],
    speed: [1.1, 1.1],
  };

  it('is half as far from the source in its colours, and finer, at each level', () => {
    expect(softenRecipe(recipe, 1)).toMatchObject({ brightness: [0.1, 0.1], saturation: [0.8, 0.8], crf: 18 });
    expect(softenRecipe(recipe, 2)).toMatchObject({ brightness: [0.05, 0.05], saturation: [0.9, 0.9], crf: 15 });
    expect(softenRecipe({ ...recipe, videoBitrateKbps: 1_000 }, 2)).toMatchObject({ videoBitrateKbps: 2_250 });
  });

  it('keeps shape and timing, which likeness is not measured on', () => {
    expect(softenRecipe(recipe, 3)).toMatchObject({ aspect: '1:1', fit: 'crop', speed: [1.1, 1.1] });
    expect(softenRecipe(recipe, 0)).toBe(recipe);
  });
});
