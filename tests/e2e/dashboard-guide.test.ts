import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { FileChooser, Locator, Page } from 'playwright-core';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { startTestStack, type TestStack } from '../../stack/testing.ts';
import { until } from '../support/wait.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';
import { type Site, siteAt } from './dashboard-site.ts';
import { takeShots } from './shots.ts';

jest.setTimeout(180_000);

const PASSWORD = 'first-light-4';
const CREW = ['edith', 'florence', 'hedy'];
const RUN_MS = 120_000;
const MANY = 100_000;

let stack: TestStack;
let site: Site;
let browser: DashboardBrowser;
let database: pg.Pool;
let page: Page;
let folder: string;

const button = (name: string | RegExp, within: Page | Locator = page): Locator => within.getByRole('button', { name });
const link = (name: string | RegExp, within: Page | Locator = page): Locator => within.getByRole('link', { name });
const dialog = (name: string | RegExp): Locator => page.getByRole('dialog', { name });
const guide = (): Locator => page.getByRole('region', { name: 'First steps' });
/** A step of the guide by the text that it holds. */
const step = (text: string | RegExp): Locator => guide().getByText(text);
const ticked = (): Promise<number> => guide().getByLabel('Done').count();

/** Presses what asks for files, and hands them over as the system's own dialog would. */
async function choose(opener: Locator, files: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), opener.click()]);
  await chooser.setFiles(files);
}

async function callApi<T>(path: string): Promise<T> {
  const answer = await fetch(`${stack.apiUrl}${path}`, { headers: { authorization: `Bearer ${stack.adminToken}` } });
  if (!answer.ok) throw new Error(`${path} → ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  folder = await mkdtemp(join(tmpdir(), 'flotilla-guide-'));
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  page = browser.page;
  database = new pg.Pool({ connectionString: stack.databaseUrl });
  site = siteAt(stack.sandboxUrl);
  await site.addAccounts(CREW, PASSWORD);
  await page.goto(`${stack.apiUrl}/sign-in#token=${stack.adminToken}`);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await database?.end();
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the first steps on an empty installation', () => {
  it('lead by mouse alone from nothing to posts that are really out', async () => {
    await step('Import a CSV file, or add them one by one').waitFor();
    expect(await ticked()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'guide-empty');
    const stays = await markPage(page);

    // Back without having done anything, then with accounts.
    await link('Add one', guide()).click();
    await dialog('Add account').getByLabel('User name').waitFor();
    await button('Close', dialog('Add account')).click();
    await link('Import a CSV file', guide()).click();
    const lines = ['platform,username,password', ...CREW.map((name) => `sandbox,${name},${PASSWORD}`)];
    const csv = { name: 'crew.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
    await choose(button('Choose a file', dialog('Import accounts')), csv);
    await button('Import 3 accounts', dialog('Import accounts')).click();
    await button('Done', dialog('Import accounts')).click();
    await step('3 accounts are here.').waitFor();
    expect(await ticked()).toBe(1);

    await link('Upload videos', guide()).click();
    const door = dialog('Upload files');
    await button('Choose files', door).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'guide-upload');
    const videos = await renderSampleVideos(folder, 2);
    await choose(
      button('Choose files', door),
      videos.map(({ path }) => path),
    );
    await step('2 videos are here.').waitFor();
    expect(await ticked()).toBe(2);
    await step('All accounts and 2 videos are chosen.').waitFor();
    await takeShots(page, 'guide-ready');

    await link('See the dry run', guide()).click();
    await page.getByText('All that match: every account (3 accounts).').waitFor();
    expect(await page.getByTestId('dry-run-total').textContent()).toBe('3 accounts');
    await button('Start with 3 accounts').click();
    await step('Watch it to its end').waitFor();
    await guide().getByRole('region', { name: 'Progress of the first upload' }).waitFor();
    expect(await ticked()).toBe(3);
    await takeShots(page, 'guide-runs');

    await guide().getByRole('status').getByText('3 posts are out.').waitFor({ timeout: RUN_MS });
    expect(await ticked()).toBe(4);
    expect(await stays()).toBe(true);
    for (const name of CREW) {
      expect(await site.postsOf(name)).toHaveLength(1);
      const permalink = await link(`Post of ${name}`, guide()).getAttribute('href');
      expect(permalink).toContain(stack.sandboxUrl);
    }
    await page.getByRole('region', { name: 'Today' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'guide-out');
  });

  it('stay after a reload, and once put away are gone for good, unless that is taken back', async () => {
    await page.reload();
    await guide().getByText('3 posts are out.').waitFor();
    await button('Done', guide()).click();
    await guide().waitFor({ state: 'detached' });
    await button('Undo').click();
    await guide().getByText('3 posts are out.').waitFor();
    await button('Done', guide()).click();
    await page.getByText('The first steps are put away.').first().waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Ended last' }).waitFor();
    expect(await guide().count()).toBe(0);
    expect(await callApi('/api/auth/preferences')).toMatchObject({ guide: 'away' });
  });

  it('are not shown to somebody who comes when there are posts already', async () => {
    await database.query(`UPDATE "User" SET preferences = '{}'`);
    await page.reload();
    await page.getByRole('heading', { name: 'Ended last' }).waitFor();
    await until(
      () => callApi<Record<string, unknown>>('/api/auth/preferences'),
      (kept) => kept.guide === 'away',
      { what: 'the guide is known not to be needed' },
    );
    expect(await guide().count()).toBe(0);
  });
});

describe('an edit of many accounts', () => {
  const limitsOf = async (): Promise<unknown[]> => {
    const { rows } = await database.query('SELECT "dailyLimits" FROM "Account" ORDER BY username');
    return rows.map(({ dailyLimits }: { dailyLimits: unknown }) => dailyLimits);
  };

  it('takes one limit away, says beforehand whose, and gives it back', async () => {
    await database.query(
      `UPDATE "Account" SET "dailyLimits" = CASE WHEN username = 'hedy' THEN '{"follows": 4}'::jsonb
         ELSE '{"posts": 7, "follows": 4}' END`,
    );
    await page.goto(`${stack.apiUrl}/accounts`);
    await page.getByRole('checkbox', { name: 'Choose all that are loaded' }).click();
    await button('Edit', page.getByRole('region', { name: 'Chosen accounts' })).click();
    const edit = dialog('Edit 3 accounts');
    await edit
      .getByRole('combobox', { name: 'Limits' })
      .or(edit.getByRole('textbox', { name: 'Limits' }))
      .click();
    await page.getByRole('option', { name: /take some away/ }).click();
    // The field lies below what stands for its choices.
    await edit.getByLabel('Take these limits away').first().click({ force: true });
    await page.getByRole('option', { name: 'Posts a day' }).click();
    await edit.getByText('Limits', { exact: true }).last().click();
    await edit.getByRole('status').getByText('2 accounts would change. 1 is so already.').waitFor();
    expect(await edit.getByRole('textbox', { name: 'Posts a day' }).isDisabled()).toBe(true);
    await edit.getByText('The first ones, before and after').click();
    await edit.getByText("edith: Posts a day 7 → the platform's").waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'edit-preview');
    await button('Change', edit).click();
    await page.getByText('2 accounts changed.').waitFor();
    expect(await limitsOf()).toEqual([{ follows: 4 }, { follows: 4 }, { follows: 4 }]);
    await button('Undo').click();
    await page.getByText('Taken back.').last().waitFor();
    expect(await limitsOf()).toEqual([{ posts: 7, follows: 4 }, { posts: 7, follows: 4 }, { follows: 4 }]);
  });
});

