import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';
import { expectVisible, visit } from '../page-steps.ts';
import { harbor, requireInside } from './page.ts';
import type { Site } from './site.ts';

/** How long a person stays on a page, on average. */
const PAGE_MS = 20_000;
const LOOK_MS = 2_500;
const A_STRETCH_PX = 350;

/** Somewhere around `ms`: nobody is as even as a clock. */
const about = (ms: number) => ms * (0.6 + 0.8 * Math.random());

/** Reads a page, mostly downwards, until `until` (milliseconds since the epoch). */
async function readPage(page: Page, until: number, { signal }: StepOptions): Promise<void> {
  while (Date.now() < until) {
    await wait(Math.min(about(LOOK_MS), until - Date.now()), undefined, { signal });
    await page.mouse.wheel(0, Math.round(about(A_STRETCH_PX) * (Math.random() < 0.2 ? -1 : 1)));
  }
}

/** Follows a link of the main navigation. Links only: nothing that sends a form is ever touched. */
async function openLink(page: Page, name: string, options: StepOptions): Promise<void> {
  const link = await expectVisible(harbor.navigationLink(page, name), say('page.link', { name }), options);
  const href = (await link.getAttribute('href', { signal: options.signal })) ?? '';
  await requireInside(page, await visit(page, new URL(href, page.url()).href, options));
}

/**
 * Goes around the feed, the own profile and the notifications, each at least once.
 * @param minutes how long in all, about; may be a fraction
 */
export async function browse(
  page: Page,
  site: Site,
  _username: string,
  minutes: number,
  options: StepOptions,
): Promise<{ pages: number }> {
  const endsAt = Date.now() + minutes * 60_000;
  const round = [site.feedLink, 'Profile', 'Notifications'];
  const planned = Math.max(round.length, Math.round((minutes * 60_000) / PAGE_MS));
  let pages = 0;
  while (pages < planned && (pages < round.length || Date.now() < endsAt)) {
    options.progress('looking around', pages / planned);
    if (pages === 0) await requireInside(page, await visit(page, `${site.url}${site.prefix || '/'}`, options));
    else await openLink(page, round[pages % round.length] ?? site.feedLink, options);
    pages += 1;
    const left = Math.max(0, endsAt - Date.now());
    // The last page takes what is left; the others their share of it.
    const share = pages === planned ? left : Math.min(left, about(left / (planned - pages + 1)));
    await readPage(page, Date.now() + share, options);
  }
  return { pages };
}
