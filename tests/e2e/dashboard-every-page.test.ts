import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { fillLargeTask } from '../../bench/api-data.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { findingsOf } from './axe/index.ts';
import { changeAt, follow, HINT, lostStyles, pressAway, standing } from './dashboard-away.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';
import { drawnRows, namesAt, succeed } from './dashboard-large.ts';
import { type ListedPage, pageListSchema, SETTINGS, type Seeded, seed, visitsOf } from './dashboard-pages.ts';
import {
  answerLate,
  failReads,
  noteShiftsIn,
  pressEveryButton,
  readAgain,
  sideways,
  type Watch,
  watch,
} from './dashboard-watch.ts';

jest.setTimeout(170_000);

/** The dashboard's own list: a page that is added to it is tested from then on. */
const listed = pageListSchema.parse((require('../../web/src/pages.tsx') as { PAGES: unknown }).PAGES);
const PAGES = listed.map((entry): [path: string, entry: ListedPage] => [entry.path, entry]);

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
/** A shift of the layout that nobody sees. */
const UNSEEN_SHIFT = 0.01;

let bench: Bench;
let seeded: Seeded;
let browser: DashboardBrowser;
let english: Watch;
let russian: DashboardBrowser;
let inRussian: Watch;

async function signIn({ page }: DashboardBrowser, token: string): Promise<void> {
  await page.goto(`${bench.stack.apiUrl}/sign-in#token=${token}`);
  await page.getByRole('navigation').first().waitFor({ state: 'attached' });
}

beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  [bench, browser, russian] = await Promise.all([startBench(), openBrowser(), openBrowser({ locale: 'ru-RU' })]);
  [english, inRussian] = [watch(browser.page), watch(russian.page)];
  for (const { context } of [browser, russian]) {
    await noteShiftsIn(context);
    await answerLate(context);
  }
  seeded = await seed(bench);
  await russian.page.setViewportSize(NARROW);
  for (const one of [browser, russian]) await signIn(one, bench.stack.adminToken);
}, 240_000);
afterAll(async () => {
  await Promise.all([browser?.close(), russian?.close()]);
  await bench?.stop();
}, 60_000);

/** What moved, where it adds up to more than nobody sees. */
async function visibleShifts(look: Watch): Promise<unknown> {
  const shifts = await look.shifts();
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  return sum < UNSEEN_SHIFT ? [] : shifts;
}

describe('every page of the dashboard', () => {
  it.each(PAGES)('%s opens by its address, stands still, and has nothing that axe calls serious', async (_, entry) => {
    const { page } = browser;
    for (const { address, heading } of visitsOf(entry, seeded)) {
      await page.setViewportSize(WIDE);
      english.begin();
      await page.goto(`${bench.stack.apiUrl}${address}`);
      await page.getByRole('heading', { level: 1, name: heading('en') }).waitFor();
      await english.settled();
      const found = { address, shifts: await visibleShifts(english), axe: await findingsOf(page) };
      await page.setViewportSize(NARROW);
      await english.settled();
      expect({ ...found, sideways: await sideways(page), complaints: english.complaints }).toEqual({
        ...{ address, shifts: [], axe: [], sideways: 0, complaints: [] },
      });
    }
  });

  it.each(PAGES)('%s does so in Russian and in a narrow window', async (_, entry) => {
    const { page } = russian;
    for (const { address, heading } of visitsOf(entry, seeded)) {
      inRussian.begin();
      await page.goto(`${bench.stack.apiUrl}${address}`);
      await page.getByRole('heading', { level: 1, name: heading('ru') }).waitFor();
      await inRussian.settled();
      const found = { shifts: await visibleShifts(inRussian), axe: await findingsOf(page, ['light']) };
      expect({ address, ...found, sideways: await sideways(page), complaints: inRussian.complaints }).toEqual({
        ...{ address, shifts: [], axe: [], sideways: 0, complaints: [] },
      });
    }
  });

  it.each(PAGES)('%s says so when nothing can be read, and is right once it can', async (_, entry) => {
    const { page } = browser;
    await page.setViewportSize(WIDE);
    const again = page.getByRole('button', { name: 'Try again' });
    for (const { address, heading } of visitsOf(entry, seeded)) {
      await failReads(page);
      await page.goto(`${bench.stack.apiUrl}${address}`);
      await again.first().waitFor();
      await page.getByText('The database is away.').first().waitFor();
      await readAgain(page);
      english.begin();
      // Whatever of the page could not be read is asked for again, each by its own button.
      while ((await again.count()) > 0) {
        await again.first().click();
        await english.settled();
      }
      await page.getByRole('heading', { level: 1, name: heading('en') }).waitFor();
      expect({ address, alerts: await page.getByText('The database is away.').count() }).toEqual({
        address,
        alerts: 0,
      });
    }
  });

  it('knows every section of the settings', async () => {
    const { page } = browser;
    await page.setViewportSize(WIDE);
    await page.goto(`${bench.stack.apiUrl}/settings`);
    const links = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
    await links.first().waitFor();
    const addresses = await links.evaluateAll((all) =>
      all.map((link) => (link as unknown as { getAttribute(name: string): string }).getAttribute('href')),
    );
    expect(addresses).toEqual(SETTINGS.map((section) => `/settings/${section}`));
  });
});

