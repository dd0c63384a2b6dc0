import type { PlatformProfile } from '../../../contracts/platform.ts';

export const sandboxProfile: PlatformProfile = {
  name: 'sandbox',
  title: 'Sandbox',
  transport: 'browser',
  capabilities: ['logIn', 'publishVideo', 'publishImage', 'setAvatar', 'setBio', 'follow', 'readFeed', 'listOwnPosts'],
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
    postsPerDay: 50,
    minPostGapMs: 0,
  },
  publishSettleMs: 15_000,
};
