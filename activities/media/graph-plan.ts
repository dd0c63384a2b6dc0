import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';
import type { Container, Target } from './codecs.ts';
import { chooseTarget } from './codecs.ts';
import type { Frame } from './geometry.ts';
import { evenBelow, fitFrame } from './geometry.ts';
import type { PlannedOutput } from './plan.ts';
import { AUDIO_KBPS, LEAST_VIDEO_KBPS, MOST_VIDEO_KBPS, rateToFit } from './rates.ts';
import { cannotMake, FRAME_RATE_TOLERANCE, refusals, tooSmall } from './reasons.ts';
import { contentHash, recipeHash } from './recipe-hash.ts';

/** A rendition that takes a filter graph; `graph.ts` puts any number of one source into one run of ffmpeg. */
export interface GraphPlan {
  action: 'compose';
  /** Names the variant together with its source. */
  variant: string;
  /** Equal for plans that give equal bytes, whoever they are for. */
  content: string;
  recipe: Recipe;
  /** The source's picture as displayed. */
  source: { width: number; height: number };
  /** Share of width and height that stays after cutting off. */
  keeps: number;
  frame: Frame;
  timing: { startMs: number; endMs: number; speed: number };
  /** Filters that change how the picture looks, not where or when. */
  colour: readonly string[];
  sound: { codec: string; encodes: boolean; options: readonly string[] } | null;
  encoding: readonly string[];
  container: Container;
  output: PlannedOutput;
  /** What the recipe asks for, in sentences. */
  reason: readonly string[];
}

const GRAPH_PARTS = [
  'padColour',
  'cropPercent',
  'trimStartMs',
  'trimEndMs',
  'speed',
  'brightness',
  'contrast',
  'saturation',
  'hueDegrees',
  'text',
  'logo',
  'metadata',
  'videoCodec',
  'crf',
  'audioBitrateKbps',
  'mark',
] as const satisfies (keyof Recipe)[];

/** Whether a recipe asks for anything but another size, shape, frame rate or bit rate. */
export function needsGraph(recipe: Recipe): boolean {
  return GRAPH_PARTS.some((part) => recipe[part] !== undefined);
}

const USUAL_FRAME_RATE = 30;

/** A drawn pair holds the same number twice; of one that is not drawn yet, as at the door, the largest is assumed. */
const drawn = (pair: readonly [number, number] | undefined, neutral: number): number => pair?.[1] ?? neutral;

function colourFilters(recipe: Recipe): string[] {
  const brightness = drawn(recipe.brightness, 0);
  const contrast = drawn(recipe.contrast, 1);
  const saturation = drawn(recipe.saturation, 1);
  const hue = drawn(recipe.hueDegrees, 0);
  const filters: string[] = [];
  if (brightness !== 0 || contrast !== 1 || saturation !== 1) {
    filters.push(`eq=brightness=${brightness}:contrast=${contrast}:saturation=${saturation}`);
  }
  if (hue !== 0) filters.push(`hue=h=${hue}`);
  return filters;
}

function planSound(
  probe: MediaProbe,
  limits: VideoLimits,
  target: Target,
  recipe: Recipe,
  changesTime: boolean,
): GraphPlan['sound'] {
  const codec = probe.audioCodec;
  if (codec === null) return null;
  const mayCopy = limits.audioCodecs.includes(codec) && target.container.audio.includes(codec);
  const isTooLarge = probe.bytes > limits.maxBytes;
  if (mayCopy && !changesTime && recipe.audioBitrateKbps === undefined && !(isTooLarge && target.audio)) {
    return { codec, encodes: false, options: ['-c:a', 'copy'] };
  }
  if (!target.audio) return null;
  const kbps = recipe.audioBitrateKbps ?? AUDIO_KBPS;
  const shape = ['-b:a', `${kbps}k`, '-ac', '2', '-ar', '48000'];
  return { codec: target.audio.codec, encodes: true, options: [...target.audio.options, ...shape] };
}

