import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { networkError } from '../../activities/platforms/page-steps.ts';
import { makeAccounts } from '../../api/door/test-data.ts';
import { recordErrors } from '../../api/errors/record.ts';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { ERROR_POLICIES, type ErrorType, TaskError } from '../../contracts/errors.ts';
import { paceWait } from '../../contracts/pace.ts';
import { say } from '../../contracts/said.ts';
import { TEST_EVENT } from '../../contracts/webhooks.ts';
import { createBreaker } from '../../workflows/breaker.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';

/** What stands in the ledger here are the sentences of the very code that writes them there. */

let api: TestApi;
let browser: DashboardBrowser;
let page: Page;
let accounts: string[];

beforeAll(async () => {
  const dist = join(process.cwd(), 'web', 'dist');
  if (!existsSync(join(dist, 'index.html'))) throw new Error('The dashboard is not built: run "npm run setup".');
  [api, browser] = await Promise.all([startTestApi({ dashboardFolder: dist }), openBrowser()]);
  page = browser.page;
  accounts = await makeAccounts(api, 'ada', 4);
  await page.addInitScript(() => {
    (globalThis as unknown as { localStorage: { setItem(k: string, v: string): void } }).localStorage.setItem(
      'flotilla-language',
      'ru',
    );
  });
  await page.goto(`${api.url}/sign-in#token=${api.deps.keys.adminToken}`);
  await page.getByRole('navigation').first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

/** Names that are the same in every language: of programs, formats, units and of what the test made. */
const NAMES =
  /\b(SOCKS|HTTPS|CONNECT|IP|Cron|Flotilla|Temporal|Web|Postgres|API|HTTP|TOTP|MP4|GB|Sandbox|sandbox|Harbor|ada\d*|Harbour|run|flotilla-retention|retention|browser|media|network|orchestrator|Europe|Berlin|UTC|ERR_CONNECTION_RESET|Ctrl|Cmd|K|CSV|JSON|cookie|ID|Chromium|FLOTILLA_\w+)\b/g;

/** Words in Latin letters that are seen in a part of the page, without names. */
async function foreignWords(selector = 'main'): Promise<string[]> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not read.
  const text = await page.locator(selector).first().innerText();
  return (
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|https?:\S+|\/\S+/g, ' ')
      .replaceAll(NAMES, ' ')
      .match(/[A-Za-z]{2,}/g) ?? []
  );
}

interface Row {
  state: string;
  reason: string;
  error?: TaskError;
}

async function seedTask(
  state: string,
  reason: string | null,
  rows: readonly Row[],
): Promise<{ id: string; of: string[] }> {
  const { db } = api.deps;
  const task = await db.bulkTask.create({
    data: {
      ...{ kind: 'login', name: 'Harbour run', state, stateReason: reason, params: { force: false } },
      ...{ selection: { ids: accounts }, window: 2, total: rows.length, workflowId: `bulk/test-${Math.random()}` },
      startedAt: new Date(),
    },
  });
  const made = await Promise.all(
    rows.map((row, ordinal) =>
      db.accountTask.create({
        data: {
          ...{ taskId: task.id, ordinal, accountId: accounts[ordinal]!, username: `ada${ordinal}`, plan: {} },
          ...{ state: row.state, stateReason: row.reason, attempts: 1, startedAt: new Date() },
          ...(row.error && { errorType: row.error.type, errorMessage: row.error.message, finishedAt: new Date() }),
          ...(row.state === 'paced' && { wakeAt: new Date(Date.now() + 3_600_000) }),
        },
      }),
    ),
  );
  return { id: task.id, of: made.map(({ id }) => id) };
}

const failed = (error: TaskError): Row => ({ state: 'failed', reason: error.message, error });
const gap = paceWait({
  ...{ action: 'follow', now: Date.now(), timeZone: 'UTC', quietHours: null, usedToday: 0, usedThisHour: 0 },
  ...{ hourBeganAt: null, lastAt: Date.now() - 1_000, seed: 'x' },
  limits: { perDay: 9, perHour: 9, minGapMs: 600_000, maxGapMs: 600_000 },
});

