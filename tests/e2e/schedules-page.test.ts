import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { until } from '../support/wait.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(170_000);

let bench: Bench;
let browser: DashboardBrowser;
let page: Page;
let crew: TestAccount[];
beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  [bench, browser] = await Promise.all([startBench(), openBrowser()]);
  page = browser.page;
  await bench.addVideos(1);
  crew = await bench.addAccounts({ count: 2, prefix: 'mate' }, () => ({ tags: ['crew'] }));
  await page.goto(`${bench.stack.apiUrl}/sign-in#token=${bench.stack.adminToken}`);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await bench?.stop();
});

const button = (name: string | RegExp, within: Page | Locator = page): Locator => within.getByRole('button', { name });
const rowOf = (name: string): Locator => page.getByRole('row').filter({ hasText: name });
const choose = async (name: string, item: string): Promise<void> => {
  await rowOf(name)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
};

describe('schedules in the dashboard', () => {
  it('say how to make one where there are none', async () => {
    await page.getByRole('link', { name: 'Schedules', exact: true }).click();
    await page.getByText('No schedules yet').waitFor();
    await page.getByRole('link', { name: 'New bulk task' }).first().waitFor();
  });

  it('are made in the steps of a new task, told in words before and after', async () => {
    await page.goto(`${bench.stack.apiUrl}/tasks/new/upload`);
    await page.getByRole('radio', { name: /^crew/ }).click();
    await button('Next').click();
    await button(/\.mp4 ?540×960/).click();
    await page.getByLabel('Captions, no. 1').fill('Again, {{username}}');
    await button('Next').click();
    const when = page.getByRole('radiogroup', { name: 'When' });
    await when.getByText('At a time').click();
    expect(await page.getByLabel('Start at').inputValue()).toMatch(/T09:00$/);
    await when.getByText('Repeat').click();
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await page.getByText('Weekdays at 09:00, Europe/Berlin.').waitFor();
    await page.getByText('Cron', { exact: true }).click();
    await page.getByLabel('Cron expression').fill('0 9 * *');
    await page.getByText('A cron expression has five fields').waitFor();
    await page.getByText('On days', { exact: true }).click();

    await button('Check').last().click();
    await page.getByTestId('dry-run-total').waitFor();
    await page.getByLabel('Name').fill('Mornings');
    await button('Make the schedule').click();
    const drawer = page.getByRole('dialog', { name: 'Mornings' });
    await drawer.getByText('Accounts with the tag crew').waitFor();
    expect(await drawer.getByRole('listitem').count()).toBe(5);
    await button('Close', drawer).click();
    await rowOf('Mornings').getByText('Weekdays at 09:00, Europe/Berlin').waitFor();
    await rowOf('Mornings').getByText('Active').waitFor();
  });

  it('run now, and lead to the task that they ordered', async () => {
    await choose('Mornings', 'Run now');
    const state = rowOf('Mornings').getByText('Completed', { exact: true });
    await state.waitFor({ timeout: 90_000 });
    await state.click();
    await page.getByRole('heading', { name: /^Mornings, \d{4}-\d\d-\d\d \d\d:\d\d$/ }).waitFor();
    const truth = await bench.site.truth(crew.map(({ username }) => username));
    expect(truth.map(({ posts }) => posts.length)).toEqual([1, 1]);
  });

  it('are paused, resumed and deleted, the last one only when confirmed', async () => {
    await page.getByRole('link', { name: 'Schedules', exact: true }).click();
    await choose('Mornings', 'Pause');
    await rowOf('Mornings').getByText('The schedule is paused.').waitFor();
    await choose('Mornings', 'Resume');
    await rowOf('Mornings').getByText('Active').waitFor();
    await choose('Mornings', 'Delete');
    await button('Keep it').click();
    await rowOf('Mornings').waitFor();
    await choose('Mornings', 'Delete');
    await button('Delete', page.getByRole('dialog')).click();
    await page.getByText('No schedules yet').waitFor();
    const list = async () => (await bench.send('GET', '/api/schedules')).body as { items: unknown[] };
    await until(list, ({ items }) => items.length === 0, { what: 'no schedule is left' });
  });

  it('raised no complaint of the browser', () => {
    expect(browser.complaints.list).toEqual([]);
  });
});
