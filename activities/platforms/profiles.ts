import type { PlatformProfile } from '../../contracts/platform.ts';
import { atprotoProfile } from './atproto/profile.ts';
import { sandboxClipsProfile, sandboxProfile } from './sandbox/profile.ts';

/** What each platform declares about itself, without its driver: for the API's door checks and the forecast. */
export const platformProfiles: Readonly<Record<string, PlatformProfile>> = {
  [sandboxProfile.name]: sandboxProfile,
  [sandboxClipsProfile.name]: sandboxClipsProfile,
  [atprotoProfile.name]: atprotoProfile,
};

/** Whether accounts of this platform are in a browser, where a person can look at the page. */
export const hasPages = (platform: string): boolean => platformProfiles[platform]?.transport === 'browser';
