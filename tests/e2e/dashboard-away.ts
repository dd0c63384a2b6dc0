import type { Locator, Page, Request } from 'playwright-core';
import { z } from 'zod';
import type { Bench } from '../support/bench.ts';
import type { Seeded } from './dashboard-pages.ts';

/** What the dashboard is like while its browser has no network. */

export const HINT = /^Offline, reconnecting/;
/** The sentence for every order that could not be given. */
const SENTENCE = /The server cannot be reached/;

interface Element {
  querySelectorAll(selector: string): Iterable<Element>;
  textContent: string;
  ariaLabel: string | null;
}
interface Scope {
  document: Element;
}

/** As many rows as are drawn in any window. */
const FEW_ROWS = 5;

/** What stands on a page, but for the times, which go on: headings, the first rows, buttons. */
export const standing = (page: Page): Promise<{ headings: string[]; rows: number; buttons: string[] }> =>
  page.evaluate((few) => {
    const { document } = globalThis as unknown as Scope;
    const all = (selector: string) => [...document.querySelectorAll(`main ${selector}`)];
    const names = (selector: string) => all(selector).map((one) => one.ariaLabel ?? one.textContent.trim());
    // As the hint takes its place at the top, a table may draw one row less.
    const rows = Math.min(few, all('[role="row"]').length);
    return { headings: names(':is(h1, h2, h3)'), rows, buttons: names('button:not([role="row"] *)') };
  }, FEW_ROWS);

/** Goes to an address as a link does, which needs no network. */
export const follow = (page: Page, address: string): Promise<void> =>
  page.evaluate((to) => {
    const scope = globalThis as unknown as {
      history: { pushState(state: unknown, title: string, url: string): void };
      dispatchEvent(event: unknown): void;
      PopStateEvent: new (type: string) => unknown;
    };
    scope.history.pushState({}, '', to);
    scope.dispatchEvent(new scope.PopStateEvent('popstate'));
  }, address);

/** Style sheets that the page asked for and does not have. */
export const lostStyles = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { document } = globalThis as unknown as Scope;
    const links = [...document.querySelectorAll('link[rel="stylesheet"]')];
    return (links as unknown as { href: string; sheet: object | null }[])
      .filter(({ sheet }) => sheet === null)
      .map(({ href }) => href);
  });

type Change = (bench: Bench, seeded: Seeded, name: string) => Promise<unknown>;
const send =
  (method: string, path: (seeded: Seeded) => string, body: (name: string) => object): Change =>
  (bench, seeded, name) =>
    bench.call(method, path(seeded), z.unknown(), body(name));

const newTask: Change = (bench, { accounts }, name) =>
  bench.call('POST', '/api/bulk/login', z.unknown(), {
    accounts: { ids: accounts.slice(0, 1).map(({ id }) => id) },
    params: {},
    name,
  });
const ofAccount = (body: (name: string) => object) =>
  send('PATCH', ({ accounts }) => `/api/accounts/${accounts[0]?.id ?? ''}`, body);
const named = (name: string) => ({ name });

