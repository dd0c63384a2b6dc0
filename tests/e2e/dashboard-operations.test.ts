import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { runKind, untilEnded } from '../support/tasks.ts';
import { until } from '../support/wait.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(170_000);
const SOON_MS = 60_000;
/** Nine pages, twice each, on a machine that does other things too. */
const AXE_MS = 300_000;

let bench: Bench;
let browser: DashboardBrowser;
let page: Page;
let accounts: TestAccount[];
beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  [bench, browser] = await Promise.all([startBench(), openBrowser()]);
  page = browser.page;
  accounts = await bench.addAccounts({ count: 3, prefix: 'keen' });
  // The last one's password here is not the one that the site knows.
  await bench.call('PATCH', `/api/accounts/${accounts[2]!.id}`, z.unknown(), { password: 'not-the-right-one-7' });
});
afterAll(async () => {
  await browser?.close();
  await bench?.stop();
});

const button = (name: string | RegExp, within: Page | Locator = page): Locator =>
  within.getByRole('button', { name, exact: typeof name === 'string' });
const tell = (text: string | RegExp, within: Page | Locator = page): Locator => within.getByText(text).first();
const heading = (name: string | RegExp): Locator => page.getByRole('heading', { name, level: 1 });
const rowOf = (...texts: string[]): Locator =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByRole('row'));
const drawer = (): Locator => page.getByRole('dialog');
const shut = async (): Promise<void> => {
  await page.keyboard.press('Escape');
  await drawer().waitFor({ state: 'detached' });
};
const open = async (path: string): Promise<void> => {
  await page.goto(`${bench.stack.apiUrl}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const workersSchema = z.object({
  items: z.array(z.object({ id: z.uuid(), role: z.string(), pid: z.int(), state: z.string(), order: z.string() })),
});
const workerOf = async (role: string) =>
  (await bench.call('GET', '/api/workers', workersSchema)).items.find((worker) => worker.role === role)!;

const stepsSchema = z.object({
  kinds: z.array(z.object({ kind: z.string(), steps: z.array(z.object({ p95Ms: z.number().nullable() })) })),
});

describe('the pages of those who run it', () => {
  it('show every worker with what it measures, narrowed by the address and walked by keys', async () => {
    await page.goto(`${bench.stack.apiUrl}/sign-in#token=${bench.stack.adminToken}`);
    await heading('Overview').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await heading('Hosts').waitFor();
    for (const role of ['Orchestrator', 'Browser', 'Media', 'Network']) await rowOf(role, 'Ready').waitFor();
    await rowOf('Browser', '0/4').waitFor();
    // The first measurements come within half a minute.
    await rowOf('Network', '%', 'MB').waitFor({ timeout: SOON_MS });

    await page.locator('input[aria-label="Role"]').click();
    await page.getByRole('option', { name: 'Network' }).click();
    await rowOf('Media').waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/\/hosts\?role=network$/);
    await heading('Hosts').click();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('worker-state').getByText('Ready').waitFor();
    expect(page.url()).toContain((await workerOf('network')).id);
    const cpu = page.getByRole('group', { name: /^CPU/ });
    await cpu.waitFor({ timeout: SOON_MS });
    await cpu.focus();
    await page.keyboard.press('End');
    await cpu.getByText(/%/).first().waitFor();
    await page.getByText('24 h', { exact: true }).click();
    expect(page.url()).toContain('hours=24');
  });

  it('restart a worker that says before what will happen, and show it come back without a reload', async () => {
    const samePage = await markPage(page);
    const before = await workerOf('network');
    await button('Restart').click();
    await tell('It holds nothing now, and takes nothing new.', drawer()).waitFor();
    await tell('No other worker with the role Network is ready', drawer()).waitFor();
    await button('Restart', drawer()).click();
    await tell(/restarts from its next heartbeat on/).waitFor();
    await tell('A restart is ordered').waitFor();
    await tell('A restart is ordered').waitFor({ state: 'detached', timeout: SOON_MS });
    await page.getByTestId('worker-state').getByText('Ready').waitFor({ timeout: SOON_MS });
    expect((await workerOf('network')).pid).not.toBe(before.pid);
    expect(await samePage()).toBe(true);

    await button('Drain').click();
    // Nobody else could do its work, so its name has to be typed.
    expect(await button('Drain', drawer()).isDisabled()).toBe(true);
    await button('Cancel', drawer()).click();
    expect(await workerOf('network')).toMatchObject({ state: 'ready', order: 'none' });
  });

  it('gather an error by its cause while it happens, say what to do, and lead to its run', async () => {
    await page.getByRole('link', { name: 'Errors', exact: true }).click();
    await tell('No open errors').waitFor();
    const samePage = await markPage(page);
    const taskId = await runKind(bench, 'login', { accounts });
    await untilEnded(bench, taskId);
    const row = rowOf('Invalid credentials', 'Account task');
    await row.waitFor({ timeout: SOON_MS });
    expect(await samePage()).toBe(true);

    await row.click();
    await tell('The platform refused the user name or password. Edit the account', drawer()).waitFor();
    const temporal = drawer().getByRole('link', { name: 'Run in Temporal' }).first();
    expect(await temporal.getAttribute('href')).toContain(encodeURIComponent(`bulk/${taskId}/`));
    await drawer().getByRole('link', { name: 'Account task and evidence' }).first().click();
    await drawer().getByText(accounts[2]!.username).first().waitFor();
    expect(page.url()).toContain(`/tasks/login/${taskId}?account=`);
    await page.goBack();
    await tell('What to do', drawer()).waitFor();
  });

  it('resolve a cause, take that back, and give the errors out as a file', async () => {
    await button('Resolve', drawer()).click();
    await tell('The cause is noted as resolved.').waitFor();
    await button('Reopen', drawer()).waitFor();
    await button('Undo').click();
    await button('Resolve', drawer()).click();
    await button('Reopen', drawer()).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      drawer().getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('errors.csv');
    await shut();
    await rowOf('Invalid credentials', 'Account task').waitFor({ state: 'detached' });
    await page.getByText('Resolved', { exact: true }).first().click();
    await rowOf('Invalid credentials', 'Account task').waitFor();
    expect(page.url()).toContain('state=resolved');
    await page.reload();
    await rowOf('Invalid credentials', 'Account task').waitFor();
  });

  it('show how fast and how well a kind works, step by step', async () => {
    const timed = async () => bench.call('GET', '/api/system/performance', stepsSchema);
    await until(timed, ({ kinds }) => kinds.some(({ kind, steps }) => kind === 'login' && steps.length > 1), {
      withinMs: SOON_MS,
      what: 'the steps were told',
    });
    await page.getByRole('link', { name: 'Performance', exact: true }).click();
    await page.getByRole('group', { name: /^Account tasks ended a minute/ }).waitFor({ timeout: SOON_MS });
    const row = rowOf('Log in', '33%');
    await row.waitFor();
    await row.click();
    await tell('Failures by type', drawer()).waitFor();
    await drawer()
      .getByRole('row')
      .filter({ hasText: /Open session.*\d (ms|s)/ })
      .waitFor();
    expect(page.url()).toContain('kind=login');
    await drawer().getByRole('link', { name: 'Invalid credentials' }).click();
    await heading('Errors').waitFor();
    await rowOf('Invalid credentials', 'Account task').waitFor();
  });

  it('tell who changed what, before and after, and prove that nobody has touched the log', async () => {
    await bench.call('PATCH', '/api/settings', z.unknown(), { retention: { errors: 45 } });
    await page.getByRole('link', { name: 'Audit log' }).click();
    await rowOf('Changed an account', `accounts/${accounts[2]!.id}`).click();
    await tell('[masked]', drawer()).waitFor();
    expect(await drawer().textContent()).not.toContain('not-the-right-one-7');
    await shut();

    await page.locator('input[aria-label="What"]').fill('Changed settings');
    await page.getByRole('option', { name: 'Changed settings' }).click();
    await rowOf('Signed in').waitFor({ state: 'detached' });
    expect(page.url()).toContain('action=changeSettings');
    await rowOf('Changed settings').click();
    await rowOf('Retention · Errors', '90', '45').waitFor();
    await shut();

    await button('Verify the log').click();
    await tell('The log is whole', drawer()).waitFor();
    await drawer()
      .getByLabel('A line that you kept')
      .fill(`1:${'0'.repeat(64)}`);
    await button('Check against it', drawer()).click();
    await tell('The log is not whole', drawer()).waitFor();
    await shut();
  });

  it('speak Russian', async () => {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/^Page, command/).fill('Русский');
    await page.keyboard.press('Enter');
    await heading('Журнал аудита').waitFor();
    for (const [link, text] of [
      ['Хосты', 'Действий в минуту'],
      ['Ошибки', 'Причина'],
      ['Производительность', 'Виды задач'],
    ] as const) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await heading(link).waitFor();
      await tell(text).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').locator('input').fill('English');
    await page.keyboard.press('Enter');
    await heading('Performance').waitFor();
  });

  it(
    'have nothing that axe calls serious or critical, in both themes',
    async () => {
      const fingerprint = await bench.call(
        'GET',
        '/api/errors/groups?limit=1',
        z.object({ items: z.array(z.object({ fingerprint: z.string() })) }),
      );
      const paths = [
        '/hosts',
        `/hosts/${(await workerOf('browser')).id}`,
        '/errors?state=all',
        `/errors?open=${fingerprint.items[0]!.fingerprint}`,
        '/performance',
        '/performance?kind=login',
        '/audit',
        '/audit?open=1',
        '/audit?verify=now',
      ];
      const findings: string[] = [];
      for (const path of paths) {
        await open(path);
        await page.waitForLoadState('load');
        await page.locator('[aria-busy="true"], .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
        for (const finding of await findingsOf(page)) findings.push(`${path} ${finding}`);
      }
      expect(findings).toEqual([]);
    },
    AXE_MS,
  );

  it('keep orders and the audit log from those who only look', async () => {
    const { token } = await bench.call('POST', '/api/tokens', z.object({ token: z.string() }), {
      name: 'guest',
      scopes: ['viewer'],
    });
    await page.context().clearCookies();
    await page.goto('about:blank');
    await page.goto(`${bench.stack.apiUrl}/sign-in#token=${token}`);
    await heading('Overview').waitFor();
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await page.goto(`${bench.stack.apiUrl}/audit`);
    await tell('This page is for people with the role admin. Yours is viewer.').waitFor();
    await open('/hosts');
    await rowOf('Browser', 'Ready').click();
    await page.getByTestId('worker-state').waitFor();
    expect(await button('Restart').count()).toBe(0);
    expect(await button('Drain').count()).toBe(0);
    await open('/errors?state=all');
    await rowOf('Invalid credentials', 'Account task').click();
    await tell('What to do', drawer()).waitFor();
    expect(await button(/Reopen|Resolve/, drawer()).count()).toBe(0);
  });

  it('have no script error and break no rule of their content security policy', () => {
    expect(browser.complaints.list).toEqual([]);
  });
});
