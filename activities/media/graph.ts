import { evenNear, frameFilters } from './geometry.ts';
import type { GraphPlan } from './graph-plan.ts';
import { CLEAN } from './rates.ts';

/** One run of ffmpeg for several renditions of one source: input 0 is the source, the others are overlays. */
export interface GraphJob {
  filterComplex: string;
  outputs: readonly GraphOutput[];
}

export interface GraphOutput {
  /** Options of the rendition. */
  options: readonly string[];
  extension: string;
  /** Options of its reference: a few pictures, uncompressed, before colours, overlays and encoding. */
  reference: readonly string[];
  /** Of which every so many pictures the reference holds one. */
  every: number;
}

/** Pictures on which SSIM is measured: enough to be spread over a video, few enough to cost next to nothing. */
const REFERENCE_PICTURES = 16;

/** Scaling once for all pays off when the largest picture that is wanted is this much smaller than the source. */
const WORTH_SHARING = 0.8;

/** Distance of an overlay to the edge, share of the picture's width. */
const MARGIN = 0.04;

const seconds = (ms: number) => String(Math.round(ms) / 1000);

/** Of how many pictures one is compared. */
export function referenceEvery({ output }: GraphPlan): number {
  return Math.max(1, Math.ceil(((output.durationMs / 1000) * output.frameRate) / REFERENCE_PICTURES));
}

/** How much smaller than the source the largest picture of these renditions is; 1 where one of them is as large. */
function sharedScale(plans: readonly GraphPlan[]): number {
  return Math.max(
    ...plans.map(({ frame, source, keeps }) =>
      Math.max(frame.picture.width / (source.width * keeps), frame.picture.height / (source.height * keeps)),
    ),
  );
}

function timeFilters({ timing, output }: GraphPlan, trims: boolean): string[] {
  const { startMs, endMs, speed } = timing;
  const start = seconds(startMs);
  const shifts = startMs > 0 || speed !== 1;
  return [
    ...(trims ? [`trim=start=${start}:end=${seconds(endMs)}`] : []),
    ...(shifts ? [`setpts=(PTS-${start}/TB)/${speed}`] : []),
    `fps=${output.frameRate}`,
  ];
}

function soundFilters({ timing }: GraphPlan, trims: boolean): string[] {
  const { startMs, endMs, speed } = timing;
  const start = seconds(startMs);
  return [
    ...(trims ? [`atrim=start=${start}:end=${seconds(endMs)}`, `asetpts=PTS-${start}/TB`] : []),
    ...(speed === 1 ? [] : [`atempo=${speed}`]),
  ];
}

const share = (whole: number) => Math.round(whole * 1e6) / 1e6;

/**
 * Cutting off, and cropping to the aspect, before anything is scaled: what is cut away costs nothing. In shares of what
 * comes in, which may have been scaled already or have pixels that are not square.
 */
function shapeFilters(plan: GraphPlan): string[] {
  const { keeps, frame } = plan;
  const crops = frame.changes.includes('crop');
  const [x, y] = crops
    ? [(keeps * frame.width) / frame.picture.width, (keeps * frame.height) / frame.picture.height]
    : [keeps, keeps];
  const picture = crops ? { width: frame.width, height: frame.height } : frame.picture;
  const changes = frame.changes.filter((change) => change !== 'crop');
  return [
    ...(x === 1 && y === 1 ? [] : [`crop=2*floor(iw*${share(x)}/2):2*floor(ih*${share(y)}/2)`]),
    ...frameFilters({ ...frame, picture, changes }, padColour(plan)),
  ];
}

/** Where overlays lie, in the order in which they are drawn and handed in as inputs. */
export function overlayPlaces({ recipe, frame }: Pick<GraphPlan, 'recipe' | 'frame'>): string[] {
  const margin = Math.round(frame.width * MARGIN);
  const places: string[] = [];
  if (recipe.logo) {
    const [vertical, horizontal] = recipe.logo.corner.split('-');
    const x = horizontal === 'left' ? margin : `W-w-${margin}`;
    const y = vertical === 'top' ? margin : `H-h-${margin}`;
    places.push(`x=${x}:y=${y}`);
  }
  if (recipe.text) {
    const y = { top: String(margin), middle: '(H-h)/2', bottom: `H-h-${margin}` }[recipe.text.position];
    places.push(`x=(W-w)/2:y=${y}`);
  }
  return places;
}

