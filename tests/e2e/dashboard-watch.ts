import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, ConsoleMessage, Locator, Page, Request, Response } from 'playwright-core';
import { until } from '../support/wait.ts';

/** What was already there and moved while nobody touched it. */
export interface Shift {
  /** Its part in the cumulative layout shift. */
  value: number;
  /** Elements, with where they stood and stand. */
  moved: string[];
}

interface Entry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Place | null; previousRect: Rect; currentRect: Rect }[];
}
interface Place {
  nodeName: string;
  textContent: string | null;
  className?: unknown;
}
interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Observing {
  shifts?: Shift[];
  PerformanceObserver: new (
    told: (list: { getEntries(): Entry[] }) => void,
  ) => { observe(what: { type: string; buffered: boolean }): void };
}

/** Runs in the page, before anything of its own. */
function noteShifts(): void {
  const scope = globalThis as unknown as Observing;
  const shifts: Shift[] = [];
  scope.shifts = shifts;
  const rect = ({ x, y, width, height }: Rect): string => [x, y, width, height].map(Math.round).join(' ');
  const nameOf = (node: Place | null): string =>
    node ? `${node.nodeName}.${String(node.className ?? '')} "${(node.textContent ?? '').slice(0, 40)}"` : 'gone';
  new scope.PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      const moved = sources.map(
        ({ node, previousRect, currentRect }) => `${nameOf(node)}: ${rect(previousRect)} → ${rect(currentRect)}`,
      );
      shifts.push({ value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

const QUIET_MS = 500;
/** What stands in for something that is still being read. */
const STAND_INS = '.mantine-Skeleton-root, [aria-busy="true"], .mantine-Loader-root';
/** Open as long as the page is. */
const isStream = (request: Request): boolean => new URL(request.url()).pathname === '/api/events';

export interface Watch {
  /** Errors that the page wrote to its console or threw, since `begin`. */
  complaints: string[];
  /** Answers since `begin`, e.g. `GET 403 /api/users`. */
  answers: string[];
  begin(): void;
  /** Waits until everything that the page asked for has come and is drawn. */
  settled(): Promise<void>;
  shifts(): Promise<Shift[]>;
  /** Answers 403 since `begin`. */
  refusals(): string[];
}

/** Notes shifts of the layout in every page that the context will open. */
export async function noteShiftsIn(context: BrowserContext): Promise<void> {
  await context.addInitScript(noteShifts);
}

/** Answers of a server far away: each late, and in another order than they were asked for. */
const LATE_MS = [60, 420, 200, 700, 320];

/** Has reads answered late from now on, so that what stands in for them is really seen. */
export async function answerLate(context: BrowserContext): Promise<void> {
  let asked = 0;
  await context.route(/\/api\/(?!events)/, async (route) => {
    const lateMs = LATE_MS[asked % LATE_MS.length];
    asked += 1;
    await sleep(lateMs);
    // The page may have been left meanwhile.
    await route.continue().catch(() => undefined);
  });
}

/** Reads that a page makes of its own: not who is signed in, nor what the person prefers, nor the stream. */
const READS = /\/api\/(?!auth\/(me|preferences)|events$)/;

/** Has every read refused from now on, as an API without its database does. */
export function failReads(page: Page): Promise<unknown> {
  return page.route(READS, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const body = { type: 'about:blank', title: 'Not there now', status: 503, detail: 'The database is away.' };
    await route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(body) });
  });
}
export const readAgain = (page: Page): Promise<void> => page.unroute(READS);

/** Looks on while pages are opened in this tab. */
export function watch(page: Page): Watch {
  const complaints: string[] = [];
  const answers: string[] = [];
  const open = new Set<Request>();
  let movedAt = Date.now();
  const ended = (request: Request): void => {
    open.delete(request);
    movedAt = Date.now();
  };
  page.on('request', (request) => {
    if (isStream(request)) return;
    open.add(request);
    movedAt = Date.now();
  });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  page.on('framenavigated', (frame) => {
    // What the page before had asked for is never told of again.
    if (frame === page.mainFrame()) for (const request of open) if (request.isNavigationRequest()) open.delete(request);
  });
  page.on('response', (response: Response) => {
    const request = response.request();
    answers.push(`${request.method()} ${response.status()} ${new URL(response.url()).pathname}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  return {
    complaints,
    answers,
    begin() {
      complaints.length = 0;
      answers.length = 0;
      open.clear();
    },
    async settled() {
      await until(
        async () => ({
          asked: [...open].map((request) => request.url()),
          standIns: await page.locator(STAND_INS).count(),
        }),
        ({ asked, standIns }) => asked.length === 0 && standIns === 0 && Date.now() - movedAt > QUIET_MS,
        { what: 'the page has all that it asked for', withinMs: 30_000 },
      );
    },
    refusals: () => answers.filter((answer) => answer.split(' ')[1] === '403'),
    shifts: () => page.evaluate(() => (globalThis as unknown as Observing).shifts ?? []),
  };
}

interface Measured {
  document: { documentElement: { scrollWidth: number } };
  innerWidth: number;
}
const beyond = (): number => {
  const { document, innerWidth } = globalThis as unknown as Measured;
  return Math.max(0, document.documentElement.scrollWidth - innerWidth);
};

/** How far the page can be scrolled sideways, in pixels, once it is drawn for its window. */
export async function sideways(page: Page): Promise<number> {
  await until(
    () => page.evaluate(beyond),
    (pixels) => pixels === 0,
    { what: 'the page fits its window', withinMs: 3_000 },
  ).catch(() => undefined);
  return page.evaluate(beyond);
}

const MOST_BUTTONS = 30;
/** What closes a dialog, and is no use of it. */
const CLOSES = /^(close|cancel)$/i;
/** For what a button opens, or for the request that it sends, to begin. */
const MOMENT_MS = 150;

const nameOf = (button: Locator): Promise<string> =>
  button.evaluate((element) => {
    const { ariaLabel, textContent } = element as unknown as { ariaLabel: string | null; textContent: string };
    return (ariaLabel ?? textContent).trim();
  });

export interface Pressed {
  /** The names of the buttons. */
  pressed: string[];
  /** Answers 403, each with the button that led to it. */
  refused: string[];
}

/** Presses every enabled button of the page once, and in a dialog that it opens the last one too. */
export async function pressEveryButton(page: Page, look: Watch): Promise<Pressed> {
  const address = page.url();
  const told: Pressed = { pressed: [], refused: [] };
  const buttons = page.locator('main button:enabled:visible');
  const names = await Promise.all((await buttons.all()).map(nameOf));
  const firstOfEach = [...new Set(names)].slice(0, MOST_BUTTONS).map((name) => names.indexOf(name));
  for (const at of firstOfEach) {
    look.begin();
    const name = names[at] ?? '';
    await buttons.nth(at).click();
    await page.waitForTimeout(MOMENT_MS);
    await look.settled();
    const inDialog = await page.locator('[role="dialog"] button:enabled:visible').all();
    const choices = await Promise.all(inDialog.map(async (one) => [one, await nameOf(one)] as const));
    const last = choices.filter(([, text]) => !CLOSES.test(text)).at(-1);
    if (last) {
      await last[0].click();
      await page.waitForTimeout(MOMENT_MS);
      await look.settled();
    }
    told.pressed.push(name);
    told.refused.push(...look.refusals().map((answer) => `${name}, ${last?.[1] ?? 'no dialog'}: ${answer}`));
    await page.goto(address);
    await page.getByRole('heading').first().waitFor();
    await look.settled();
  }
  return told;
}
