import type { PlatformProfile } from '../../../contracts/platform.ts';

const MINUTE = 60_000;

/**
 * Limits of the lexicons `app.bsky.feed.post`, `app.bsky.embed.video`, `app.bsky.embed.images` and
 * `app.bsky.actor.profile`. There graphemes are counted; code points are never fewer, so what passes here passes there.
 * Images share one limit: that of an avatar, the least of them.
 */
export const atprotoProfile: PlatformProfile = {
  name: 'atproto',
  title: 'AT Protocol (Bluesky)',
  transport: 'api',
  capabilities: [
    'logIn',
    'publishVideo',
    'publishImage',
    'setAvatar',
    'setBio',
    'follow',
    'listOwnPosts',
    'downloadOwnPosts',
  ],
  limits: {
    captionMaxChars: 300,
    maxMentions: 10,
    video: {
      maxBytes: 100_000_000,
      minDurationMs: 100,
      maxDurationMs: 3 * MINUTE,
      maxWidth: 1920,
      maxHeight: 1920,
      maxFrameRate: 60,
      videoCodecs: ['h264'],
      audioCodecs: ['aac', 'mp3'],
      containers: ['mp4'],
    },
    image: { maxBytes: 1_000_000, maxWidth: 4096, maxHeight: 4096, types: ['image/jpeg', 'image/png'] },
    bioMaxChars: 256,
    pace: {
      post: { perDay: 50, perHour: 15, minGapMs: 30_000, maxGapMs: 2 * MINUTE },
      follow: { perDay: 100, perHour: 30, minGapMs: 10_000, maxGapMs: MINUTE },
      profile: { perDay: 10, perHour: 5, minGapMs: 5_000, maxGapMs: 30_000 },
      browse: { perDay: 50, perHour: 20, minGapMs: MINUTE, maxGapMs: 3 * MINUTE },
    },
    actionsPerMinute: 600,
    // A server counts 3,000 requests in 5 minutes for an address; an action takes up to ten.
    actionsPerMinutePerProxy: 60,
  },
  // A write is there or it is not once the server has answered anybody; this covers one that is still on its way.
  publishSettleMs: 5_000,
};