const padColour = (plan: GraphPlan) => plan.recipe.padColour?.replace('#', '0x');

function pictureFilters(plan: GraphPlan, trims: boolean): string[] {
  return [...timeFilters(plan, trims), ...shapeFilters(plan), 'format=yuv420p'];
}

function metadataOptions({ recipe }: GraphPlan): string[] {
  return Object.entries(recipe.metadata ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : ['-metadata', `${name}=${value}`],
  );
}

/**
 * Puts renditions of one source into one filter graph: the source is decoded once, scaled down once where all of them
 * are smaller, and split. Each rendition also leaves a reference to measure SSIM against: every n-th picture after
 * geometry and timing, before colours and overlays. Pure.
 */
export function composeGraph(plans: readonly GraphPlan[], sourceDurationMs: number): GraphJob {
  const graph: string[] = [];
  const scale = sharedScale(plans);
  const first = plans[0];
  let heads = plans.map(() => '[0:V:0]');
  if (first && plans.length > 1) {
    heads = plans.map((_, index) => `[s${index}]`);
    const { width, height } = first.source;
    const shared =
      scale < WORTH_SHARING ? [`scale=${evenNear(width * scale)}:${evenNear(height * scale)}`, 'setsar=1'] : [];
    graph.push(`[0:V:0]${[...shared, `split=${plans.length}`].join(',')}${heads.join('')}`);
  }

  let input = 1;
  const outputs = plans.map((plan, index): GraphOutput => {
    const { timing, sound, encoding, container, output } = plan;
    const trims = timing.startMs > 0 || timing.endMs < sourceDurationMs;
    const every = referenceEvery(plan);
    graph.push(`${heads[index]}${pictureFilters(plan, trims).join(',')},split=2[g${index}][q${index}]`);
    graph.push(`[q${index}]select='not(mod(n,${every}))'[r${index}]`);
    let last = `g${index}`;
    if (plan.colour.length > 0) {
      graph.push(`[${last}]${plan.colour.join(',')},format=yuv420p[c${index}]`);
      last = `c${index}`;
    }
    for (const [layer, place] of overlayPlaces(plan).entries()) {
      graph.push(`[${last}][${input}:v]overlay=${place}[o${index}x${layer}]`);
      last = `o${index}x${layer}`;
      input += 1;
    }
    const soundChain = sound?.encodes ? soundFilters(plan, trims) : [];
    if (soundChain.length > 0) graph.push(`[0:a:0]${soundChain.join(',')}[a${index}]`);
    const soundOptions = sound ? ['-map', soundChain.length > 0 ? `[a${index}]` : '0:a:0', ...sound.options] : ['-an'];
    return {
      options: [
        ...['-map', `[${last}]`, ...encoding, ...soundOptions],
        ...[...CLEAN, ...metadataOptions(plan), ...container.options],
      ],
      extension: output.extension,
      reference: ['-map', `[r${index}]`, '-c:v', 'rawvideo', '-an', '-f', 'nut'],
      every,
    };
  });
  return { filterComplex: graph.join(';'), outputs };
}

/**
 * The graph that compares renditions with their references by SSIM (Wang et al. 2004, as ffmpeg's filter `ssim` has
 * it). Inputs come in pairs: reference, rendition. Pictures are paired by number, so rounded times do no harm.
 */
export function compareGraph(everys: readonly number[]): { filterComplex: string; maps: string[] } {
  const count = 'settb=1/25,setpts=N';
  const graph = everys.flatMap((every, index) => [
    `[${2 * index}:v:0]${count}[a${index}]`,
    `[${2 * index + 1}:V:0]select='not(mod(n,${every}))',${count}[b${index}]`,
    `[b${index}][a${index}]ssim@s${index}[x${index}]`,
  ]);
  return { filterComplex: graph.join(';'), maps: everys.flatMap((_, index) => ['-map', `[x${index}]`]) };
}
