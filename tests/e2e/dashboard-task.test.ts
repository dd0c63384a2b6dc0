import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Locator, Page } from 'playwright-core';
import { setBulkState } from '../../activities/bulk-ledger.ts';
import { transition } from '../../activities/ledger.ts';
import { makeAccounts } from '../../api/door/test-data.ts';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { until } from '../support/wait.ts';
import { findingsOf } from './axe/index.ts';
import { HINT } from './dashboard-away.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';
import { openWire, type Wire } from './dashboard-wire.ts';

/**
 * The page of a bulk task over an API and a database alone: its rows are written as runs leave them, and moved by the
 * ledger's own statements. No Temporal server answers, so nothing runs.
 */
jest.setTimeout(120_000);

let api: TestApi;
let pool: pg.Pool;
let browser: DashboardBrowser;
let page: Page;
beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  // A port at which nobody listens.
  [api, browser] = await Promise.all([startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } }), openBrowser()]);
  pool = new pg.Pool({ connectionString: String(api.deps.env.DATABASE_URL), max: 2 });
  page = browser.page;
  await page.goto(`${api.url}/sign-in#token=${api.deps.keys.adminToken}`);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await pool?.end();
  await api?.stop();
});

const button = (name: string | RegExp, within: Page | Locator = page): Locator =>
  within.getByRole('button', { name, exact: typeof name === 'string' });
const tell = (text: string | RegExp, within: Page | Locator = page): Locator => within.getByText(text).first();
const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
const rowOf = (username: string): Locator => page.getByRole('row').filter({ hasText: username });
const search = (): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams);
const open = async (id: string, query = ''): Promise<void> => {
  await page.goto(`${api.url}/tasks/login/${id}${query}`);
  await page.getByRole('heading', { level: 1, name: 'Seeded' }).waitFor();
};

const speak = (language: string): Promise<void> =>
  page.evaluate((value) => {
    const { localStorage } = globalThis as unknown as { localStorage: { setItem(key: string, value: string): void } };
    localStorage.setItem('flotilla-language', value);
  }, language);

const WHY = { Throttled: 'Come back later.', PageChanged: 'There is no such button.' };
type How = 'succeeded' | 'pending' | 'running' | keyof typeof WHY;

/** A bulk task as its run left it: so many account tasks of each outcome, named `<prefix><n>`, one a second ended. */
async function seed(prefix: string, outcomes: readonly (readonly [How, number])[], task: object): Promise<string> {
  const { db } = api.deps;
  const id = randomUUID();
  // A little over ten minutes: a millisecond less than ten would make the chart's intervals shorter.
  const startedAt = new Date(Date.now() - 605_000);
  const hows = outcomes.flatMap(([how, count]) => Array.from({ length: count }, () => how));
  const accounts = await makeAccounts(api, prefix, hows.length);
  await db.bulkTask.create({
    data: {
      ...{ id, kind: 'login', name: 'Seeded', params: {}, selection: {}, window: 5, total: hows.length, startedAt },
      ...{ workflowId: `bulk/${id}`, startRequestedAt: startedAt, ...task },
    },
  });
  const stateOf = (how: How) => (how in WHY ? 'failed' : how);
  await db.accountTask.createMany({
    data: hows.map((how, ordinal) => ({
      ...{ taskId: id, ordinal, accountId: accounts[ordinal]!, username: `${prefix}${ordinal}`, plan: {} },
      state: stateOf(how),
      ...(how in WHY ? { errorType: how, errorMessage: WHY[how as keyof typeof WHY] } : {}),
      ...(how === 'pending' || how === 'running'
        ? {}
        : { attempts: 1, startedAt, finishedAt: new Date(startedAt.getTime() + ordinal * 1_000) }),
    })),
  });
  for (const state of new Set(hows.map(stateOf))) {
    const n = hows.filter((how) => stateOf(how) === state).length;
    await db.taskTally.create({ data: { taskId: id, slot: 0, key: `state:${state}`, n } });
  }
  return id;
}
const ended = () => ({ state: 'completed_with_failures', finishedAt: new Date() });

