import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page, Request } from 'playwright-core';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { accountTaskOf, give, orderAndStart, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectEveryPostOnce } from '../support/truth.ts';
import { until } from '../support/wait.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(150_000);

const SHOTS = process.env.FLOTILLA_SHOTS;
const RUN_MS = 60_000;

let bench: Bench;
let browser: DashboardBrowser;
let page: Page;
let account: TestAccount;
let taskId = '';
let taskPage = '';
/** Addresses outside of this installation that the browser really asked: the viewer answers for the recorded page itself. */
const foreign: string[] = [];
async function noteForeign(request: Request): Promise<void> {
  const url = request.url();
  if (!/^https?:/.test(url) || url.startsWith(bench.stack.apiUrl)) return;
  const response = await request.response().catch(() => null);
  if (!response?.fromServiceWorker()) foreign.push(url);
}

beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  [bench, browser] = await Promise.all([startBench(), openBrowser()]);
  page = browser.page;
  browser.context.on('request', (request) => void noteForeign(request));
  [account] = (await bench.addAccounts({ count: 1, prefix: 'ada' }, () => ({
    timeZone: 'Asia/Tokyo',
    tags: ['news', 'night'],
    notes: 'Owned by the harbour office.',
    dailyLimits: { posts: 4 },
    quietHours: { from: '02:00', to: '02:01' },
  }))) as [TestAccount];
});
afterAll(async () => {
  await browser?.close();
  await bench?.stop();
});

const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
const tell = (text: string | RegExp, within: Page | Locator | FrameLocator = page): Locator =>
  within.getByText(text).first();

