import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { startWebhookSender } from '../../api/webhooks/sender.ts';
import { findingsOf } from './axe/index.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(120_000);

const PASSWORD = 'a sentence that is easy to remember';

let api: TestApi;
let browser: DashboardBrowser;
let page: Page;
beforeAll(async () => {
  [api, browser] = await Promise.all([startTestApi(), openBrowser()]);
  page = browser.page;
});
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const open = (section: string) => page.goto(`${api.url}/settings/${section}`);
async function shot(name: string): Promise<void> {
  if (process.env.FLOTILLA_SHOTS) {
    await page.screenshot({ path: join(process.env.FLOTILLA_SHOTS, `${name}.png`), fullPage: true });
  }
}

describe('settings in the dashboard', () => {
  let password = '';

  it('add a person, whose first password is shown once', async () => {
    await page.goto(`${api.url}/sign-in#token=${api.deps.keys.adminToken}`);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('You signed in with a token, which has no password.').waitFor();
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('Nobody but the admin token').waitFor();
    await button('Add a person').first().click();
    await dialog().getByLabel('Name').fill('Ada');
    await dialog().getByRole('button', { name: 'Add a person' }).click();
    await page.getByText('It is shown this once and cannot be read again.').waitFor();
    password = (await dialog().locator('code').textContent()) ?? '';
    await shot('settings-once');
    await button('I have kept it').click();
    await page.getByRole('row', { name: /ada.*first password.*never/ }).waitFor();
    expect(await page.content()).not.toContain(password);
  });

  it('make tokens that hold what was chosen, and revoke them after a question', async () => {
    await page.getByRole('link', { name: 'Tokens' }).click();
    await button('Make a token').first().click();
    await dialog().getByLabel('Name').fill('nightly export');
    await dialog().getByRole('button', { name: 'Make a token' }).click();
    await page.getByText('It is shown this once').waitFor();
    const token = (await dialog().locator('code').textContent()) ?? '';
    await button('I have kept it').click();
    expect((await api.call('/api/accounts', { token })).status).toBe(200);
    expect((await api.call('/api/users', { token })).status).toBe(403);

    await button('Make a token').nth(1).click();
    await dialog().getByLabel('Name').fill('browser-host-3');
    await dialog().getByRole('button', { name: 'Make a token' }).click();
    await button('I have kept it').click();
    await page.getByRole('row', { name: /browser-host-3/ }).waitFor();
    await shot('settings-tokens');

    await page
      .getByRole('row', { name: /nightly export/ })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await dialog().getByText('is refused from the next call on').waitFor();
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row', { name: /nightly export.*revoked/ }).waitFor();
    expect((await api.call('/api/accounts', { token })).status).toBe(401);
  });

  it('refuse a list of addresses that would shut out who writes it, and keep one that does not', async () => {
    await page.getByRole('link', { name: 'Access and limits' }).click();
    await page.getByText('The list is empty: every address may call.').waitFor();
    await page.getByLabel('Addresses and ranges').fill('192.0.2.0/24');
    await button('Save').first().click();
    await page.getByRole('alert').getByText('This would shut you out').waitFor();
    await page.getByLabel('Addresses and ranges').fill('192.0.2.0/24\n127.0.0.1');
    await button('Save').first().click();
    await page.getByText('The list holds from now on.').waitFor();
    expect((await api.call('/api/settings')).json.allowedIps).toEqual(['192.0.2.0/24', '127.0.0.1']);
    await shot('settings-access');
  });

  it('add a webhook whose key is shown once, and show what was sent to it', async () => {
    const heard: string[] = [];
    const receiver = createServer((req, res) => {
      heard.push(String(req.headers['webhook-id']));
      res.writeHead(heard.length === 1 ? 500 : 204).end('Out of order');
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    const { port } = receiver.address() as AddressInfo;
    const sender = startWebhookSender(api.deps);
    try {
      await page.getByRole('link', { name: 'Alerts' }).click();
      await page.getByText('Nobody is told').waitFor();
      await button('Add a webhook').first().click();
      await dialog().getByLabel('Name').fill('Chat');
      await dialog().getByLabel('Address').fill('http://169.254.169.254/latest');
      await dialog().getByRole('button', { name: 'Add a webhook' }).click();
      await dialog()
        .getByText(/169\.254\.169\.254/)
        .waitFor();
      await dialog().getByLabel('Address').fill(`http://127.0.0.1:${port}/hook`);
      await dialog().getByRole('button', { name: 'Add a webhook' }).click();
      expect(await dialog().locator('code').textContent()).toMatch(/^whsec_/);
      await button('I have kept it').click();
      await button('More for Chat').click();
      await page.getByRole('menuitem', { name: 'Send a test' }).click();
      await button('More for Chat').click();
      await page.getByRole('menuitem', { name: 'Show what was sent' }).click();
      await dialog().getByText('given up').waitFor();
      await dialog().getByText('Out of order').waitFor();
      await shot('settings-deliveries');
      await dialog().getByRole('button', { name: 'Send now' }).click();
      await dialog().getByText('taken', { exact: true }).waitFor({ timeout: 30_000 });
      expect(heard).toEqual([heard[0], heard[0]]);
      await page.keyboard.press('Escape');
      await shot('settings-alerts');
    } finally {
      await sender.close();
      receiver.close();
    }
  });

  it('ask before less is kept, and say what goes', async () => {
    await page.getByRole('link', { name: 'What is kept' }).click();
    await page.getByLabel('Errors').fill('30');
    await button('Save').click();
    await dialog()
      .getByText(/does not come back: Errors/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Keep less' }).click();
    await page.getByText('It holds from the next clearing on.').waitFor();
    expect((await api.call('/api/settings')).json.retention).toMatchObject({ errors: 30, audit: null });
    await shot('settings-retention');
  });

  it('have nothing that axe calls serious, in either theme', async () => {
    for (const section of ['own', 'people', 'tokens', 'access', 'alerts', 'retention']) {
      await open(section);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      expect({ section, found: await findingsOf(page) }).toEqual({ section, found: [] });
    }
  });

  it('let a person in only with a password of their own, in their language wherever they sign in', async () => {
    await button(/Signed in as/).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await button('Sign in').click();
    await page
      .getByText(/do not fit|not known|wrong/i)
      .first()
      .waitFor();
    await shot('sign-in');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button('Sign in').click();
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await shot('first-password');
    await page.getByLabel('Current password').fill(password);
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('New password, once more').fill(PASSWORD);
    await button('Save and go on').click();
    await button(/Signed in as ada/).click();
    const kept = page.waitForResponse((answer) => answer.url().endsWith('/api/auth/preferences') && answer.ok());
    await page.getByRole('menuitem', { name: 'Русский' }).click();
    await kept;

    const elsewhere = await openBrowser();
    try {
      const other = elsewhere.page;
      await other.goto(`${api.url}/settings/own`);
      await other.getByLabel('Name').fill('ada');
      await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await other.getByRole('button', { name: 'Sign in' }).click();
      await other.getByRole('heading', { name: 'Где вы вошли' }).waitFor();
      await other.getByRole('button', { name: 'Завершить остальные' }).click();
      await other.getByText('Завершён 1 сеанс.').waitFor();
      expect(elsewhere.complaints.list).toEqual([]);
    } finally {
      await elsewhere.close();
    }
    await page.reload();
    await page.getByRole('button', { name: 'Войти', exact: true }).waitFor();
  });

  it('show others that a section is not theirs', async () => {
    await page.getByLabel('Имя').fill('ada');
    await page.getByLabel('Пароль', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Войти', exact: true }).click();
    await page.getByRole('navigation').first().waitFor();
    await open('people');
    await page
      .getByText(/роль.*администратор|администратор.*роль/i)
      .first()
      .waitFor();
    expect(await page.getByRole('link', { name: 'Токены' }).count()).toBe(0);
    expect(browser.complaints.list).toEqual([]);
  });
});
