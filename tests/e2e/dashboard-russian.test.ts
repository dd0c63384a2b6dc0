import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { networkError } from '../../activities/platforms/page-steps.ts';
import { makeAccounts } from '../../api/door/test-data.ts';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { ERROR_POLICIES, type ErrorType, TaskError } from '../../contracts/errors.ts';
import { paceWait } from '../../contracts/pace.ts';
import { say } from '../../contracts/said.ts';
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
  /\b(Flotilla|Temporal|Web|Postgres|API|HTTP|TOTP|MP4|GB|Sandbox|sandbox|Harbor|ada\d*|Harbour|run|flotilla-retention|retention|browser|media|network|orchestrator|Europe|Berlin|UTC|ERR_CONNECTION_RESET|Ctrl|Cmd|K|CSV|JSON|cookie|ID|Chromium|FLOTILLA_\w+)\b/g;

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