async function shots(name: string): Promise<void> {
  if (!SHOTS) return;
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const theme of ['light', 'dark']) {
      await page.evaluate(
        (value) =>
          (
            globalThis as unknown as {
              document: { documentElement: { setAttribute(name: string, value: string): void } };
            }
          ).document.documentElement.setAttribute('data-mantine-color-scheme', value),
        theme,
      );
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(SHOTS, `${name}-${width}-${theme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe('the page of an account task', () => {
  it('says what went wrong and what to do, with the page as it was', async () => {
    const [video] = await bench.addVideos(1);
    await bench.site.break({ fault: 'move-buttons' });
    const params = { mediaIds: [video!.id], captions: ['From the harbour, {{username}}'] };
    taskId = await orderAndStart(bench, { accounts: [account], params });
    expect((await untilEnded(bench, taskId)).totals.failed).toBe(1);
    const { id } = await accountTaskOf(bench, taskId, account.username);
    taskPage = `/tasks/upload/${taskId}/accounts/${id}`;

    await page.goto(`${bench.stack.apiUrl}/sign-in#token=${bench.stack.adminToken}`);
    await page.getByRole('link', { name: 'Bulk tasks' }).first().waitFor();
    await page.goto(`${bench.stack.apiUrl}/tasks/upload/${taskId}?account=${id}`);
    await page.getByRole('dialog').getByRole('link', { name: 'Open the page' }).click();
    await page.waitForURL(`**${taskPage}`);
    await page.getByRole('heading', { level: 1, name: account.username }).waitFor();
    await page.getByRole('alert').getByText('Page changed').waitFor();
    await tell('The page does not look as expected. The screenshot shows what was there instead.').waitFor();
    const picture = region('Screenshot').getByRole('img', { name: 'Page at the step Open session' });
    await picture.waitFor();
    await page.waitForFunction((selector) => {
      const { document } = globalThis as unknown as {
        document: { querySelector(selector: string): { naturalWidth: number } | null };
      };
      return (document.querySelector(selector)?.naturalWidth ?? 0) > 500;
    }, 'section[aria-label="Screenshot"] img');
    await region('Steps').getByText('Failed').waitFor();
    await region('Steps')
      .getByText(/^Open session, try 3: went wrong after \d/)
      .waitFor();
    expect(await region('Steps').getByRole('button', { name: 'Screenshot' }).count()).toBe(3);
    await shots('account-task-failed');
    expect(await findingsOf(page)).toEqual([]);
  });

  it('shows the actions of the failed step in the viewer of traces, and reads nothing from elsewhere', async () => {
    await region('Trace').getByRole('button', { name: 'Look at the trace' }).first().click();
    await page.waitForURL(/evidence=[0-9a-f-]{36}/);
    const viewer = page.frameLocator('iframe[title="Trace of the step Open session"]');
    const actions = viewer.getByRole('treeitem');
    await actions.filter({ hasText: /Navigate.*\/login/ }).waitFor({ timeout: RUN_MS });
    await actions.filter({ hasText: "getByLabel('Username')" }).first().click();
    // The page as it was, drawn from the trace: its field has another name.
    const drawn = async (): Promise<boolean> => {
      const frames = page.frames().filter((frame) => frame.url().includes('/trace-viewer/snapshot/'));
      const texts = await Promise.all(frames.map((frame) => frame.locator('body').textContent()));
      return texts.some((text) => text?.includes('Your handle'));
    };
    await until(drawn, (is) => is, { what: 'the viewer has drawn the recorded page' });
    expect(await viewer.locator('body').textContent()).not.toContain(account.password);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, 'trace-embedded.png'), fullPage: true });

    const opens = page.waitForEvent('popup');
    await region('Trace').getByRole('link', { name: 'In a new tab' }).first().click();
    const tab = await opens;
    await tab
      .getByText(/Navigate|goto/i)
      .first()
      .waitFor({ timeout: RUN_MS });
    await tab.close();
    expect(foreign).toEqual([]);
    expect(browser.complaints.list).toEqual([]);
  });

  it('cannot be made to read a trace from another site', async () => {
    let asked = 0;
    const other = createServer((_req, res) => {
      asked += 1;
      res.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'application/zip' }).end('PK');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/trace.zip`;
    try {
      expect((await fetch(address)).status).toBe(200);
      const tab = await browser.context.newPage();
      await tab.goto(`${bench.stack.apiUrl}/trace-viewer/?trace=${encodeURIComponent(address)}`);
      await tab
        .getByText(/Could not load trace/)
        .first()
        .waitFor({ timeout: RUN_MS });
      await tab.close();
      expect(asked).toBe(1);
    } finally {
      other.close();
    }
  });

  it('moves while it is looked at, through a retry to the end', async () => {
    const isSamePage = await markPage(page);
    await bench.site.break();
    expect((await give(bench, taskId, 'retry-failed')).status).toBe(202);
    await untilTotals(bench, taskId, 'the retry has succeeded', ({ state }) => state === 'completed');
    const steps = region('Steps');
    await steps.getByText('Running, 2. time').waitFor();
    await steps.getByText('Succeeded').waitFor();
    await region('Plan').getByRole('link', { name: 'Open the post' }).waitFor();
    expect(await isSamePage()).toBe(true);
    await expectEveryPostOnce(bench, taskId);
  });

  it('asks for the code that a parked account waits for, offers to take over, and goes on from the answer', async () => {
    const [video] = await bench.addVideos(1);
    const [parked] = (await bench.addAccounts({ count: 1, prefix: 'grace' })) as [TestAccount];
    await bench.site.break({ fault: 'challenge', username: parked.username });
    const params = { mediaIds: [video!.id], captions: ['At the gate, {{username}}'] };
    const id = await orderAndStart(bench, { accounts: [parked], params });
    const { id: accountTaskId } = await accountTaskOf(bench, id, parked.username);
    await page.goto(`${bench.stack.apiUrl}/tasks/upload/${id}/accounts/${accountTaskId}`);
    await tell('Asks for the code it sent by e-mail').waitFor({ timeout: RUN_MS });
    await page.getByRole('button', { name: 'Take over' }).waitFor();
    await page.getByRole('textbox', { name: 'Code' }).fill(await bench.site.codeFor(parked.username));
    await page.getByRole('button', { name: 'Submit code' }).click();
    await region('Steps').getByText('Answered by admin').waitFor({ timeout: RUN_MS });
    await region('Steps').getByText('Succeeded').waitFor({ timeout: RUN_MS });
    await bench.site.break();
    await expectEveryPostOnce(bench, id);
  });

  it('says so where there is no such account task', async () => {
    await page.goto(`${bench.stack.apiUrl}/tasks/upload/${taskId}/accounts/${taskId}`);
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
  });
});

describe('the page of an account', () => {
  it('is one step from the command palette, and tells who it is and what it may do', async () => {
    await page.goto(bench.stack.apiUrl);
    await page.getByRole('button', { name: 'Search and commands' }).first().click();
    await page.getByRole('dialog').getByRole('textbox').fill(account.username);
    await page.getByRole('dialog').getByRole('button', { name: account.username }).click();
    await page.waitForURL(`**/accounts/${account.id}`);
    await page.getByRole('heading', { level: 1, name: account.username }).waitFor();
    const profile = region('Profile');
    await profile.getByText('Asia/Tokyo').waitFor();
    await profile.getByText(/there, .* here/).waitFor();
    await profile.getByText(/^Stored/).waitFor();
    await profile.getByText('Owned by the harbour office.').waitFor();
    const today = region('Today');
    await today.getByRole('progressbar', { name: 'Posts' }).waitFor();
    await today.getByText('1 of 4 today').waitFor();
    await today.getByText('02:00 to 02:01, its own time').waitFor();
  });

  it('tells everything that was done, by kind, and each entry leads to its account task', async () => {
    await page.getByRole('row').filter({ hasText: 'Post published' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Session opened' }).first().waitFor();
    await page.getByRole('row').filter({ hasText: 'Trace kept' }).first().waitFor();
    await shots('account');
    expect(await findingsOf(page)).toEqual([]);

    await page.getByText('Posts', { exact: true }).and(page.locator('label *')).click();
    await page.waitForURL(/kind=post/);
    await page.getByRole('row').filter({ hasText: 'Trace kept' }).first().waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('row').filter({ hasText: 'Post published' }).waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'Trace kept' }).count()).toBe(0);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${taskPage}`);
    await page.goBack();
    await page.waitForURL(/kind=post/);
  });

  it('lists posts with their addresses, and evidence that opens its trace', async () => {
    await page.getByRole('tab', { name: 'Posts' }).click();
    const post = page.getByRole('row').filter({ hasText: `From the harbour, ${account.username}` });
    const address = await post.getByRole('link', { name: 'Open the post' }).getAttribute('href');
    expect(address).toContain(bench.stack.sandboxUrl);
    await shots('account-posts');
    await page.getByRole('tab', { name: 'Evidence' }).click();
    await page.waitForURL(/tab=evidence/);
    await shots('account-evidence');
    expect(await findingsOf(page)).toEqual([]);
    await page
      .getByRole('link', { name: /Trace: Open session/ })
      .first()
      .click();
    await page.waitForURL(/evidence=/);
    await page
      .frameLocator('iframe[title="Trace of the step Open session"]')
      .getByText(/Navigate|goto/i)
      .first()
      .waitFor();
  });

  it('is edited in the drawer, and the edit is in its timeline', async () => {
    await page.goto(`${bench.stack.apiUrl}/accounts/${account.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('Notes').fill('Moved to the lighthouse.');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.waitFor({ state: 'detached' });
    await region('Profile').getByText('Moved to the lighthouse.').waitFor();
    await page.getByRole('row').filter({ hasText: 'Changed: notes' }).waitFor();
  });

  it('has a word for each thing that is not there', async () => {
    const [fresh] = (await bench.addAccounts({ count: 1, prefix: 'mary' })) as [TestAccount];
    const open = (rest: string) => page.goto(`${bench.stack.apiUrl}/accounts/${fresh.id}${rest}`);
    await open('?kind=proxy');
    await page.getByRole('heading', { name: 'No such entry' }).waitFor();
    await region('Profile').getByText('None: the next task logs in').waitFor();
    await open('?tab=posts');
    await page.getByRole('heading', { name: 'No posts yet' }).waitFor();
    await open('?tab=evidence');
    await page.getByRole('heading', { name: 'No evidence' }).waitFor();
  });

  it('lets a viewer look, traces too, and change nothing', async () => {
    const made = await bench.call('POST', '/api/tokens', z.object({ token: z.string() }), {
      name: 'who looks on',
      scopes: ['viewer'],
    });
    const viewer = await openBrowser();
    try {
      await viewer.page.goto(`${bench.stack.apiUrl}/sign-in#token=${made.token}`);
      await viewer.page.getByRole('link', { name: 'Accounts', exact: true }).click();
      await viewer.page.goto(`${bench.stack.apiUrl}/accounts/${account.id}`);
      await viewer.page.getByRole('row').filter({ hasText: 'Trace kept' }).first().click();
      await viewer.page
        .frameLocator('iframe[title="Trace of the step Open session"]')
        .getByRole('treeitem')
        .first()
        .waitFor({ timeout: RUN_MS });
      await viewer.page.getByRole('link', { name: 'Account', exact: true }).click();
      await viewer.page.getByRole('heading', { name: 'Profile' }).waitFor();
      expect(await viewer.page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
      expect(viewer.complaints.list).toEqual([]);
    } finally {
      await viewer.close();
    }
  });

  it('speaks Russian, and says so where there is no such account', async () => {
    await page.goto(`${bench.stack.apiUrl}/accounts/${account.id}`);
    await page.getByRole('heading', { name: 'Profile' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('textbox').fill('Русский');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Русский/ })
      .click();
    await page.getByRole('heading', { name: 'Профиль' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Изменено: заметки' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Публикация вышла' }).waitFor();
    await shots('account-russian');
    await page.goto(bench.stack.apiUrl + taskPage);
    await region('Шаги').getByText('Выполняется, 2-й раз').waitFor();
    await shots('account-task-russian');
    await page.goto(`${bench.stack.apiUrl}/accounts/${taskId}`);
    await page.getByRole('heading', { name: 'Не найдено' }).waitFor();
    expect(browser.complaints.list).toEqual([]);
  });
});
