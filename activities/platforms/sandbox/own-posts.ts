import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import type { OwnPost, StepOptions } from '../driver.ts';
import { expectVisible, visit } from '../page-steps.ts';
import { harbor, requireInside } from './page.ts';
import type { Site } from './site.ts';
import { isAt, postIdOf, profileUrl } from './site.ts';

/** When a check of the session has opened the profile: the list right after it need not load the same page again. */
const profileOpenedAt = new WeakMap<Page, number>();
const STILL_FRESH_MS = 2_000;

async function openProfile(page: Page, site: Site, username: string, options: StepOptions): Promise<void> {
  const openedAt = profileOpenedAt.get(page) ?? 0;
  profileOpenedAt.delete(page);
  const url = profileUrl(site, username);
  if (Date.now() - openedAt < STILL_FRESH_MS && isAt(page, url)) return;
  await requireInside(page, await visit(page, url, options));
}

interface Tile {
  path: string | null;
  caption: string;
  processing: boolean;
}

/** The grid as it stands, in one look: tiles may move on between two. */
function readTiles(page: Page, site: Site): Promise<Tile[]> {
  return harbor.posts(page, site).evaluateAll((items) =>
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

function toPost({ path, caption, processing }: Tile, site: Site): OwnPost {
  const permalink = new URL(path ?? '', `${site.url}/`);
  const id = postIdOf(site, permalink);
  if (!id) throw new TaskError('PageChanged', 'Expected every post of the profile to link to its page.');
  return { id, permalink: permalink.href, caption, state: processing ? 'processing' : 'published' };
}

export async function listOwnPosts(
  page: Page,
  site: Site,
  username: string,
  limit: number,
  options: StepOptions,
): Promise<OwnPost[]> {
  options.progress('own posts');
  await openProfile(page, site, username, options);
  const posts: OwnPost[] = [];
  while (true) {
    const shown = harbor.posts(page, site).first().or(harbor.noPosts(page, site));
    await expectVisible(shown, `the grid of posts, or "${site.emptyList}"`, options);
    posts.push(...(await readTiles(page, site)).map((tile) => toPost(tile, site)));
    const older = harbor.older(page);
    if (posts.length >= limit || (await older.count()) === 0) return posts.slice(0, limit);
    const href = (await older.getAttribute('href')) ?? '';
    await requireInside(page, await visit(page, new URL(href, page.url()).href, options));
  }
}

/** Whether the stored session still is logged in, and as this account. */
export async function checkSession(
  page: Page,
  site: Site,
  username: string,
  options: StepOptions,
): Promise<'valid' | 'expired'> {
  options.progress('session');
  try {
    await requireInside(page, await visit(page, profileUrl(site, username), options));
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
