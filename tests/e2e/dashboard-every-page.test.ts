import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bench, startBench } from '../support/bench.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';
import { type ListedPage, pageListSchema, SETTINGS, type Seeded, seed, visitsOf } from './dashboard-pages.ts';
import { answerLate, noteShiftsIn, pressEveryButton, sideways, type Watch, watch } from './dashboard-watch.ts';

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