/** By address: something that somebody else does meanwhile, whose name is then to be read on the page. */
const CHANGES: readonly (readonly [address: RegExp, change: Change])[] = [
  [/^\/$/, newTask],
  [/^\/tasks$/, newTask],
  [/^\/schedules/, send('PATCH', ({ scheduleId }) => `/api/schedules/${scheduleId}`, named)],
  [/^\/accounts$/, ofAccount((name) => ({ tags: ['crew', name] }))],
  [/^\/accounts\//, ofAccount((notes) => ({ notes }))],
  [/^\/follow$/, send('POST', () => '/api/follow-categories', named)],
  [
    /^\/follow\//,
    send(
      'POST',
      ({ categoryId }) => `/api/follow-categories/${categoryId}/targets`,
      (name) => ({ usernames: [name] }),
    ),
  ],
  [
    /^\/proxies$/,
    send(
      'POST',
      () => '/api/proxies',
      (name) => ({ protocol: 'http', host: '127.0.0.1', port: 9, name }),
    ),
  ],
  [
    /^\/settings\/people$/,
    send(
      'POST',
      () => '/api/users',
      (name) => ({ name, role: 'viewer' }),
    ),
  ],
  [/^\/settings\/tokens$/, send('POST', () => '/api/worker-tokens', named)],
  [
    /^\/settings\/alerts$/,
    send(
      'POST',
      () => '/api/webhooks',
      (name) => ({ name, url: 'http://127.0.0.1:9/hook', events: ['host.lost'] }),
    ),
  ],
];
export const changeAt = (address: string): Change | undefined => CHANGES.find(([of]) => of.test(address))?.[1];

const MOST_BUTTONS = 14;
const MOMENT_MS = 200;
/** What closes a dialog, and is no use of it. */
const CLOSES = /^(close|cancel|keep.*)$/i;
const FIELDS =
  'input:not([type="checkbox"]):not([type="radio"]):not([type="file"]):not([readonly]):not([aria-haspopup]), textarea';

const nameOf = (button: Locator): Promise<string> =>
  button.evaluate((element) => {
    const { ariaLabel, textContent } = element as unknown as Element;
    return (ariaLabel ?? textContent).trim();
  });

/** Types something into every empty field. @returns the fields, with what they hold now */
async function fillFields(within: Locator): Promise<[field: Locator, value: string][]> {
  const typed: [Locator, string][] = [];
  for (const field of await within.locator(FIELDS).all()) {
    if (!(await field.isVisible()) || !(await field.isEnabled())) continue;
    const isNumber = (await field.getAttribute('inputmode')) !== null;
    if ((await field.inputValue()) === '')
      await field.fill(isNumber ? '7' : 'Adrift', { timeout: 1_000 }).catch(() => undefined);
    typed.push([field, await field.inputValue()]);
  }
  return typed;
}

export interface PressedAway {
  /** Orders that could not be given, e.g. `POST /api/proxies`. */
  orders: string[];
  /** Buttons behind which nothing was said, or typed text was lost. */
  faults: string[];
}

/** Presses every button of a page whose browser is offline, and in a dialog that it opens the last one too. */
export async function pressAway(page: Page): Promise<PressedAway> {
  const told: PressedAway = { orders: [], faults: [] };
  const onFailed = (request: Request): void => {
    if (request.method() !== 'GET' && request.method() !== 'HEAD')
      told.orders.push(`${request.method()} ${new URL(request.url()).pathname}`);
  };
  page.on('requestfailed', onFailed);
  const address = page.url();
  const main = page.locator('main');
  const buttons = page.locator('main button:enabled:visible');
  const names = [...new Set(await Promise.all((await buttons.all()).map(nameOf)))].slice(0, MOST_BUTTONS);
  for (const name of names) {
    const button = main.getByRole('button', { name, exact: true }).first();
    if (!(await button.isVisible()) || !(await button.isEnabled())) continue;
    const before = told.orders.length;
    let typed = await fillFields(page.locator('main form'));
    await button.click({ timeout: 2_000 }).catch(() => undefined);
    await page.waitForTimeout(MOMENT_MS);
    const dialog = page.locator('[role="dialog"]:visible').last();
    if (await dialog.isVisible()) {
      typed = await fillFields(dialog);
      const inDialog = await dialog.locator('button:enabled:visible').all();
      const choices = await Promise.all(inDialog.map(async (one) => [one, await nameOf(one)] as const));
      const last = choices.filter(([, text]) => !CLOSES.test(text)).at(-1);
      await last?.[0].click({ timeout: 2_000 }).catch(() => undefined);
      await page.waitForTimeout(MOMENT_MS);
    }
    if (told.orders.length > before) {
      const order = `${name}: ${told.orders.at(-1)}`;
      const said = page.getByText(SENTENCE).filter({ visible: true }).first();
      await said.waitFor({ timeout: 2_000 }).catch(() => told.faults.push(`${order} said nothing`));
      for (const [field, value] of typed) {
        const now = await field.inputValue({ timeout: 200 }).catch(() => 'gone');
        if (now !== value) told.faults.push(`${order} lost "${value}"`);
      }
    }
    for (let times = 0; times < 3 && (await page.locator('[role="dialog"]:visible').count()) > 0; times += 1) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(MOMENT_MS);
    }
    if (new URL(page.url()).pathname !== new URL(address).pathname) {
      await page.evaluate(() => (globalThis as unknown as { history: { back(): void } }).history.back());
      await page.waitForTimeout(MOMENT_MS);
    }
  }
  page.off('requestfailed', onFailed);
  return told;
}
