import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium, launchArgs } from '../../activities/browser/chromium.ts';

/** What a dashboard that works never has: script errors, and what its content security policy held back. */
export interface Complaints {
  readonly list: string[];
}

export interface DashboardBrowser {
  page: Page;
  context: BrowserContext;
  complaints: Complaints;
  close(): Promise<void>;
}

/** Opens a real Chromium on an empty profile, as a person would. */
export async function openBrowser({ locale = 'en-GB' } = {}): Promise<DashboardBrowser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found: set CHROMIUM_PATH, or run "node stack/setup.mjs".');
  const browser: Browser = await chromium.launch({ executablePath, args: launchArgs() });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const list: string[] = [];
  page.on('pageerror', (error) => list.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) list.push(message.text());
  });
  return { page, context, complaints: { list }, close: () => browser.close() };
}

/** Marks the page, so that a reload in between does not go unnoticed. */
export async function markPage(page: Page): Promise<() => Promise<boolean>> {
  const mark = `mark-${Math.random()}`;
  await page.evaluate((value) => Object.assign(globalThis, { mark: value }), mark);
  return () => page.evaluate((value) => (globalThis as { mark?: string }).mark === value, mark);
}
