import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { Target } from './codecs.ts';
import { chooseTarget } from './codecs.ts';
import type { Frame } from './geometry.ts';
import { fitFrame, frameFilters } from './geometry.ts';
import type { GraphPlan } from './graph-plan.ts';
import { needsGraph, planGraph } from './graph-plan.ts';
import {
  AUDIO_KBPS,
  CLEAN,
  LEAN_AUDIO_KBPS,
  LEAN_BELOW_KBPS,
  LEAST_VIDEO_KBPS,
  MOST_VIDEO_KBPS,
  rateToFit,
} from './rates.ts';
import type { Reasons } from './reasons.ts';
import {
  cannotMake,
  containerReasons,
  FRAME_RATE_TOLERANCE,
  pictureReasons,
  refusals,
  soundReasons,
  tooSmall,
} from './reasons.ts';
import { normalise, recipeHash } from './recipe-hash.ts';

export { rateToFit } from './rates.ts';
export { recipeHash } from './recipe-hash.ts';

/** What comes out of a render. */
export interface PlannedOutput {
  width: number;
  height: number;
  durationMs: number;
  frameRate: number;
  videoCodec: string;
  audioCodec: string | null;
  container: string;
  /** File name extension, without the dot. */
  extension: string;
  /** The output must not be larger, bytes. */
  maxBytes: number;
}

export interface RenderPlan {
  action: 'render';
  /** {@link recipeHash} of what was asked for: together with the source's hash it names the variant. */
  variant: string;
  /** `remux` copies every stream and only changes the container. */
  mode: 'remux' | 'encode';
  inputOptions: string[];
  outputOptions: string[];
  output: PlannedOutput;
  /** Why a render is needed, in sentences. */
  reason: string[];
}

export type RenditionPlan =
  | { action: 'use-source' }
  | RenderPlan
  /** The recipe asks for more than another size and encoding. */
  | GraphPlan
  /** Why the platform cannot get this video, in sentences. */
  | { action: 'reject'; reasons: string[] };

function frameRateOf(probe: MediaProbe, limits: VideoLimits, recipe: Recipe): number {
  const asked = recipe.frameRate ?? probe.frameRate;
  return asked > limits.maxFrameRate + FRAME_RATE_TOLERANCE ? limits.maxFrameRate : asked;
}

interface Wanted {
  probe: MediaProbe;
  limits: VideoLimits;
  recipe: Recipe;
  frame: Frame;
  frameRate: number;
}

interface Part {
  codec: string | null;
  options: readonly string[];
  kbps: number;
}

/**
 * What becomes of the sound: copied where it may be, encoded where it must be or where every byte counts, dropped where
 * nothing else is left.
 */
function planSound({ probe, limits }: Wanted, target: Target): Part {
  const codec = probe.audioCodec;
  if (codec === null) return { codec: null, options: ['-an'], kbps: 0 };
  const isTooLarge = probe.bytes > limits.maxBytes && target.audio !== null;
  if (!isTooLarge && limits.audioCodecs.includes(codec) && target.container.audio.includes(codec)) {
    return { codec, options: ['-map', '0:a:0', '-c:a', 'copy'], kbps: 2 * AUDIO_KBPS };
  }
  if (!target.audio) return { codec: null, options: ['-an'], kbps: 0 };
  const totalKbps = (limits.maxBytes * 8) / probe.durationMs;
  const kbps = totalKbps < LEAN_BELOW_KBPS ? LEAN_AUDIO_KBPS : AUDIO_KBPS;
  const shape = ['-b:a', `${kbps}k`, '-ac', '2', '-ar', '48000'];
  return { codec: target.audio.codec, options: ['-map', '0:a:0', ...target.audio.options, ...shape], kbps };
}