describe('who may only look', () => {
  let looker: DashboardBrowser;
  let look: Watch;
  const pressed: string[] = [];
  beforeAll(async () => {
    const made = await bench.call('POST', '/api/tokens', z.object({ token: z.string() }), {
      name: 'who looks on',
      scopes: ['viewer'],
    });
    looker = await openBrowser();
    look = watch(looker.page);
    await signIn(looker, made.token);
  });
  afterAll(() => looker?.close());

  it.each(PAGES)('sees %s or reads that it is not theirs, and is refused behind no button', async (_, entry) => {
    const { page } = looker;
    const notTheirs = page.getByRole('heading', { name: 'Not allowed' });
    for (const { address, heading } of visitsOf(entry, seeded)) {
      look.begin();
      await page.goto(`${bench.stack.apiUrl}${address}`);
      const own = page.getByRole('heading', { level: 1, name: heading('en') });
      await own.or(notTheirs).first().waitFor();
      await look.settled();
      if (entry.role === 'admin') await notTheirs.waitFor();
      expect({ address, refused: look.refusals(), complaints: look.complaints }).toEqual({
        ...{ address, refused: [], complaints: [] },
      });
      const told = await pressEveryButton(page, look);
      expect({ address, refused: told.refused }).toEqual({ address, refused: [] });
      pressed.push(...told.pressed);
    }
  });

  it('found buttons to press', () => expect(pressed.length).toBeGreaterThan(10));
});

describe('without a connection', () => {
  let away: DashboardBrowser;
  let look: Watch;
  const orders: string[] = [];
  const hint = () => away.page.getByText(HINT);
  beforeAll(async () => {
    away = await openBrowser();
    await away.page.clock.install();
    look = watch(away.page);
    await signIn(away, bench.stack.adminToken);
  });
  afterAll(() => away?.close());

  /** Long enough for every read that a page repeats to have failed, with all of its further tries. */
  async function wait(): Promise<void> {
    for (let times = 0; times < 3; times += 1) {
      await away.page.clock.fastForward(12_000);
      await away.page.waitForTimeout(100);
    }
  }

  it.each(PAGES)('%s keeps what it shows, says so, and is right again by itself', async (_, entry) => {
    const { page, context } = away;
    await context.setOffline(false);
    for (const [at, { address, heading }] of visitsOf(entry, seeded).entries()) {
      await page.goto(`${bench.stack.apiUrl}${address}`);
      await page.getByRole('heading', { level: 1, name: heading('en') }).waitFor();
      await look.settled();
      const samePage = await markPage(page);
      const before = await standing(page);
      await context.setOffline(true);
      await wait();
      await hint().waitFor();
      expect({ address, ...(await standing(page)) }).toEqual({ address, ...before });

      const change = changeAt(address);
      const name = `adrift_${at}_${entry.path.length}`;
      await change?.(bench, seeded, name);
      await context.setOffline(false);
      await hint().waitFor({ state: 'detached' });
      if (change) await page.locator('main').getByText(name).first().waitFor();
      await look.settled();

      await context.setOffline(true);
      await hint().waitFor();
      const told = await pressAway(page);
      orders.push(...told.orders);
      expect({ address, faults: told.faults, samePage: await samePage() }).toEqual({
        ...{ address, faults: [], samePage: true },
      });
      await context.setOffline(false);
    }
  });

  it('gave orders on many pages, and none of them broke', () => {
    expect(new Set(orders).size).toBeGreaterThan(10);
    expect(away.complaints.list).toEqual([]);
  });

  it('a page that was never opened says so, and comes by itself or when it is tried again', async () => {
    const fresh = await openBrowser();
    try {
      const { page, context } = fresh;
      const freshLook = watch(page);
      await signIn(fresh, bench.stack.adminToken);
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await freshLook.settled();
      const samePage = await markPage(page);
      const missing = page.getByRole('heading', { level: 2, name: 'No connection' });
      const again = page.getByRole('button', { name: 'Try again' });
      const there = async (entry: ListedPage): Promise<void> => {
        await missing.waitFor({ state: 'detached' });
        await page.getByRole('heading', { level: 1, name: visitsOf(entry, seeded)[0]?.heading('en') ?? '' }).waitFor();
      };
      const [[, first], ...others] = PAGES.filter(([path]) => path !== '/') as [(typeof PAGES)[0], ...typeof PAGES];

      await context.setOffline(true);
      await follow(page, visitsOf(first, seeded)[0]!.address);
      await missing.waitFor();
      await context.setOffline(false);
      await there(first);

      await context.setOffline(true);
      // Until it is let through, no stream tells that the network is back: the button alone helps.
      await page.route('**/api/events', (route) => route.abort());
      for (const [, entry] of others) {
        await follow(page, visitsOf(entry, seeded)[0]!.address);
        await missing.waitFor();
        await again.click();
        await freshLook.settled();
        await missing.waitFor();
      }
      await context.setOffline(false);
      await again.click();
      await there(others.at(-1)![1]);
      for (const [, entry] of others) {
        await follow(page, visitsOf(entry, seeded)[0]!.address);
        await there(entry);
      }
      expect({ samePage: await samePage(), unstyled: await lostStyles(page) }).toEqual({
        samePage: true,
        unstyled: [],
      });
      expect(fresh.complaints.list).toEqual([]);
    } finally {
      await fresh.close();
    }
  });
});