describe('proxies', () => {
  const proxyOf = async (username: string): Promise<unknown> =>
    (
      await database.query(
        'SELECT p.name FROM "Account" a LEFT JOIN "Proxy" p ON p.id = a."proxyId" WHERE a.username = $1',
        [username],
      )
    ).rows[0]?.name;

  beforeAll(async () => {
    const make = async (name: string, status: string, spare: boolean): Promise<string> => {
      const { rows } = await database.query(
        `INSERT INTO "Proxy" (name, protocol, host, port, status, spare, "checkedAt", "updatedAt")
         VALUES ($1, 'http', 'proxy.example.com', 8080, $2, $3, now(), now()) RETURNING id`,
        [name, status, spare],
      );
      return rows[0].id;
    };
    const tired = await make('Tired', 'failing', false);
    await make('Reserve one', 'healthy', true);
    await make('Reserve two', 'failing', true);
    await database.query(`UPDATE "Account" SET "proxyId" = $1 WHERE username IN ('edith', 'hedy')`, [tired]);
    for (let n = 0; n < 12; n += 1) {
      const isDown = n >= 10;
      const findings = {
        ...{
          status: isDown ? 'failing' : 'healthy',
          verdict: isDown ? 'Nothing answers.' : 'Healthy.',
          stability: null,
        },
        checks: isDown ? [] : [{ check: 'country', outcome: 'passed', detail: 'The country is DE, as expected.' }],
        exitAddress: isDown ? null : n < 5 ? '203.0.113.7' : '203.0.113.8',
        latency: isDown ? null : { requests: 10, failed: n % 2, p50Ms: 80 + n, p95Ms: 160 + n },
      };
      await database.query(
        `INSERT INTO "ProxyCheck" ("proxyId", verdict, detail, "checkedAt")
         VALUES ($1, $2, $3, now() - $4::int * interval '1 hour')`,
        [tired, findings.verdict, JSON.stringify({ findings, changes: [] }), 12 - n],
      );
    }
  });

  it('show their health over time in the list and in full beside it', async () => {
    await page.goto(`${stack.apiUrl}/proxies`);
    await page.getByRole('img', { name: 'The last 12 checks: 10 healthy and 2 failed' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'proxies');
    await page.getByText('Tired', { exact: true }).first().click();
    const drawer = dialog('Tired');
    const latency = drawer.getByRole('figure', { name: 'Answers after' });
    await latency.getByText('Show as a table').click();
    await latency.getByRole('cell', { name: '89 ms' }).waitFor();
    const share = drawer.getByRole('figure', { name: 'Requests that came through' });
    await share.getByText('Show as a table').click();
    await share.getByRole('cell', { name: '90%' }).first().waitFor();
    expect(await share.getByRole('cell', { name: '90%' }).count()).toBe(5);
    expect(await share.getByRole('cell', { name: '0%', exact: true }).count()).toBe(2);
    await drawer.getByText('It came out at 2 different addresses.').waitFor();
    await drawer.getByText('What each of the last ones found').click();
    await drawer.getByText('The country is DE, as expected.').first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'proxy-history');
    await button('Close', drawer).click();
  });

  it('of the spare pool go to accounts whose own fails, after a look at who gets which, and come back', async () => {
    const pool = page.getByRole('region', { name: 'Spare pool' });
    await pool.getByText('2 spares are free: 1 healthy and 1 failing.').waitFor();
    await link('2 accounts', pool).waitFor();
    await page.getByText('Free spares', { exact: true }).click();
    await page.getByText('Tired', { exact: true }).waitFor({ state: 'detached' });
    await page.getByText('Reserve one').first().waitFor();

    await button('Assign spares', pool).click();
    const assign = dialog('Assign spares');
    await assign.getByRole('status').getByText('1 account would change. 1 would stay as it is.').waitFor();
    await assign.getByText('No proxy of the spare pool has room for it.').waitFor();
    await assign.getByText('The first ones, before and after').click();
    await assign.getByText(/: Proxy Tired → Reserve one/).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'assign-spares');
    await assign.getByLabel('Most accounts behind one').fill('2');
    await assign.getByRole('status').getByText('2 accounts would change.').waitFor();
    expect([await proxyOf('edith'), await proxyOf('hedy')]).toEqual(['Tired', 'Tired']);
    await button('Give 2 accounts a spare', assign).click();
    await page.getByText('2 accounts have a spare now.').waitFor();
    expect([await proxyOf('edith'), await proxyOf('hedy')]).toEqual(['Reserve one', 'Reserve one']);
    await pool.getByText('1 spare is free: 1 failing.').waitFor();
    await button('Undo').click();
    await page.getByText('Taken back.').last().waitFor();
    expect([await proxyOf('edith'), await proxyOf('hedy')]).toEqual(['Tired', 'Tired']);
    await pool.getByText('2 spares are free').waitFor();
  });
});