/** Options for a new picture, or null where the size limit leaves too little for one worth posting. */
function encodePicture(wanted: Wanted, video: NonNullable<Target['video']>, soundKbps: number): string[] | null {
  const { probe, limits, recipe, frame, frameRate } = wanted;
  const ceiling = Math.min(MOST_VIDEO_KBPS, rateToFit(limits.maxBytes, probe.durationMs, soundKbps));
  if (ceiling < LEAST_VIDEO_KBPS) return null;
  const filters = frameFilters(frame);
  if (Math.abs(frameRate - probe.frameRate) > FRAME_RATE_TOLERANCE) filters.push(`fps=${frameRate}`);
  const targetKbps = recipe.videoBitrateKbps === undefined ? null : Math.min(recipe.videoBitrateKbps, ceiling);
  const maxKbps = targetKbps === null ? ceiling : Math.min(Math.round(targetKbps * 1.25), ceiling);
  return [...video.encode({ targetKbps, maxKbps }), '-pix_fmt', 'yuv420p', '-vf', filters.join(',')];
}

/** `V` is the first video stream that is not a cover picture. */
function outputOptions(picture: readonly string[], sound: Part, target: Target): string[] {
  return ['-map', '0:V:0', ...sound.options, ...picture, ...CLEAN, ...target.container.options];
}

function planRender(wanted: Wanted, target: Target, reasons: Reasons): RenditionPlan {
  const { probe, limits, recipe, frame } = wanted;
  const sourceCodec = probe.videoCodec ?? '';
  const { container } = target;
  const sound = planSound(wanted, target);
  const reason = [...reasons.picture, ...reasons.sound, ...reasons.container];
  const turnsAway = probe.rotation !== 0 && !container.keepsRotation;
  const encodes = reasons.picture.length > 0 || !container.video.includes(sourceCodec) || turnsAway;

  let picture = ['-c:v', 'copy', ...(sourceCodec === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
  if (encodes) {
    if (!target.video) return { action: 'reject', reasons: [...reason, cannotMake(limits)] };
    const encoded = encodePicture(wanted, target.video, sound.kbps);
    if (!encoded) return { action: 'reject', reasons: [...reason, tooSmall(probe, limits)] };
    picture = encoded;
  }
  return {
    action: 'render',
    variant: recipeHash(recipe, limits),
    mode: encodes || (sound.codec !== null && sound.codec !== probe.audioCodec) ? 'encode' : 'remux',
    inputOptions: ['-fflags', '+genpts'],
    outputOptions: outputOptions(picture, sound, target),
    output: {
      width: encodes ? frame.width : probe.width,
      height: encodes ? frame.height : probe.height,
      durationMs: probe.durationMs,
      frameRate: encodes ? wanted.frameRate : probe.frameRate,
      videoCodec: encodes && target.video ? target.video.codec : sourceCodec,
      audioCodec: sound.codec,
      container: container.name,
      extension: container.extension,
      maxBytes: limits.maxBytes,
    },
    reason,
  };
}

/**
 * Decides what a platform gets of a video: the source itself, a copy in another container, a new encoding of only what
 * must change, or nothing. Pure: ffmpeg's options are computed from the probe.
 */
export function planRendition(probe: MediaProbe, limits: VideoLimits, recipe: Recipe | null): RenditionPlan {
  const full = normalise(recipe);
  if (needsGraph(full)) return planGraph(probe, limits, full);
  const refused = refusals(probe, limits);
  if (refused.length > 0) return { action: 'reject', reasons: refused };
  const wanted: Wanted = {
    probe,
    limits,
    recipe: full,
    frame: fitFrame(probe, limits, full),
    frameRate: frameRateOf(probe, limits, full),
  };
  const reasons: Reasons = {
    picture: pictureReasons(wanted),
    sound: soundReasons(probe, limits),
    container: containerReasons(probe, limits),
  };
  if (Object.values(reasons).every((list) => list.length === 0)) return { action: 'use-source' };
  const target = chooseTarget(limits, { video: probe.videoCodec ?? '', audio: probe.audioCodec });
  if (!target) return { action: 'reject', reasons: [...Object.values(reasons).flat(), cannotMake(limits)] };
  return planRender(wanted, target, reasons);
}
