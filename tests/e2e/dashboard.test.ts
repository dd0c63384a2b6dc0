import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { startTestStack, type TestStack } from '../../stack/testing.ts';
import { until } from '../support/wait.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, markPage, openBrowser } from './dashboard-browser.ts';
import { type Site, siteAt } from './dashboard-site.ts';

const PASSWORD = 'harbour-light-7';
const GOOD = ['ada', 'grace', 'mary'];
const STARTED_MS = 180_000;
const RUN_MS = 120_000;

interface Player {
  readyState: number;
  duration: number;
  addEventListener(event: string, listener: (event: unknown) => void): void;
}
interface Picture {
  naturalWidth: number;
  decode(): Promise<void>;
}

let stack: TestStack;
let site: Site;
let browser: DashboardBrowser;
let page: Page;
let folder: string;

const button = (name: string | RegExp, within: Page | Locator = page): Locator => within.getByRole('button', { name });
const tell = (text: string | RegExp, within: Page | Locator = page): Locator => within.getByText(text).first();
const stateIs = (state: string): Promise<void> =>
  page.getByTestId('task-state').getByText(state, { exact: true }).waitFor({ timeout: RUN_MS });
const rowOf = (username: string | RegExp): Locator => page.getByRole('row').filter({ hasText: username });

/** Begins a bulk task of a kind for the accounts of a tag. */
async function orderFor(tag: string, kind: string): Promise<void> {
  await page.getByRole('link', { name: 'New bulk task' }).first().click();
  await page.getByRole('link', { name: kind }).click();
  await page.getByRole('radio', { name: new RegExp(`^${tag}`) }).click();
  await button('Next').click();
}

/** Goes through the steps of a new upload for the accounts of a tag, up to the dry run. */
async function orderUpload(tag: string, caption: string): Promise<void> {
  await orderFor(tag, 'Upload videos');
  await button(/\.mp4 ?540×960/).click();
  await page.getByLabel('Captions, no. 1').fill(caption);
  await button('Next').click();
  await page.getByLabel('Accounts at once').waitFor();
}

