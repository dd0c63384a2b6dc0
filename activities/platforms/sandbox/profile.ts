import type { PlatformProfile } from '../../../contracts/platform.ts';

export const sandboxProfile: PlatformProfile = {
  name: 'sandbox',
  title: 'Sandbox',
  transport: 'browser',
  capabilities: [
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
  ],
  limits: {
    captionMaxChars: 300,
    maxMentions: 10,
    video: {
      maxBytes: 200 * 1024 ** 2,
      minDurationMs: 1_000,
      maxDurationMs: 180_000,
      maxWidth: 1920,
      maxHeight: 1920,
      maxFrameRate: 60,
      videoCodecs: ['h264'],
      audioCodecs: ['aac', 'mp3'],
      containers: ['mp4', 'mov'],
    },
    image: { maxBytes: 20 * 1024 ** 2, maxWidth: 8192, maxHeight: 8192, types: ['image/jpeg', 'image/png'] },
    bioMaxChars: 150,
    pace: {
      post: { perDay: 50, perHour: 50, minGapMs: 0, maxGapMs: 0 },
      follow: { perDay: 100, perHour: 100, minGapMs: 0, maxGapMs: 0 },
      profile: { perDay: 20, perHour: 20, minGapMs: 0, maxGapMs: 0 },
      browse: { perDay: 50, perHour: 50, minGapMs: 0, maxGapMs: 0 },
    },
    actionsPerMinute: 10_000,
    actionsPerMinutePerProxy: 1_000,
  },
  publishSettleMs: 15_000,
};

/** The same site's short videos; what an account may do there is counted on its own. */
export const sandboxClipsProfile: PlatformProfile = {
  ...sandboxProfile,
  name: 'sandbox-clips',
  title: 'Sandbox Clips',
  capabilities: ['logIn', 'publishVideo', 'listOwnPosts', 'downloadOwnPosts', 'readFeed', 'visitSites'],
};