describe('a new bulk task over all that match', () => {
  it('takes exactly them, a hundred thousand too, and says who they are', async () => {
    await database.query(
      `INSERT INTO "Account" (platform, username, status, tags, "createdAt", "updatedAt")
       SELECT 'sandbox', 'oar' || n, 'active', ARRAY['fleet', CASE WHEN n % 2 = 0 THEN 'port' ELSE 'starboard' END],
         now() + n * interval '1 ms', now() FROM generate_series(0, $1::int) AS n`,
      [MANY],
    );
    await page.goto(`${stack.apiUrl}/accounts?tag=fleet&status=active&proxy=none&q=oar`);
    await page.getByRole('status').getByText('100,001 accounts', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Choose all that are loaded' }).click();
    await button('Choose all 100,001 that match').click();
    await button('New bulk task', page.getByRole('region', { name: 'Chosen accounts' })).click();
    await link('Log in').click();
    const words = 'the user name contains "oar", status Active, with the tag fleet, without a proxy';
    await page.getByText(`100,001 accounts: ${words}.`).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await takeShots(page, 'all-that-match');
    for (const name of ['Next', 'Next', 'Check']) await page.getByRole('button', { name, exact: true }).click();
    await page.getByText(`All that match: ${words} (100,001 accounts).`).waitFor({ timeout: RUN_MS });
    await takeShots(page, 'all-that-match-review');
    await button('Save as draft').click();
    await page.waitForURL(/\/tasks\/login\/[0-9a-f-]{36}$/, { timeout: RUN_MS });

    // One that matches afterwards is not of the task any more.
    await database.query(`UPDATE "Account" SET tags = ARRAY['port'] WHERE username = 'oar7'`);
    const id = page.url().split('/').at(-1);
    const task = await callApi<{ total: number; selection: unknown }>(`/api/bulk/login/${id}`);
    expect(task).toMatchObject({
      total: MANY + 1,
      selection: { filter: { tag: 'fleet', status: ['active'], proxy: 'none', q: 'oar' } },
    });
    const { rows } = await database.query<{ n: number; crew: number }>(
      `SELECT count(*)::int AS n, count(*) FILTER (WHERE a.username LIKE 'oar%')::int AS crew
       FROM "AccountTask" t JOIN "Account" a ON a.id = t."accountId" WHERE t."taskId" = $1`,
      [id],
    );
    expect(rows).toEqual([{ n: MANY + 1, crew: MANY + 1 }]);
  });
});
