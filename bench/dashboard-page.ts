import type { Page } from 'playwright-core';

/** What a person notices of a page while it loads. */
export interface Load {
  /** From the begin of the navigation until the main heading was shown, ms. */
  headingMs: number;
  /** Until the heading was shown, no long task had run for {@link QUIET_MS} and a button answered, without that quiet, ms. */
  interactiveMs: number;
  /** Scripts as they came over the line, kB compressed. */
  scriptKilobytes: number;
  shift: number;
  longestTaskMs: number;
}

export interface Scroll {
  longestTaskMs: number;
  /** Of 100 frames of 60 a second, how many did not come. */
  droppedPercent: number;
}

const LONG_TASK = 'longtask';
/** Nothing long may have run for so long before a page counts as ready to be used. */
const QUIET_MS = 500;

interface Task {
  startTime: number;
  duration: number;
}
interface Scope {
  tasks?: Task[];
  shift?: number;
  headingAt?: number;
  answeredAt?: number;
  performance: { now(): number; getEntriesByType(type: string): { name: string; encodedBodySize: number }[] };
  document: { querySelector(selector: string): { textContent: string } | null };
  requestAnimationFrame(next: () => void): void;
  scrollBy(x: number, y: number): void;
  PerformanceObserver: new (
    told: (list: { getEntries(): (Task & { value?: number; hadRecentInput?: boolean })[] }) => void,
  ) => { observe(what: { type: string; buffered: boolean }): void };
}

/** Runs in the page, before anything of its own. */
const OBSERVER = `(() => {
  globalThis.__name ??= (one) => one;
  globalThis.tasks = []; globalThis.shift = 0;
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))))
    .observe({ type: '${LONG_TASK}', buffered: true });
  new PerformanceObserver((list) => { for (const { value, hadRecentInput, sources } of list.getEntries()) {
    // What the palette moves within itself is no shift of the page.
    const ofPalette = sources.every(({ node }) => node?.parentElement?.closest('[class*="Spotlight"]'));
    if (!hadRecentInput && !ofPalette) shift += value;
  } })
    .observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    if ((document.querySelector('h1')?.textContent ?? '') !== '') headingAt = performance.now();
    else requestAnimationFrame(look);
  };
  globalThis.headingAt = undefined;
  requestAnimationFrame(look);
})()`;

export async function observe(page: Page): Promise<void> {
  await page.addInitScript({ content: OBSERVER });
}

/** Opens an address and measures until the page can be used. */
export async function load(page: Page, url: string): Promise<Load> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => (globalThis as unknown as Scope).headingAt !== undefined);
  // The palette is behind the first button of every page. It is pressed as soon as it is there.
  const palette = page.getByRole('button', { name: 'Search and commands' }).first();
  await palette.click();
  await page.getByPlaceholder(/^Page, command/).waitFor();
  const answeredAt = await page.evaluate(() => performance.now());
  await page.keyboard.press('Escape');
  await page.waitForFunction((quietMs) => {
    const { tasks = [], performance } = globalThis as unknown as Scope;
    const last = tasks.at(-1);
    return performance.now() - (last ? last.startTime + last.duration : 0) > quietMs;
  }, QUIET_MS);
  return page.evaluate((answered) => {
    const { tasks = [], headingAt = 0, shift = 0, performance } = globalThis as unknown as Scope;
    const ends = tasks.map(({ startTime, duration }) => startTime + duration);
    const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
    return {
      headingMs: headingAt,
      interactiveMs: Math.max(headingAt, answered, ...ends),
      scriptKilobytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1_000,
      shift,
      longestTaskMs: Math.max(0, ...tasks.map(({ duration }) => duration)),
    };
  }, answeredAt);
}

/** Scrolls down and up again for so many frames. */
export async function scroll(page: Page, frames: number): Promise<Scroll> {
  return page.evaluate(async (count) => {
    const scope = globalThis as unknown as Scope;
    scope.tasks = [];
    const begun = scope.performance.now();
    for (let frame = 0; frame < count; frame += 1) {
      scope.scrollBy(0, frame < count / 2 ? 180 : -180);
      await new Promise<void>((done) => scope.requestAnimationFrame(() => done()));
    }
    const due = ((scope.performance.now() - begun) / 1_000) * 60;
    return {
      longestTaskMs: Math.max(0, ...(scope.tasks ?? []).map(({ duration }) => duration)),
      droppedPercent: Math.max(0, (1 - count / due) * 100),
    };
  }, frames);
}