describe('the dashboard in Russian', () => {
  it('says why account tasks failed, wait and are parked, and what to do, without a word of English', async () => {
    const code = new TaskError('ChallengeRequired', say('platform.email-code'));
    const task = await seedTask('paused', say('task.paused-by', { name: 'ada' }), [
      failed(networkError('net::ERR_CONNECTION_RESET')),
      failed(
        new TaskError('PageChanged', say('page.missing', { what: say('page.button', { name: 'Web' }), path: '/post' })),
      ),
      { state: 'paced', reason: gap?.reason ?? '' },
      { state: 'parked', reason: code.message },
    ]);
    await api.deps.db.challenge.create({
      data: {
        ...{ accountTaskId: task.of[3]!, accountId: accounts[3]!, taskId: task.id },
        ...{ type: 'email-code', message: code.message },
      },
    });
    await page.goto(`${api.url}/tasks/login/${task.id}`);
    await page.getByText('Остановка: ada.').first().waitFor();
    await page.getByText('Страницу не удалось загрузить (ERR_CONNECTION_RESET).').first().waitFor();
    await page.getByText('ожидалось и не найдено: кнопка «Web».').first().waitFor();
    await page.getByText('Перерыв между подписками аккаунта: минимум 10 минут.').first().waitFor();
    expect(await foreignWords()).toEqual([]);

    await page.goto(`${api.url}/tasks/login/${task.id}/accounts/${task.of[0]}`);
    await page.getByText('Служба не ответила. Попытки повторялись до предела.').first().waitFor();
    await page.getByText('Страницу не удалось загрузить (ERR_CONNECTION_RESET).').first().waitFor();
    expect(await foreignWords()).toEqual([]);

    await page.goto(`${api.url}/tasks/login/${task.id}/accounts/${task.of[3]}`);
    await page.getByText('Платформа отправила код по электронной почте и просит его ввести.').first().waitFor();
    expect(await foreignWords()).toEqual([]);

    await page.goto(`${api.url}/inbox`);
    await page.getByText('Платформа отправила код по электронной почте и просит его ввести.').first().waitFor();
    expect(await foreignWords()).toEqual([]);
  });

  it('says why a task paused by itself, for every type of error that can do it', async () => {
    const types = (Object.keys(ERROR_POLICIES) as ErrorType[]).filter(
      (one) => ERROR_POLICIES[one].countsAgainstBreaker,
    );
    for (const type of types) {
      const breaker = createBreaker({ share: 0.5, among: 5 });
      const why = [1, 2, 3, 4, 5].map(() => breaker.note(true, type)).find((one) => one !== null);
      const { id } = await seedTask('paused', why ?? null, []);
      await page.goto(`${api.url}/tasks/login/${id}`);
      await page.getByText('Остановилась сама: ошибок 5, а смотрели на 5 последних аккаунтов.').first().waitFor();
      expect(await foreignWords('[role=alert]')).toEqual([]);
    }
  });

  it('says how the system is, and shows the tasks of today', async () => {
    await page.goto(api.url);
    await page.getByText('Postgres отвечает.').first().waitFor();
    await page.getByText('Очистка ещё не запускалась; Temporal запускает её каждый час.').first().waitFor();
    expect(await foreignWords()).toEqual([]);
  });

  it('says which causes of errors there are, single errors, and why a run failed', async () => {
    const { db } = api.deps;
    const worker = await db.workerHost.create({
      data: { name: 'media', role: 'media', taskQueues: ['media'], pid: 1, version: '1', slots: 1 },
    });
    await recordErrors(db, [
      { source: 'worker/browser', type: 'Unavailable', message: say('platform.error', { status: 502 }) },
      {
        ...{ source: 'worker/media', type: 'PageChanged', workerId: worker.id },
        message: say('page.missing', { what: say('page.button', { name: 'Web' }), path: '/post/17' }),
      },
      { source: 'worker/browser', type: 'Throttled', message: say('platform.wait', { count: 30 }) },
    ]);
    await page.goto(`${api.url}/errors`);
    await page.getByText('ожидалось и не найдено: кнопка «…».').first().waitFor();
    await page.getByText('Платформа попросила подождать … секунд.').first().waitFor();
    expect(await foreignWords()).toEqual([]);
    await page.getByText('ожидалось и не найдено: кнопка «…».').first().click();
    await page.getByRole('dialog').getByText('ожидалось и не найдено: кнопка «Web».').waitFor();
    expect(await foreignWords('[role=dialog]')).toEqual([]);

    await page.goto(`${api.url}/hosts/${worker.id}`);
    await page.getByText('ожидалось и не найдено: кнопка «Web».').waitFor();
    expect(await foreignWords()).toEqual([]);
  });

  it('says which lines of a file were rejected, of accounts and of names to follow', async () => {
    await page.goto(`${api.url}/accounts?import=1`);
    const lines = [
      'platform,username,password,timeZone',
      'sandbox,ada90,,',
      'sandbox,ada91,x,Harbour',
      'harbour,ada92,x,',
    ];
    await page.setInputFiles('input[type=file]', {
      ...{ name: 'accounts.csv', mimeType: 'text/csv' },
      buffer: Buffer.from(lines.join('\n')),
    });
    await page.getByRole('dialog').getByText('Новому аккаунту нужен пароль').waitFor();
    const cells = page.getByRole('dialog').locator('tbody tr td:last-child');
    const told = (await cells.allInnerTexts())
      .join(' ')
      .replaceAll(NAMES, ' ')
      .replaceAll(/\b(atproto|clips)\b/g, ' ');
    expect(told.match(/[A-Za-z]{2,}/g) ?? []).toEqual([]);

    const category = await api.call('/api/follow-categories', { body: { name: 'Harbour' } });
    const path = `/api/follow-categories/${category.json.id}/targets`;
    const { json } = await api.call(path, { body: { usernames: ['a b', 'x'.repeat(254)] } });
    expect(json.rejected).toMatchObject([
      { said: { message: [{ code: 'import.bad-name', params: { name: 'a b' } }] } },
      { said: { message: [{ code: 'import.long-name' }] } },
    ]);
  });

  it('says what a check of a proxy found, and what came of messages to a webhook', async () => {
    const { db } = api.deps;
    const proxy = await db.proxy.create({ data: { name: 'Harbour', protocol: 'http', host: '127.0.0.1', port: 9 } });
    const why = say('proxy.country-wrong', { country: 'DE', expected: 'FR' });
    const verdict = say('proxy.failing-at', { check: say('proxy.check.country'), why });
    const checks = [{ check: 'country', outcome: 'failed', detail: why }];
    const findings = { status: 'failing', verdict, checks, exitAddress: null, latency: null, stability: null };
    await db.proxyCheck.create({ data: { proxyId: proxy.id, verdict, detail: { findings } } });
    await page.goto(`${api.url}/proxies?open=${proxy.id}`);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Что показала каждая из последних').click();
    await dialog.getByText('Страна: DE; ожидалась FR.').waitFor();
    expect(await dialog.locator('tbody tr[title]').first().getAttribute('title')).not.toMatch(/[A-Za-z]{3,}/);

    const events = ['run.finished'];
    const made = await api.call('/api/webhooks', { body: { name: 'Harbour', url: 'http://127.0.0.1:9/', events } });
    await db.webhookDelivery.create({
      data: {
        ...{
          webhookId: String(made.json.id),
          occasion: 'one',
          event: TEST_EVENT,
          payload: { webhookId: made.json.id, name: 'Harbour' },
        },
        ...{ state: 'failed', attempts: 8, attemptedAt: new Date(), error: say('webhook.refused') },
      },
    });
    await page.goto(`${api.url}/settings/alerts`);
    await page.getByRole('main').locator('table button').last().click();
    await page.getByRole('menuitem', { name: 'Показать отправленное' }).click();
    await dialog.getByText('В соединении отказано: там никто не отвечает.').waitFor();
    expect(await foreignWords('[role=dialog]')).toEqual([]);
  });

  it('says when a schedule runs, and why it does not', async () => {
    const { db } = api.deps;
    const order = { accounts: { ids: accounts }, params: {} };
    const common = { kind: 'login', order, timeZone: 'Europe/Berlin' };
    const specs = [
      { cron: '0 9 * * 1-5' },
      { cron: '30 8 * * 1,3' },
      { cron: '*/15 * * * *' },
      { everyMinutes: 2_880 },
    ];
    for (const spec of specs) await db.schedule.create({ data: { ...common, name: 'Harbour', spec } });
    await page.goto(`${api.url}/schedules`);
    await page.getByText('По будням в 09:00, Europe/Berlin').first().waitFor();
    await page.getByText('По понедельникам и средам в 08:30, Europe/Berlin').first().waitFor();
    await page.getByText('Каждые 15 минут, Europe/Berlin').first().waitFor();
    await page.getByText('Каждые 2 дня').first().waitFor();
    await page
      .getByText(/Temporal/)
      .first()
      .waitFor();
    expect(await foreignWords()).toEqual([]);
  });

  it('says why an account is of no use, and how a live view ended', async () => {
    await api.deps.db.account.update({
      where: { id: accounts[3]! },
      data: { status: 'bad_credentials', statusReason: say('account.refused-login') },
    });
    await page.goto(`${api.url}/accounts/${accounts[3]}`);
    await page.getByRole('main').getByRole('alert').first().waitFor();
    const alerts = await page.getByRole('main').getByRole('alert').allInnerTexts();
    expect(alerts.join(' ').match(/[A-Za-z]{2,}/g) ?? []).toEqual([]);

    const task = await seedTask('running', null, [{ state: 'parked', reason: say('platform.email-code') }]);
    await api.deps.db.challenge.create({
      data: {
        ...{ accountTaskId: task.of[0]!, accountId: accounts[0]!, taskId: task.id },
        ...{ type: 'email-code', message: say('platform.email-code') },
      },
    });
    await page.goto(`${api.url}/inbox`);
    await page.getByRole('button', { name: 'Взять управление' }).first().click();
    await page.getByText('Ни один хост с браузером не подключён. Запустите его и попробуйте снова.').waitFor();
    expect(await foreignWords('[role=dialog] [role=status]')).toEqual([]);
  });

  it('says what is wrong with a form, and with an order that does not fit', async () => {
    const { id } = await seedTask('completed', null, []);
    const answer = await api.call(`/api/bulk/login/${id}/pause`, { method: 'POST' });
    expect(answer.json).toMatchObject({
      status: 409,
      detail: 'A task that is completed cannot be paused.',
      code: 'order.state.completed.paused',
    });
    await page.goto(`${api.url}/tasks/login/00000000-0000-4000-8000-000000000000`);
    await page.getByText('Задачи login 00000000-0000-4000-8000-000000000000 нет.').first().waitFor();
  });
});