describe('the chart of throughput', () => {
  it('comes without pushing anything aside, and its values can be read', async () => {
    const id = await seed(
      'chart',
      [
        ['succeeded', 20],
        ['Throttled', 8],
      ],
      ended(),
    );
    let letThrough = (): void => undefined;
    const held = new Promise<void>((done) => {
      letThrough = done;
    });
    await page.route('**/throughput', async (route) => {
      await held;
      await route.continue();
    });
    await open(id);
    await tell('28 of 28 accounts ended').waitFor();
    await tell('Come back later.', region('Failures by cause')).waitFor();
    await rowOf('chart0').waitFor();
    const placeOf = async () => (await page.getByRole('heading', { name: 'Accounts', exact: true }).boundingBox())?.y;
    const before = await placeOf();
    letThrough();
    const chart = region('Accounts that ended');
    await chart.locator('canvas').waitFor();
    await tell('every 1 min', chart).waitFor();
    expect(await placeOf()).toBe(before);
    await page.unroute('**/throughput');

    await tell('Show as a table', chart).click();
    const first = chart.getByRole('row').nth(1);
    await first.waitFor();
    // All that ended is in the first minute; then nothing.
    expect(await first.getByRole('cell').allTextContents()).toEqual([expect.any(String), '20', '8']);
    expect(await chart.getByRole('row').nth(2).getByRole('cell').allTextContents()).toContain('0');
  });

  it('says what is missing, and tries again when asked', async () => {
    const id = await seed('broken', [['succeeded', 3]], ended());
    await page.route('**/throughput', (route) => route.fulfill({ status: 500, body: '{}' }));
    await open(id);
    const chart = region('Accounts that ended');
    await tell('That did not work', chart).waitFor({ timeout: 60_000 });
    await page.unroute('**/throughput');
    await button('Try again', chart).click();
    await chart.locator('canvas').waitFor();
  });

  it('begins with the first account that ends, while it is looked at', async () => {
    const id = await seed(
      'live',
      [
        ['running', 2],
        ['pending', 2],
      ],
      { state: 'running', startedAt: new Date() },
    );
    await open(id);
    const chart = region('Accounts that ended');
    await tell('No account has ended yet.', chart).waitFor();
    const samePage = await markPage(page);
    const [first] = await api.deps.db.accountTask.findMany({ where: { taskId: id, state: 'running' } });
    await transition(pool, { accountTaskId: first!.id, from: ['running'], to: 'succeeded' });
    await chart.locator('canvas').waitFor();
    await tell('1 of 4 accounts ended').waitFor();
    expect(await samePage()).toBe(true);
  });
});

describe('the events of the task', () => {
  it('tell what happened and by whom as it happens, and after a reload', async () => {
    const id = await seed('told', [['pending', 2]], { state: 'draft', startedAt: null, startRequestedAt: null });
    await open(id);
    const events = region('Events');
    await tell('Nothing has happened yet.', events).waitFor();
    await button('5 at once').click();
    const window = page.getByLabel('Accounts at once');
    await window.fill('12');
    await page.getByRole('slider', { name: 'Slide to set' }).press('ArrowRight');
    expect(await window.inputValue()).toBe('13');
    await button('Set').click();
    await tell('13 at once by admin', events).waitFor();
    await setBulkState(pool, { taskId: id, state: 'running', reason: null });
    await tell('Started', events).waitFor();
    const byHand = { taskId: id, state: 'paused' as const, reason: 'Paused by ann.', order: 'pause' as const };
    await setBulkState(pool, { ...byHand, by: 'ann' });
    await setBulkState(pool, { taskId: id, state: 'running', reason: null, order: 'resume', by: 'bob' });
    await setBulkState(pool, { taskId: id, state: 'running', reason: null, window: 40, order: 'window', by: 'bob' });
    await setBulkState(pool, { taskId: id, state: 'paused', reason: '9 of 10 failed.', breakerOpened: true });
    const all = ['Paused by itself: too many failed', 'At once: 13 → 40 by bob', 'Resumed by bob', 'Paused by ann'];
    await tell('Paused by itself: too many failed', events).waitFor();
    await page.reload();
    await tell('Paused by itself: too many failed', events).waitFor();
    const entries = await events.getByRole('listitem').allTextContents();
    for (const [place, text] of all.entries()) expect(entries[place]).toContain(text);
    expect(entries[0]).toContain('9 of 10 failed.');
    expect(entries.at(-1)).toContain('by admin');
    expect(await findingsOf(page)).toEqual([]);
  });
});