function encodingOf(
  recipe: Recipe,
  limits: VideoLimits,
  video: NonNullable<Target['video']>,
  durationMs: number,
  soundKbps: number,
): string[] | null {
  const ceiling = Math.min(MOST_VIDEO_KBPS, rateToFit(limits.maxBytes, durationMs, soundKbps));
  if (ceiling < LEAST_VIDEO_KBPS) return null;
  const targetKbps = recipe.videoBitrateKbps === undefined ? null : Math.min(recipe.videoBitrateKbps, ceiling);
  const maxKbps = targetKbps === null ? ceiling : Math.min(Math.round(targetKbps * 1.25), ceiling);
  return [...video.encode({ targetKbps, maxKbps, crf: recipe.crf }), '-pix_fmt', 'yuv420p'];
}

function reasonsOf(recipe: Recipe): string[] {
  const named = GRAPH_PARTS.filter((part) => recipe[part] !== undefined && part !== 'mark');
  return [named.length > 0 ? say('media.recipe-parts', { parts: named.join(', ') }) : say('media.own-rendition')];
}

/** Limits in which only the codec that the recipe names is left, or the sentence why there is none. */
function limitsFor(recipe: Recipe, limits: VideoLimits): VideoLimits | string {
  const { videoCodec } = recipe;
  if (videoCodec === undefined) return limits;
  if (limits.videoCodecs.includes(videoCodec)) return { ...limits, videoCodecs: [videoCodec] };
  return say('media.recipe-codec', { codec: videoCodec, takes: limits.videoCodecs.join(', ') });
}

/** Plans one rendition of a recipe that has been drawn. Pure. */
export function planGraph(
  probe: MediaProbe,
  limits: VideoLimits,
  recipe: Recipe,
): GraphPlan | { action: 'reject'; reasons: string[] } {
  const reject = (...reasons: string[]) => ({ action: 'reject' as const, reasons });
  const startMs = drawn(recipe.trimStartMs, 0);
  const endMs = Math.max(startMs, probe.durationMs - drawn(recipe.trimEndMs, 0));
  const speed = drawn(recipe.speed, 1);
  const durationMs = Math.round((endMs - startMs) / speed);
  const changesTime = durationMs !== probe.durationMs;
  const refused = refusals({ ...probe, durationMs }, limits);
  if (refused.length > 0) {
    return reject(...(changesTime ? ['After trimming and speed:'] : []), ...refused);
  }
  const narrowed = limitsFor(recipe, limits);
  if (typeof narrowed === 'string') return reject(narrowed);
  const target = chooseTarget(narrowed, { video: narrowed.videoCodecs[0] ?? '', audio: probe.audioCodec });
  if (!target?.video) return reject(cannotMake(narrowed));

  const sound = planSound(probe, narrowed, target, recipe, changesTime);
  const soundKbps = sound ? (sound.encodes ? (recipe.audioBitrateKbps ?? AUDIO_KBPS) : 2 * AUDIO_KBPS) : 0;
  const encoding = encodingOf(recipe, narrowed, target.video, durationMs, soundKbps);
  if (!encoding) return reject(tooSmall({ ...probe, durationMs }, narrowed));

  const keeps = 1 - drawn(recipe.cropPercent, 0) / 100;
  const source = { width: probe.width, height: probe.height };
  const shown =
    keeps < 1 ? { width: evenBelow(source.width * keeps), height: evenBelow(source.height * keeps) } : source;
  const frame = fitFrame(shown, narrowed, recipe);
  const asked = recipe.frameRate ?? (probe.frameRate || USUAL_FRAME_RATE);
  const frameRate = asked > limits.maxFrameRate + FRAME_RATE_TOLERANCE ? limits.maxFrameRate : asked;
  return {
    action: 'compose',
    variant: recipeHash(recipe, limits),
    content: contentHash(recipe, limits),
    recipe,
    source,
    keeps,
    frame,
    timing: { startMs, endMs, speed },
    colour: colourFilters(recipe),
    sound,
    encoding,
    container: target.container,
    output: {
      width: frame.width,
      height: frame.height,
      durationMs,
      frameRate,
      videoCodec: target.video.codec,
      audioCodec: sound?.codec ?? null,
      container: target.container.name,
      extension: target.container.extension,
      maxBytes: limits.maxBytes,
    },
    reason: reasonsOf(recipe),
  };
}
