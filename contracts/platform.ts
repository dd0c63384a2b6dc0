import type { Action, ActionLimits } from './pace.ts';

/** What a platform declares about itself. Shared code reads these properties and never a platform's name. */
export const CAPABILITIES = [
  'logIn',
  'publishVideo',
  'publishImage',
  'setAvatar',
  'setBio',
  'follow',
  'readFeed',
  'listOwnPosts',
  'downloadOwnPosts',
  'visitSites',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface VideoLimits {
  maxBytes: number;
  minDurationMs: number;
  maxDurationMs: number;
  maxWidth: number;
  maxHeight: number;
  maxFrameRate: number;
  /** ffprobe names, e.g. `h264`. */
  videoCodecs: readonly string[];
  audioCodecs: readonly string[];
  /** ffprobe format names of accepted containers, e.g. `mp4`. */
  containers: readonly string[];
}

export interface ImageLimits {
  maxBytes: number;
  maxWidth: number;
  maxHeight: number;
  /** MIME types. */
  types: readonly string[];
}

export interface PlatformProfile {
  name: string;
  title: string;
  /** Which task queue serves it: a browser driver works on `browser`, an API driver on `network`. */
  transport: 'browser' | 'api';
  capabilities: readonly Capability[];
  limits: {
    /** Unicode code points. */
    captionMaxChars: number;
    maxMentions: number;
    video: VideoLimits;
    image: ImageLimits;
    bioMaxChars: number;
    /** How fast one account may act, where the account sets nothing itself. */
    pace: Readonly<Record<Action, ActionLimits>>;
    /** Actions a minute of all accounts together. */
    actionsPerMinute: number;
    /** Actions a minute of all accounts behind one proxy. */
    actionsPerMinutePerProxy: number;
  };
  /**
   * After a submit whose outcome is unknown: the time after which a post that cannot be found is verifiably absent,
   * milliseconds. Covers the platform's own processing delay.
   */
  publishSettleMs: number;
}