describe('the filters of the table', () => {
  let id = '';
  beforeAll(async () => {
    id = await seed(
      'calm-',
      [
        ['succeeded', 12],
        ['Throttled', 14],
        ['PageChanged', 4],
      ],
      ended(),
    );
  });

  it('narrow it by state, type of error and name at once, and are kept in the address', async () => {
    await open(id);
    await page.locator('input[aria-label="Filter by type of error"]').click();
    await page.getByRole('option', { name: 'Throttled (14)' }).click();
    await rowOf('calm-0').waitFor({ state: 'detached' });
    await rowOf('calm-12').waitFor();
    await button(/^Failed 18$/).click();
    await page.getByLabel('Search by user name').fill('calm-2');
    // calm-20 to calm-25.
    await tell('6 accounts match').waitFor();
    await rowOf('calm-12').waitFor({ state: 'detached' });
    await rowOf('calm-25').waitFor();
    expect(search()).toEqual({ type: 'Throttled', state: 'failed', q: 'calm-2' });
  });

  it('are there after the way to an account and back, and when the address is opened anew', async () => {
    await rowOf('calm-21').click();
    await page.getByRole('dialog').getByRole('link', { name: 'Open the page' }).click();
    await page.getByRole('heading', { level: 1, name: 'calm-21' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(search()).toEqual({ type: 'Throttled', state: 'failed', q: 'calm-2' });
    await open(id, '?state=failed&type=PageChanged&q=29');
    await tell('1 account matches').waitFor();
    expect(await page.getByLabel('Search by user name').inputValue()).toBe('29');
    // How many there are comes a moment after the type itself.
    await until(
      () => page.locator('input[aria-label="Filter by type of error"]').inputValue(),
      (value) => value === 'Page changed (4)',
      { what: 'the type that the address names is chosen' },
    );
    expect(await button(/^Failed 18$/).getAttribute('aria-pressed')).toBe('true');
    await rowOf('calm-29').waitFor();
  });

  it('say which of them hides everything, and go with one click', async () => {
    await open(id, '?state=succeeded&type=Throttled&q=calm');
    await tell('No account fits all of these filters:').waitFor();
    await button('Without “Error: Throttled”: 12 accounts').waitFor();
    expect(await button(/^Without “Name/).count()).toBe(0);
    await button('Without “State: Succeeded”: 14 accounts').click();
    await rowOf('calm-12').waitFor();
    expect(search()).toEqual({ type: 'Throttled', q: 'calm' });

    await open(id, '?q=nobody');
    await tell('This filter hides all accounts. Name contains: nobody').waitFor();
    await button('Show all accounts').click();
    await rowOf('calm-0').waitFor();
    expect(search()).toEqual({});
    expect(await page.getByLabel('Search by user name').inputValue()).toBe('');
  });

  it('take the accounts that match into a new task', async () => {
    await open(id, '?type=PageChanged');
    await button('New task with these 4').click();
    await page.getByRole('link', { name: 'Change bio' }).click();
    await tell('4 accounts').waitFor();
    await button('Next').waitFor();
    await page.goBack();
    await page.goBack();
    await tell('4 accounts match').waitFor();
  });

  it('speak Russian, have nothing that axe calls serious, and give those who only look nothing to order', async () => {
    await open(id, '?type=Throttled&q=calm-2');
    await tell('6 accounts match').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await speak('ru');
    await open(id, '?type=Throttled&q=calm-2&state=succeeded');
    await tell('Ни один аккаунт не подходит под все эти фильтры:').waitFor();
    await button('Сбросить фильтры').waitFor();
    await tell('Завершено аккаунтов').waitFor();
    await speak('en');
    const { json } = await api.call('/api/tokens', { body: { name: 'guest', scopes: ['viewer'] } });
    const guest = await openBrowser();
    try {
      await guest.page.goto(`${api.url}/sign-in#token=${String(json.token)}`);
      await guest.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await guest.page.goto(`${api.url}/tasks/login/${id}?type=Throttled`);
      await tell('14 accounts match', guest.page).waitFor();
      expect(await button(/^Retry|^New task with/, guest.page).count()).toBe(0);
    } finally {
      await guest.close();
    }
  });

  it('try again all failed accounts that match, and no other', async () => {
    await open(id, '?type=Throttled&q=calm-2');
    await button('Retry 6 failed').click();
    const question = page.getByRole('dialog', { name: 'Try 6 failed accounts again?' });
    await tell('Name contains: calm-2', question).waitFor();
    await button('Retry these', question).click();
    await tell('6 failed accounts are tried again.').waitFor();
    const events = region('Events');
    await tell('6 failed accounts are tried again by admin', events).waitFor();
    await tell('Throttled · Name contains: calm-2', events).waitFor();
    const { retryOnly } = await api.deps.db.bulkTask.findUniqueOrThrow({ where: { id } });
    expect(retryOnly).toEqual({ type: 'Throttled', q: 'calm-2' });
  });
});

describe('a task that goes on while nobody can hear of it', () => {
  let wire: Wire;
  let away: DashboardBrowser;
  let id = '';
  let samePage: () => Promise<boolean>;
  const idOf = /last-event-id: (\S+)/i;
  beforeAll(async () => {
    [wire, away] = await Promise.all([openWire(api.url), openBrowser()]);
    await away.page.clock.install();
    await away.page.goto(`${wire.url}/sign-in#token=${api.deps.keys.adminToken}`);
    await away.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await away?.close();
    await wire?.close();
  });

  /** A page that shows a run of six accounts, whose stream has told of the first that ended. */
  async function openRun(prefix: string): Promise<void> {
    id = await seed(prefix, [['running', 6]], { state: 'running', startedAt: new Date() });
    await away.page.goto(`${wire.url}/tasks/login/${id}`);
    await tell('0 of 6 accounts ended', away.page).waitFor();
    samePage = await markPage(away.page);
    await end(1);
    await tell('1 of 6 accounts ended', away.page).waitFor();
  }
  /** Ends so many of the accounts that still run. */
  async function end(count: number): Promise<void> {
    const next = {
      where: { taskId: id, state: 'running' as const },
      orderBy: { ordinal: 'asc' as const },
      take: count,
    };
    for (const { id: accountTaskId } of await api.deps.db.accountTask.findMany(next)) {
      await transition(pool, { accountTaskId, from: ['running'], to: 'succeeded' });
    }
  }
  /** Totals, state and rows are what the database has, each row once, and nothing was loaded anew. */
  async function expectRight(ended: number, state: string): Promise<void> {
    await tell(`${ended} of 6 accounts ended`, away.page).waitFor();
    await away.page.locator('main h1').locator('xpath=..').getByText(state, { exact: true }).waitFor();
    const rows = away.page.getByRole('rowgroup').last().getByRole('row');
    await until(
      () => rows.filter({ hasText: 'Succeeded' }).count(),
      (count) => count === ended,
      { what: `${ended} rows have succeeded` },
    );
    expect({ rows: await rows.count(), samePage: await samePage() }).toEqual({ rows: 6, samePage: true });
  }
  const pause = () =>
    setBulkState(pool, { taskId: id, state: 'paused', reason: 'Paused by ann.', order: 'pause', by: 'ann' });

  it('is right after a loss, told of what was missed behind the last event that was seen', async () => {
    await openRun('lost');
    const before = wire.streams.length;
    await away.context.setOffline(true);
    await away.page.getByText(HINT).waitFor();
    await end(3);
    await pause();
    await away.context.setOffline(false);
    await expectRight(4, 'Paused');
    await tell('Paused by ann', away.page.getByRole('region', { name: 'Events', exact: true })).waitFor();
    await away.page.getByText(HINT).waitFor({ state: 'detached' });
    const [, seen] = idOf.exec(wire.streams[before] ?? '') ?? [];
    expect(seen).toMatch(/^\d+-\d+$/);
    // Again: what is told twice is shown once.
    await away.context.setOffline(true);
    await away.page.getByText(HINT).waitFor();
    await setBulkState(pool, { taskId: id, state: 'running', reason: null, order: 'resume', by: 'bob' });
    await end(2);
    await away.context.setOffline(false);
    await expectRight(6, 'Running');
    const events = away.page.getByRole('region', { name: 'Events', exact: true }).getByRole('listitem');
    expect(await events.filter({ hasText: 'Paused' }).count()).toBe(1);
  });

  it('is read anew after a longer time than events are told again', async () => {
    await openRun('long');
    await away.context.setOffline(true);
    await away.page.getByText(HINT).waitFor();
    await end(2);
    await away.page.clock.fastForward(900_000);
    const before = wire.streams.length;
    await away.context.setOffline(false);
    await expectRight(3, 'Running');
    expect(wire.streams.length).toBeGreaterThan(before);
    for (const stream of wire.streams.slice(before)) expect(stream).not.toMatch(idOf);
  });

  it('is right as soon as the machine wakes, though its connection died without a word', async () => {
    await openRun('asleep');
    wire.goSilent('end');
    await end(3);
    await pause();
    await away.page.clock.fastForward(20_000);
    await expectRight(4, 'Paused');
    await end(2);
    await tell('6 of 6 accounts ended', away.page).waitFor();
  });

  it('is right when the browser takes up a page that it had frozen', async () => {
    await openRun('frozen');
    wire.goSilent('end');
    await end(3);
    await pause();
    // A browser without a window freezes nothing: this is what it tells a page that it had frozen.
    await away.page.evaluate(() => {
      const scope = globalThis as unknown as { document: EventTarget };
      scope.document.dispatchEvent(new Event('resume'));
    });
    await expectRight(4, 'Paused');
  });

  it('is found out by its silence when nothing slept', async () => {
    await openRun('silent');
    wire.goSilent('silent');
    await end(3);
    // In steps that are no sleep; every connection that the browser still holds is found dead before a new one is made.
    const told = tell('4 of 6 accounts ended', away.page);
    for (let passed = 0; !(await told.isVisible()) && passed < 180_000; passed += 4_000) {
      await away.page.clock.runFor(4_000);
      await away.page.waitForTimeout(200);
    }
    await expectRight(4, 'Running');
    expect(away.complaints.list).toEqual([]);
  });
});

describe('the pages of this file', () => {
  it('have not complained', () => expect(browser.complaints.list).toEqual([]));
});
