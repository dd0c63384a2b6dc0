import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { StepOptions } from '../platforms/driver.ts';
import { acceptConsent } from './consent.ts';
import type { VisitGuard } from './visit-guard.ts';

/** Pages of one site looked at in one visit, the first one included. */
const MAX_PAGES = 5;
const LOAD_TIMEOUT_MS = 30_000;
const SCROLL_EVERY_MS = 1_500;

export interface SiteVisit {
  pages: number;
  consented: boolean;
  /** Why nothing, or not all, was to be seen; null when it was. */
  failure: string | null;
}

/** Links on the page that stay on its own host, in their order. */
async function linksOfSameHost(page: Page): Promise<string[]> {
  const found = await page
    .locator('a[href]')
    .evaluateAll((links) => links.map((link) => (link as { href?: string }).href ?? ''));
  const { hostname, pathname } = new URL(page.url());
  const same = found.filter((href) => {
    if (!URL.canParse(href)) return false;
    const url = new URL(href);
    return url.hostname === hostname && url.pathname !== pathname && /^https?:$/.test(url.protocol);
  });
  return [...new Set(same.map((href) => href.replace(/#.*$/, '')))];
}

/** Reads down the page until `untilMs`. */
async function read(page: Page, untilMs: number, signal: AbortSignal): Promise<void> {
  while (Date.now() < untilMs) {
    await page.mouse.wheel(0, 400);
    await sleep(Math.min(SCROLL_EVERY_MS, Math.max(0, untilMs - Date.now())), undefined, { signal });
  }
}

/**
 * Visits a site of the allow-list for about `minutes`: the page itself and a few of its links, in a tab of its own.
 * A site that does not answer is told, not thrown: it says nothing about the account.
 */
export function createSiteVisitor(guard: VisitGuard) {
  return async function visitSite(
    accountPage: Page,
    { url, minutes }: { url: string; minutes: number },
    { signal, progress }: StepOptions,
  ): Promise<SiteVisit> {
    const refused = await guard.refusal(url);
    if (refused !== null) return { pages: 0, consented: false, failure: refused };
    const endMs = Date.now() + minutes * 60_000;
    const page = await accountPage.context().newPage();
    const onAbort = () => void page.close().catch(() => undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    const watch = await guard.watch(page);
    let pages = 0;
    let consented = false;
    try {
      const queue = [url];
      for (let next = queue.shift(); next !== undefined && pages < MAX_PAGES; next = queue.shift()) {
        signal.throwIfAborted();
        progress(`looking at page ${pages + 1}`, Math.min(1, 1 - (endMs - Date.now()) / (minutes * 60_000)));
        const response = await page.goto(next, { waitUntil: 'domcontentloaded', timeout: LOAD_TIMEOUT_MS });
        if (response && response.status() >= 400 && pages === 0) {
          return { pages, consented, failure: `The site answered ${response.status()}.` };
        }
        pages += 1;
        consented = (await acceptConsent(page, signal)) || consented;
        if (pages === 1) queue.push(...(await linksOfSameHost(page)).slice(0, MAX_PAGES - 1));
        const left = endMs - Date.now();
        await read(page, Date.now() + Math.max(0, left / (queue.length + 1)), signal);
        if (Date.now() >= endMs) break;
      }
      return { pages, consented, failure: watch.stopped() };
    } catch (error) {
      signal.throwIfAborted();
      const code = error instanceof Error ? /net::(ERR_\w+)/.exec(error.message)?.[1] : undefined;
      return { pages, consented, failure: watch.stopped() ?? `The site did not answer (${code ?? 'in time'}).` };
    } finally {
      signal.removeEventListener('abort', onAbort);
      await watch.release();
      await page.close().catch(() => undefined);
    }
  };
}