beforeAll(async () => {
  if (!existsSync(join(process.cwd(), 'web', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  folder = await mkdtemp(join(tmpdir(), 'flotilla-dashboard-'));
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  page = browser.page;
  site = siteAt(stack.sandboxUrl);
  await site.addAccounts([...GOOD, 'joan'], PASSWORD);
}, STARTED_MS);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the dashboard', () => {
  it('asks who you are, and takes you where you wanted to go', async () => {
    await page.goto(`${stack.apiUrl}/accounts?tag=crew`);
    await button('Use an access token').click();
    await page.getByLabel('Access token').fill('not-a-token-of-this-installation');
    await button('Sign in').click();
    await tell('This token is not known here').waitFor();
    await page.getByLabel('Access token').fill(stack.adminToken);
    await button('Sign in').click();
    await page.waitForURL('**/accounts?tag=crew');
    await button(/Signed in as/).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('signs in by the printed link and keeps the token out of the address', async () => {
    await page.goto(`${stack.apiUrl}/sign-in#token=${stack.adminToken}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await tell('First steps').waitFor();
    expect(page.url()).toBe(`${stack.apiUrl}/`);
    await page.goBack();
    expect(page.url()).not.toContain(stack.adminToken);
    await page.goto(stack.apiUrl);
  });

  it('shows what a CSV file would do, names the line that is wrong, and imports the others', async () => {
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await button('Import CSV').first().click();
    const dialog = page.getByRole('dialog', { name: 'Import accounts' });
    const lines = [
      'platform,username,password,tags',
      ...GOOD.map((name) => `sandbox,${name},${PASSWORD},crew;slow`),
      'sandbox,joan,not-her-password,crew',
      'nowhere,eve,whatever,crew',
    ];
    await dialog.getByLabel('CSV file').setInputFiles({
      name: 'crew.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(lines.join('\n')),
    });
    await tell('Nothing was written yet.', dialog).waitFor();
    const rejected = dialog.getByRole('row').filter({ hasText: 'platform' });
    expect((await rejected.getByRole('cell').allTextContents()).join(' ')).toMatch(/^6 platform Unknown platform/);
    expect(await rowOf('ada').count()).toBe(0);
    await button('Import 4 accounts', dialog).click();
    await tell('4 accounts added, 0 updated, 1 rejected.', dialog).waitFor();
    await button('Done', dialog).click();
    await rowOf('joan').waitFor();
    expect(await rowOf('eve').count()).toBe(0);
  });

  it('takes a video and shows what it is', async () => {
    await page.getByRole('link', { name: 'Media', exact: true }).click();
    const [video] = await renderSampleVideos(folder, 1);
    await page.getByLabel('Media files').first().setInputFiles(video!.path);
    const uploads = page.getByRole('region', { name: 'Uploads' });
    await tell('Done', uploads).waitFor({ timeout: 60_000 });
    await button(/\.mp4 ?540×960/).click();
    const drawer = page.getByRole('dialog');
    await tell('h264', drawer).waitFor();
    const seconds = await drawer.locator('video').evaluate(async (player: Player) => {
      if (player.readyState === 0) await new Promise((done) => player.addEventListener('loadedmetadata', done));
      return player.duration;
    });
    expect(Math.round(seconds * 1_000)).toBeCloseTo(video!.durationMs, -3);
    await button('Close', drawer).click();
  });

  it(
    'shows each plan before the start, and follows the run to its end without a reload',
    async () => {
      await orderUpload('crew', 'Hello from {{username}}');
      await button('Check').last().click();
      await page.getByTestId('dry-run-total').waitFor();
      expect(await page.getByTestId('dry-run-total').textContent()).toBe('4 accounts');
      await tell('Hello from grace', page.getByRole('region', { name: 'Plans' })).waitFor();
      expect(await site.postsOf('grace')).toEqual([]);

      await page.getByLabel('Name').fill('First voyage');
      await button('Start with 4 accounts').click();
      await page.getByRole('heading', { name: 'First voyage' }).waitFor();
      const samePage = await markPage(page);
      await stateIs('Completed with failures');
      await tell('4 of 4 accounts ended').waitFor();
      for (const name of GOOD) await tell('Succeeded', rowOf(name)).waitFor();
      expect(await samePage()).toBe(true);
      expect(await site.postsOf('grace')).toMatchObject([{ caption: 'Hello from grace' }]);
    },
    RUN_MS,
  );

  it('is one click from the reason of a failure, its screenshot and its trace', async () => {
    await button(/^Failed 1$/).click();
    expect(page.url()).toContain('state=failed');
    await rowOf('ada').waitFor({ state: 'detached' });
    await rowOf('joan').click();
    const drawer = page.getByRole('dialog');
    await tell('The platform refused the user name or password. Edit the account', drawer).waitFor();
    const shot = drawer.getByRole('img', { name: /^Page at the step/ }).first();
    await shot.waitFor();
    const width = await shot.evaluate(async (image: Picture) => {
      await image.decode();
      return image.naturalWidth;
    });
    expect(width).toBeGreaterThan(300);
    const download = page.waitForEvent('download');
    await drawer.getByRole('link', { name: 'Download' }).first().click();
    expect((await download).suggestedFilename()).toMatch(/^trace-.*\.zip$/);
    await tell('Running → Failed', drawer).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await button(/^All 4$/).click();
    await rowOf('ada').click();
    expect(await page.getByRole('dialog').getByRole('link', { name: 'Open the post' }).getAttribute('href')).toContain(
      stack.sandboxUrl,
    );
    await page.keyboard.press('Escape');
  });

  it(
    'groups failures by cause, narrows the table to one, and tries its accounts again',
    async () => {
      const causes = page.getByRole('region', { name: 'Failures by cause' });
      await tell('The platform refused the user name or password. Edit the account', causes).waitFor();
      await button('Show accounts', causes).click();
      await rowOf('ada').waitFor({ state: 'detached' });
      await rowOf('joan').waitFor();
      const narrowed = new URL(page.url()).searchParams;
      expect(narrowed.get('state')).toBe('failed');
      expect(narrowed.get('cause')).toMatch(/^[0-9a-f]{16}$/);
      await button(/^Show all accounts again/).click();
      await button(/^All 4$/).click();
      await rowOf('ada').waitFor();

      await button('Retry these', causes).click();
      const question = page.getByRole('dialog', { name: 'Try 1 failed account again?' });
      await button('Retry these', question).click();
      await tell('1 failed account is tried again.').waitFor();
      await stateIs('Completed with failures');
    },
    RUN_MS,
  );

  it(
    'pauses a run, tunes it while it rests, resumes it, and is right when it ended while the browser was offline',
    async () => {
      await site.setFaults([{ fault: 'slow', rate: 1 }]);
      await orderUpload('slow', 'Second from {{username}}');
      await page.getByLabel('Accounts at once').fill('1');
      await button('Check').last().click();
      await button('Start with 3 accounts').click();
      await stateIs('Running');
      await button('Pause').click();
      await stateIs('Paused');
      await button('1 at once').click();
      await page.getByLabel('Accounts at once').fill('3');
      await button('Set').click();
      await button('3 at once').waitFor();
      await site.setFaults([]);
      const samePage = await markPage(page);
      await button('Resume').click();
      await button('Pause').waitFor();
      await browser.context.setOffline(true);
      await until(
        () => Promise.all(GOOD.map((name) => site.postsOf(name))),
        (all) => all.every((posts) => posts.length === 2),
        { what: 'all have posted' },
      );
      await tell('Offline, reconnecting').waitFor();
      await browser.context.setOffline(false);
      await stateIs('Completed');
      for (const name of GOOD) await tell('Succeeded', rowOf(name)).waitFor();
      expect({ rows: await rowOf(/ada|grace|mary/).count(), samePage: await samePage() }).toEqual({
        ...{ rows: 3, samePage: true },
      });
      await tell('3 of 3 accounts ended').waitFor();
      for (const name of GOOD) expect(await site.postsOf(name)).toHaveLength(2);
      const events = page.getByRole('region', { name: 'Events', exact: true });
      const told = ['Made for 3 accounts', 'Start ordered', 'Paused', 'At once: 1 → 3', 'Resumed'];
      for (const what of told) await tell(`${what} by admin`, events).waitFor();
      await tell('Completed', events).waitFor();
      await page.getByRole('region', { name: 'Accounts that ended' }).locator('canvas').waitFor();
    },
    RUN_MS,
  );

  it('makes a follow category, takes pasted user names and a file, and tells which lines it did not take', async () => {
    await page.getByRole('link', { name: 'Follow categories', exact: true }).click();
    await button('New category').first().click();
    await page.getByLabel('Name').fill('Harbour towns');
    await button('Make it').click();
    const dialog = page.getByRole('dialog', { name: 'Add user names to Harbour towns' });
    await dialog.getByLabel('User names', { exact: true }).fill('@pier_nine\nlight_house\n\nPIER_NINE\nnot a name');
    await button('Add 4 user names', dialog).click();
    await tell('2 user names added, 1 duplicate, 1 rejected.', dialog).waitFor();
    const cells = (section: string): Promise<string[]> =>
      dialog.getByRole('region', { name: section }).getByRole('cell').allTextContents();
    expect(await cells('Duplicates')).toEqual(['4', 'PIER_NINE']);
    expect(await cells('Rejected lines')).toEqual(['5', expect.stringContaining('"not a name" is not a user name')]);

    await button('Add more', dialog).click();
    await dialog.getByText('File', { exact: true }).click();
    const buffer = Buffer.from('name,username\nThe quay,quay_one\nAgain,light_house\n');
    await dialog.getByLabel('File').last().setInputFiles({ name: 'towns.csv', mimeType: 'text/csv', buffer });
    await button('Add', dialog).last().click();
    await tell('1 user name added, 1 duplicate, 0 rejected.', dialog).waitFor();
    await button('Done', dialog).click();
    await rowOf('quay_one').waitFor();
    await page.getByLabel('Search user names').fill('house');
    await rowOf('quay_one').waitFor({ state: 'detached' });
    await button('Remove light_house').click();
    await tell('No user name matches').waitFor();
    await page.getByRole('link', { name: 'Follow categories', exact: true }).first().click();
    await tell('2', rowOf('Harbour towns')).waitFor();
  });

  it(
    'makes the form of another kind from its schema, shows its plans in words, and follows it to its end',
    async () => {
      await orderFor('slow', 'Change bio');
      await button('Next').click();
      await tell('This is needed.').waitFor();
      await button('Paste many').click();
      await page.getByLabel('Many texts, one a line').fill('{{username}} of the harbour\n');
      await button('Take 1 line').click();
      await button('Next').click();
      await button('Check').last().click();
      const plans = page.getByRole('region', { name: 'Plans' });
      await tell('grace of the harbour', plans).waitFor();
      expect(await plans.textContent()).not.toContain('{');
      await button('Start with 3 accounts').click();
      await stateIs('Completed');
      await tell('3 of 3 accounts ended').waitFor();
      const progress = page.getByRole('region', { name: 'Progress of the task' });
      expect(
        await progress
          .locator('div', { has: page.getByText('Changed', { exact: true }) })
          .last()
          .textContent(),
      ).toBe('Changed3');
      for (const name of GOOD) expect(await site.bioOf(name)).toBe(`${name} of the harbour`);
      await rowOf('ada').click();
      const drawer = page.getByRole('dialog');
      await tell('ada of the harbour', drawer.getByRole('region', { name: 'Plan' })).waitFor();
      expect(await drawer.getByRole('region', { name: 'Posts' }).count()).toBe(0);
      await page.keyboard.press('Escape');
    },
    RUN_MS,
  );

  it('speaks Russian when it is told to, remembers it, and comes back to English', async () => {
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await button(/Signed in as/).click();
    await page.getByRole('menuitem', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Обзор' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.getByRole('link', { name: 'Аккаунты', exact: true }).click();
    await tell('4 аккаунта').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Аккаунты' }).waitFor();
    expect(await page.title()).toBe('Аккаунты · Flotilla');
    await page.getByRole('link', { name: 'Новая задача' }).first().click();
    await page.getByRole('link', { name: 'Загрузка видео' }).waitFor();
    await button(/Вы вошли как/).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'New bulk task' }).waitFor();
  });

  it('goes dark and light by the menu', async () => {
    const scheme = (): Promise<string | null> => page.locator('html').getAttribute('data-mantine-color-scheme');
    for (const [name, wanted] of [
      ['Dark', 'dark'],
      ['Light', 'light'],
    ] as const) {
      await button(/Signed in as/).click();
      await page.getByRole('menuitem', { name }).click();
      expect(await scheme()).toBe(wanted);
    }
  });

  it('is driven by keys: the palette finds pages and accounts, g and a letter go, ? helps, / searches', async () => {
    await page.keyboard.press('Control+k');
    const field = page.getByPlaceholder(/^Page, command/);
    await field.fill('prox');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Proxies', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await field.fill('grace');
    await page.getByRole('dialog').getByText('sandbox').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('joan');
    await rowOf('ada').waitFor({ state: 'detached' });
    expect(page.url()).toContain('q=joan');
    await button('Clear the search').click();
    await rowOf('ada').waitFor();
  });

  it('walks through a table with j and k, chooses rows with x and shift, and opens one with Enter', async () => {
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).click();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await tell('1 account chosen').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+x');
    await tell('3 accounts chosen').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('Escape');
    await tell('3 accounts chosen').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(page.url()).toContain('open=');
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it(
    'has nothing on any page that axe calls serious or critical, in both themes',
    async () => {
      const pages = [
        '/',
        '/tasks',
        '/tasks/new',
        '/tasks/new/upload',
        '/schedules',
        '/inbox',
        '/accounts',
        '/media',
        '/follow',
        '/proxies',
      ];
      const findings: string[] = [];
      for (const path of pages) {
        await page.goto(`${stack.apiUrl}${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('load');
        for (const finding of await findingsOf(page)) findings.push(`${path} ${finding}`);
      }
      await page.goto(`${stack.apiUrl}/tasks`);
      await rowOf('First voyage').click();
      await page.getByRole('heading', { name: 'First voyage' }).waitFor();
      await rowOf('joan').click();
      await page.getByRole('dialog').waitFor();
      for (const finding of await findingsOf(page)) findings.push(`task ${finding}`);
      await page.keyboard.press('Escape');
      expect(findings).toEqual([]);
    },
    RUN_MS,
  );

  it(
    'says when the connection is lost, and goes on by itself when the API is back',
    async () => {
      const samePage = await markPage(page);
      stack.kill('api');
      const hint = tell('Offline, reconnecting');
      await hint.waitFor();
      await hint.waitFor({ state: 'detached', timeout: 60_000 });
      expect(await samePage()).toBe(true);
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await tell('First voyage').waitFor();
    },
    RUN_MS,
  );

  it('has no script error and breaks no rule of its content security policy', () => {
    expect(browser.complaints.list).toEqual([]);
  });
});