describe('lists of 100,000 rows', () => {
  const ROWS = 100_000;
  const MOST_DRAWN = 100;
  let pool: pg.Pool;
  let taskId: string;
  let user: DashboardBrowser;
  let look: Watch;
  const drawn = () => drawnRows(user.page);
  const reads = () => look.answers.filter((answer) => answer.includes(' /api/')).length;

  beforeAll(async () => {
    pool = new pg.Pool({ connectionString: bench.stack.databaseUrl });
    taskId = await fillLargeTask(pool, ROWS);
    user = await openBrowser();
    look = watch(user.page);
    await noteShiftsIn(user.context);
    await signIn(user, bench.stack.adminToken);
  }, 120_000);
  afterAll(async () => {
    await user?.close();
    await pool?.end();
  });

  /** What is drawn is what the database has there, and few rows of it. */
  async function expectRight(task?: string): Promise<number[]> {
    await user.page.waitForTimeout(300);
    await look.settled();
    const rows = await drawn();
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(MOST_DRAWN);
    const places = rows.map(({ place }) => place);
    const names = await namesAt(pool, Math.min(...places), rows.length, task);
    const wrong = rows.filter(({ place, text }) => !text.includes(names[place - Math.min(...places)] ?? 'no such row'));
    expect(wrong).toEqual([]);
    return places;
  }

  it.each(['accounts', 'task'])('are walked through from end to end: %s', async (which) => {
    const { page } = user;
    const task = which === 'task' ? taskId : undefined;
    const { rows: counted } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM "Account"');
    const count = task ? ROWS : (counted[0]?.n ?? 0);
    await page.goto(`${bench.stack.apiUrl}${task ? `/tasks/upload/${task}` : '/accounts'}`);
    await page.locator('[role="rowgroup"] [role="row"]').first().waitFor();
    expect(await expectRight(task)).toContain(0);
    // Counts of six figures came into the room that was kept for them.
    expect(await visibleShifts(look)).toEqual([]);

    look.begin();
    await page.keyboard.press('j');
    await page.keyboard.press('End');
    expect(await expectRight(task)).toContain(count - 1);
    expect(reads()).toBeLessThan(30);
    // The last row has the focus, also when it came after the key: from there it goes on.
    await page.keyboard.press('ArrowUp');
    await page.locator(`[data-index="${count - 2}"]:focus`).waitFor();
    if (!task) {
      await page.keyboard.press('x');
      await page.getByText('1 account chosen').waitFor();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Shift+x');
      await page.getByText('3 accounts chosen').waitFor();
      // All between would be meant, and most of them have never been here.
      await page.keyboard.press('Home');
      await page.locator('[data-index="0"]:focus').waitFor();
      await page.keyboard.press('Shift+x');
      await page.getByText('4 accounts chosen').waitFor();
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('Home');
    expect(await expectRight(task)).toContain(0);

    look.begin();
    await page.mouse.move(700, 600);
    const most: number[] = [];
    while (Math.max(...(await drawn()).map(({ place }) => place)) < count / 2) {
      await page.mouse.wheel(0, 60_000);
      most.push((await drawn()).length);
    }
    expect(Math.max(...most)).toBeLessThan(MOST_DRAWN);
    await expectRight(task);
    // Not one for each row, nor all that flew past.
    expect(reads()).toBeLessThan(300);
    expect(look.complaints).toEqual([]);
  });

  it('move while events flow, with few requests', async () => {
    const { page } = user;
    await page.goto(`${bench.stack.apiUrl}/tasks/upload/${taskId}`);
    const samePage = await markPage(page);
    await page.locator('[role="rowgroup"] [role="row"]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('End');
    await expectRight(taskId);
    const last = page.locator(`[data-index="${ROWS - 1}"]`);
    await last.getByText('Pending').waitFor();

    look.begin();
    let events = 0;
    for (let at = 0; at < 60_000; at += 1_500) {
      events += await succeed(pool, taskId, at, at + 1_499);
      await sleep(50);
    }
    events += await succeed(pool, taskId, ROWS - 1, ROWS - 1);
    expect(events).toBeGreaterThan(20_000);
    await last.getByText('Succeeded').waitFor();
    expect(reads()).toBeLessThan(400);
    await page.keyboard.press('Home');
    await expectRight(taskId);
    await page.locator('[data-index="0"]').getByText('Succeeded').waitFor();
    expect({ samePage: await samePage(), complaints: look.complaints }).toEqual({ samePage: true, complaints: [] });
  });
});
