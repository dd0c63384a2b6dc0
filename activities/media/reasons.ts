import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import type { Frame } from './geometry.ts';

/** Why a rendition is needed, in sentences, by what must change. All empty: the source conforms. */
export interface Reasons {
  picture: readonly string[];
  sound: readonly string[];
  container: readonly string[];
}

/** An average of 30.003 frames a second is 30. */
export const FRAME_RATE_TOLERANCE = 0.01;

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
const megabytes = (bytes: number) => `${Math.round((bytes / 1024 ** 2) * 10) / 10} MB`;

/** Why a platform cannot get this file at all. */
export function refusals(probe: MediaProbe, limits: VideoLimits): string[] {
  if (probe.kind !== 'video' || probe.videoCodec === null)
    return ['This is a picture; the platform wants a video here.'];
  if (probe.durationMs < limits.minDurationMs) {
    return [
      `The video lasts ${seconds(probe.durationMs)}; the platform wants at least ${seconds(limits.minDurationMs)}.`,
    ];
  }
  if (probe.durationMs > limits.maxDurationMs) {
    return [
      `The video lasts ${seconds(probe.durationMs)}; the platform takes at most ${seconds(limits.maxDurationMs)}. It is never cut silently.`,
    ];
  }
  return [];
}

/** Why the picture must be encoded anew; empty when its stream can be copied. */
export function pictureReasons(wanted: {
  probe: MediaProbe;
  limits: VideoLimits;
  recipe: Recipe;
  frame: Frame;
  frameRate: number;
}): string[] {
  const { probe, limits, recipe, frame, frameRate } = wanted;
  const reasons: string[] = [];
  if (probe.videoCodec === null || !limits.videoCodecs.includes(probe.videoCodec)) {
    reasons.push(`The video is ${probe.videoCodec}; the platform takes ${limits.videoCodecs.join(', ')}.`);
  }
  if (probe.width > limits.maxWidth || probe.height > limits.maxHeight) {
    reasons.push(
      `The picture is ${probe.width} x ${probe.height}; the platform takes at most ${limits.maxWidth} x ${limits.maxHeight}.`,
    );
  } else if (frame.changes.includes('scale')) {
    reasons.push(`The picture is scaled to ${frame.picture.width} x ${frame.picture.height}.`);
  }
  if (frame.changes.includes('crop')) reasons.push(`The recipe crops it to ${recipe.aspect}.`);
  if (frame.changes.includes('pad')) reasons.push(`The recipe pads it to ${recipe.aspect}.`);
  if (probe.frameRate > limits.maxFrameRate + FRAME_RATE_TOLERANCE) {
    reasons.push(`It has ${probe.frameRate} frames a second; the platform takes at most ${limits.maxFrameRate}.`);
  } else if (Math.abs(frameRate - probe.frameRate) > FRAME_RATE_TOLERANCE) {
    reasons.push(`The recipe asks for ${frameRate} frames a second.`);
  }
  if (recipe.videoBitrateKbps !== undefined) reasons.push(`The recipe asks for ${recipe.videoBitrateKbps} kbit/s.`);
  if (probe.bytes > limits.maxBytes) {
    reasons.push(`The file is ${megabytes(probe.bytes)}; the platform takes at most ${megabytes(limits.maxBytes)}.`);
  }
  return reasons;
}

/** Why the sound cannot be copied as it is. */
export function soundReasons({ audioCodec }: MediaProbe, limits: VideoLimits): string[] {
  if (audioCodec === null || limits.audioCodecs.includes(audioCodec)) return [];
  const takes = limits.audioCodecs.join(', ') || 'no sound at all';
  return [`The sound is ${audioCodec}; the platform takes ${takes}.`];
}

export function containerReasons({ container }: MediaProbe, limits: VideoLimits): string[] {
  if (container.split(',').some((name) => limits.containers.includes(name))) return [];
  return [`The file is ${container}; the platform takes ${limits.containers.join(', ')}.`];
}

export function cannotMake(limits: VideoLimits): string {
  return `The platform takes only ${limits.videoCodecs.join(', ')} in ${limits.containers.join(', ')}, which cannot be made here.`;
}

export function tooSmall(probe: MediaProbe, limits: VideoLimits): string {
  return `${seconds(probe.durationMs)} of video cannot be brought under ${megabytes(limits.maxBytes)} and still be worth posting.`;
}
