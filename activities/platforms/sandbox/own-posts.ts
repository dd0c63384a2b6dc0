import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import type { OwnPost, StepOptions } from '../driver.ts';
import { expectVisible, pathOf, visit } from '../page-steps.ts';
import { harbor, requireInside } from './page.ts';

/** When a check of the session has opened the profile: the list right after it need not load the same page again. */
const profileOpenedAt = new WeakMap<Page, number>();
const STILL_FRESH_MS = 2_000;

const profilePath = (username: string) => `/u/${encodeURIComponent(username)}`;

async function openProfile(page: Page, baseUrl: string, username: string, options: StepOptions): Promise<void> {
  const openedAt = profileOpenedAt.get(page) ?? 0;
  profileOpenedAt.delete(page);
  if (Date.now() - openedAt < STILL_FRESH_MS && pathOf(page) === profilePath(username)) return;
  await requireInside(page, await visit(page, baseUrl + profilePath(username), options));
}

interface Tile {
  path: string | null;
  caption: string;
  processing: boolean;
}

/** The grid as it stands, in one look: tiles may move on between two. */
function readTiles(page: Page): Promise<Tile[]> {
  return harbor.posts(page).evaluateAll((items) =>
    items.map((item) => {
      const link = item.querySelector('a');
      return {
        path: link?.getAttribute('href') ?? null,
        caption: link?.textContent?.trim() ?? '',
        processing: item.lastElementChild !== link && /processing/i.test(item.lastElementChild?.textContent ?? ''),
      };
    }),
  );
}

function toPost({ path, caption, processing }: Tile, baseUrl: string): OwnPost {
  const permalink = new URL(path ?? '', `${baseUrl}/`);
  const id = /^\/p\/([^/]+)$/.exec(permalink.pathname)?.[1];
  if (!id) throw new TaskError('PageChanged', 'Expected every post of the profile to link to its page.');
  return { id, permalink: permalink.href, caption, state: processing ? 'processing' : 'published' };
}

export async function listOwnPosts(
  page: Page,
  baseUrl: string,
  username: string,
  limit: number,
  options: StepOptions,
): Promise<OwnPost[]> {
  options.progress('own posts');
  await openProfile(page, baseUrl, username, options);
  const posts: OwnPost[] = [];
  while (true) {
    const shown = harbor.posts(page).first().or(harbor.noPosts(page));
    await expectVisible(shown, 'the grid of posts, or "No posts yet."', options);
    posts.push(...(await readTiles(page)).map((tile) => toPost(tile, baseUrl)));
    const older = harbor.older(page);
    if (posts.length >= limit || (await older.count()) === 0) return posts.slice(0, limit);
    const href = (await older.getAttribute('href')) ?? '';
    await requireInside(page, await visit(page, new URL(href, page.url()).href, options));
  }
}

/** Whether the stored session still is logged in, and as this account. */
export async function checkSession(
  page: Page,
  baseUrl: string,
  username: string,
  options: StepOptions,
): Promise<'valid' | 'expired'> {
  options.progress('session');
  try {
    await requireInside(page, await visit(page, baseUrl + profilePath(username), options));
  } catch (error) {
    if (error instanceof TaskError && error.type === 'SessionExpired') return 'expired';
    throw error;
  }
  const link = await expectVisible(harbor.ownProfile(page), 'the link "Profile" of a logged-in visitor', options);
  const own = decodeURIComponent((await link.getAttribute('href')) ?? '').replace(/^\/u\//, '');
  if (own.toLowerCase() !== username.toLowerCase()) return 'expired';
  profileOpenedAt.set(page, Date.now());
  return 'valid';
}
