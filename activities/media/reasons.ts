import type { MediaProbe, Recipe } from '../../contracts/media.ts';
import type { VideoLimits } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';
import type { Frame } from './geometry.ts';

/** Why a rendition is needed, in sentences, by what must change. All empty: the source conforms. */
export interface Reasons {
  picture: readonly string[];
  sound: readonly string[];
  container: readonly string[];
}

/** An average of 30.003 frames a second is 30. */
export const FRAME_RATE_TOLERANCE = 0.01;

const seconds = (ms: number) => Math.round(ms / 100) / 10;
const megabytes = (bytes: number) => Math.round((bytes / 1024 ** 2) * 10) / 10;

/** Why a platform cannot get this file at all. */
export function refusals(probe: MediaProbe, limits: VideoLimits): string[] {
  if (probe.kind !== 'video' || probe.videoCodec === null)
    return ['This is a picture; the platform wants a video here.'];
  if (probe.durationMs < limits.minDurationMs) {
    return [say('media.too-short', { seconds: seconds(probe.durationMs), least: seconds(limits.minDurationMs) })];
  }
  if (probe.durationMs > limits.maxDurationMs) {
    return [say('media.too-long', { seconds: seconds(probe.durationMs), most: seconds(limits.maxDurationMs) })];
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
    reasons.push(say('media.codec', { codec: String(probe.videoCodec), takes: limits.videoCodecs.join(', ') }));
  }
  if (probe.width > limits.maxWidth || probe.height > limits.maxHeight) {
    reasons.push(
      say('media.dimensions', {
        width: probe.width,
        height: probe.height,
        mostWidth: limits.maxWidth,
        mostHeight: limits.maxHeight,
      }),
    );
  } else if (frame.changes.includes('scale')) {
    reasons.push(say('media.scaled', { width: frame.picture.width, height: frame.picture.height }));
  }
  if (frame.changes.includes('crop')) reasons.push(say('media.cropped', { aspect: recipe.aspect }));
  if (frame.changes.includes('pad')) reasons.push(say('media.padded', { aspect: recipe.aspect }));
  if (probe.frameRate > limits.maxFrameRate + FRAME_RATE_TOLERANCE) {
    reasons.push(say('media.frames', { count: probe.frameRate, most: limits.maxFrameRate }));
  } else if (Math.abs(frameRate - probe.frameRate) > FRAME_RATE_TOLERANCE) {
    reasons.push(say('media.recipe-frames', { count: frameRate }));
  }
  if (recipe.videoBitrateKbps !== undefined) reasons.push(say('media.recipe-rate', { rate: recipe.videoBitrateKbps }));
  if (probe.bytes > limits.maxBytes) {
    reasons.push(say('media.file-size', { size: megabytes(probe.bytes), most: megabytes(limits.maxBytes) }));
  }
  return reasons;
}

/** Why the sound cannot be copied as it is. */
export function soundReasons({ audioCodec }: MediaProbe, limits: VideoLimits): string[] {
  if (audioCodec === null || limits.audioCodecs.includes(audioCodec)) return [];
  const takes = limits.audioCodecs.join(', ') || 'no sound at all';
  return [say('media.sound', { codec: audioCodec, takes })];
}

export function containerReasons({ container }: MediaProbe, limits: VideoLimits): string[] {
  if (container.split(',').some((name) => limits.containers.includes(name))) return [];
  return [say('media.container', { container, takes: limits.containers.join(', ') })];
}

export function cannotMake(limits: VideoLimits): string {
  return say('media.cannot-make', { codecs: limits.videoCodecs.join(', '), containers: limits.containers.join(', ') });
}

export function tooSmall(probe: MediaProbe, limits: VideoLimits): string {
  return say('media.too-small', { seconds: seconds(probe.durationMs), most: megabytes(limits.maxBytes) });
}
