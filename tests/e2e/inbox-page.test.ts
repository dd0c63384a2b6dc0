import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { accountTaskOf, orderAndStart, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce } from '../support/truth.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(120_000);

const locks = z.object({ items: z.array(z.object({ owner: z.string() })) });
const auditRows = z.object({
  items: z.array(z.object({ action: z.string(), actor: z.string(), subject: z.string() })),
});

/** The part of a canvas that is read here: tests know nothing of the DOM's types. */
interface Canvas {
  width: number;
  height: number;
  getContext(type: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray<ArrayBuffer> };
  };
}

let bench: Bench;
let browser: DashboardBrowser;
let page: Page;
beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  [bench, browser] = await Promise.all([startBench(), openBrowser()]);
  page = browser.page;
});
afterAll(async () => {
  await browser?.close();
  await bench?.stop();
});

const entry = ({ username }: TestAccount): Locator => page.getByRole('listitem').filter({ hasText: username });
const badge = (count: string): Locator => page.getByRole('navigation').getByLabel(`${count} open`);

describe('the inbox in the dashboard', () => {
  it('counts what waits as it comes, and takes codes, skips and mistakes', async () => {
    await page.goto(`${bench.stack.apiUrl}/sign-in#token=${bench.stack.adminToken}`);
    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    const isSamePage = await markPage(page);

    const [video] = await bench.addVideos(1);
    const accounts = await bench.addAccounts({ count: 3, prefix: 'seen' });
    const [typed, mistaken, skipped] = accounts as [TestAccount, TestAccount, TestAccount];
    await bench.site.break(...accounts.map(({ username }) => ({ fault: 'challenge' as const, username })));
    const params = { mediaIds: [video!.id], captions: ['Seen, {{username}}'] };
    const taskId = await orderAndStart(bench, { accounts, params, window: 2 });
    await badge('3 entries').waitFor({ timeout: 60_000 });
    for (const account of accounts) await entry(account).getByText('Asks for the code it sent by e-mail').waitFor();

    await entry(typed).getByRole('button', { name: 'Enlarge' }).click();
    const picture = page
      .getByRole('dialog')
      .getByRole('img', { name: `The page that ${typed.username} was stopped at` });
    await picture.waitFor();
    await page.keyboard.press('Escape');
    await picture.waitFor({ state: 'detached' });

    // Answered by keys alone: j goes to the first entry, the arrows on from within its code.
    const answers = (account: TestAccount) => entry(account).locator('input:focus');
    const order = await page.getByRole('list', { name: 'Entries' }).getByRole('listitem').allInnerTexts();
    const place = (account: TestAccount): number => order.findIndex((text) => text.includes(account.username));
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('j');
    for (let i = 0; i < place(typed); i += 1) await page.keyboard.press('ArrowDown');
    await answers(typed).waitFor();
    await page.keyboard.type(await bench.site.codeFor(typed.username));
    await page.keyboard.press('Enter');
    await badge('2 entries').waitFor();
    // The next one can be answered without the mouse.
    await page.locator('input:focus').waitFor();

    const wrong = String((Number(await bench.site.codeFor(mistaken.username)) + 1) % 1_000_000).padStart(6, '0');
    await entry(mistaken).getByLabel('Code').fill(wrong);
    await entry(mistaken).getByRole('button', { name: 'Submit code' }).click();
    await entry(mistaken).getByText('The platform refused the code that was given.').waitFor({ timeout: 60_000 });
    await entry(skipped).getByRole('button', { name: 'Skip' }).click();
    await badge('1 entry').waitFor();

    // The same answer is taken where the account's own work is shown.
    await entry(mistaken)
      .getByRole('link', { name: /upload/i })
      .click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Code' }).fill(await bench.site.codeFor(mistaken.username));
    await drawer.getByRole('button', { name: 'Submit code' }).click();
    await badge('1 entry').waitFor({ state: 'detached' });
    expect((await untilEnded(bench, taskId)).totals).toMatchObject({ succeeded: 2, skipped: 1 });
    await drawer.getByText('Answered by admin').first().waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    await page.getByText('Skipped', { exact: true }).click();
    await entry(skipped).getByText('skipped by admin').waitFor();
    expect(await isSamePage()).toBe(true);
    expect(browser.complaints.list).toEqual([]);
    await expectEveryPostOnce(bench, taskId);
  });

  it('gives the page of a parked account to a person, and goes on from what they did there', async () => {
    const [video] = await bench.addVideos(1);
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'held' })) as [TestAccount];
    await bench.site.break({ fault: 'challenge', username: account.username });
    const params = { mediaIds: [video!.id], captions: ['Held, {{username}}'] };
    const taskId = await orderAndStart(bench, { accounts: [account], params });
    await page.getByText('Open', { exact: true }).click();
    await entry(account).getByRole('button', { name: 'Take over' }).click({ timeout: 60_000 });

    const dialog = page.getByRole('dialog');
    const picture = dialog.getByRole('application');
    // The address is the picture's: both come with the first one.
    await dialog.getByText(/^127\.0\.0\.1:\d+\/./).waitFor({ timeout: 60_000 });
    await dialog.getByRole('button', { name: 'Done, go on' }).and(page.locator(':enabled')).waitFor();
    const lease = await bench.call('GET', `/api/locks?prefix=account/${account.id}`, locks);
    expect(lease.items.map(({ owner }) => owner)).toEqual([expect.stringMatching(/^take-over\//)]);
    if (process.env.FLOTILLA_SHOTS) await page.screenshot({ path: join(process.env.FLOTILLA_SHOTS, 'take-over.png') });

    // Past the site's name into the field, as anybody would who signs in by hand.
    await picture.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    for (const digit of await bench.site.codeFor(account.username)) await page.keyboard.press(digit);
    await page.keyboard.press('Enter');
    await dialog.getByText(/^127\.0\.0\.1:\d+\/(?!.*(challenge|login))/).waitFor({ timeout: 30_000 });
    await page.keyboard.press('F6');
    await page.keyboard.press('Enter');
    await dialog.getByText('The session is kept, and the account goes on.').waitFor({ timeout: 30_000 });

    expect((await untilEnded(bench, taskId)).totals).toMatchObject({ succeeded: 1 });
    await expectEveryPostOnce(bench, taskId);
    const { items } = await bench.call('GET', '/api/audit?limit=20', auditRows);
    const noted = items.filter(({ action }) => action.startsWith('takeOver.'));
    expect(noted.map(({ action, actor, subject }) => `${action} ${actor} ${subject}`)).toEqual([
      `takeOver.ended admin accounts/${account.id}`,
      `takeOver.started admin accounts/${account.id}`,
    ]);
    expect((await bench.call('GET', `/api/locks?prefix=account/${account.id}`, locks)).items).toEqual([]);
    expect(browser.complaints.list).toEqual([]);
  });

  it('shows a running step to whoever watches, who cannot touch it', async () => {
    const [video] = await bench.addVideos(1);
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'seen' })) as [TestAccount];
    // Slow enough to be looked at.
    await bench.site.break({ fault: 'slow', username: account.username, rate: 1, ms: 4_000 });
    const params = { mediaIds: [video!.id], captions: ['Seen, {{username}}'] };
    const taskId = await orderAndStart(bench, { accounts: [account], params });
    const { id } = await accountTaskOf(bench, taskId, account.username);
    await page.goto(`${bench.stack.apiUrl}/tasks/upload/${taskId}/accounts/${id}`);
    await page.getByRole('button', { name: 'Watch live' }).click({ timeout: 60_000 });

    const dialog = page.getByRole('dialog');
    const picture = dialog.getByRole('img', { name: account.username });
    await dialog.getByText(/^127\.0\.0\.1:\d+\/./).waitFor({ timeout: 60_000 });
    // What was drawn is a page: its picture has more than one colour.
    const colours = await picture.evaluate((canvas) => {
      const { width, height, getContext } = canvas as unknown as Canvas;
      const { data } = getContext.call(canvas, '2d').getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours).toBeGreaterThan(1);
    expect(await dialog.getByRole('application').count()).toBe(0);
    expect(await dialog.getByRole('button', { name: 'Done, go on' }).count()).toBe(0);
    await picture.click({ force: true });
    if (process.env.FLOTILLA_SHOTS) await page.screenshot({ path: join(process.env.FLOTILLA_SHOTS, 'watch.png') });
    await bench.site.break();

    // The view ends with the step, and the step ends as it would have unseen.
    expect((await untilEnded(bench, taskId)).totals).toMatchObject({ succeeded: 1 });
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await expectEveryPostOnce(bench, taskId);
    expect(browser.complaints.list).toEqual([]);
  });
});
