import type { Page } from 'playwright-core';
import type { PlatformProfile } from '../../../contracts/platform.ts';
import { pathOf } from '../page-steps.ts';
import { sandboxClipsProfile, sandboxProfile } from './profile.ts';

/** The two sides of Harbor: posts, and short videos. They share their pages and accounts, and differ in this. */
export interface Side {
  profile: PlatformProfile;
  /** Path prefix of the side's pages. */
  prefix: '' | '/clips';
  feedLink: string;
  submitButton: string;
  list: string;
  emptyList: string;
}

export const POSTS: Side = {
  profile: sandboxProfile,
  prefix: '',
  feedLink: 'Home',
  submitButton: 'Share',
  list: 'Posts',
  emptyList: 'No posts yet.',
};

export const CLIPS: Side = {
  profile: sandboxClipsProfile,
  prefix: '/clips',
  feedLink: 'Clips',
  submitButton: 'Post clip',
  list: 'Clips',
  emptyList: 'No clips yet.',
};

/** One side of a Harbor at an address. */
export interface Site extends Side {
  /** Without a slash at the end. */
  url: string;
}

export function profileUrl({ url, prefix }: Site, username: string): string {
  return `${url}${prefix}/u/${encodeURIComponent(username)}`;
}

export function isAt(page: Page, url: string): boolean {
  return pathOf(page) === new URL(url).pathname;
}

/** The id in the address of one of the side's posts; null when it is another sort of address. */
export function postIdOf({ prefix }: Site, address: URL): string | null {
  const [before, id] = address.pathname.split('/p/');
  return before === prefix && id && !id.includes('/') ? id : null;
}
