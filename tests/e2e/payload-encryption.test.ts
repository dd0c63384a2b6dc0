import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { Page } from 'playwright-core';
import { createLink } from '../../activities/link.ts';
import { ENCRYPTED } from '../../activities/payloads/codec.ts';
import { fetchPayloadKeys } from '../../activities/payloads/host-keys.ts';
import { payloadKeyId } from '../../activities/payloads/keys.ts';
import { rotateKeys } from '../../api/key-rotation.ts';
import { readEnv } from '../../config/env.ts';
import { createLogger } from '../../config/logger.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { dataConverterOf, ENCODED_FAILURES } from '../../workers/payloads.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTaskOf, accountTasksOf, orderAndStart, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce } from '../support/truth.ts';
import { until } from '../support/wait.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(240_000);

const CAPTION = 'Evening at the harbour';
const { History } = proto.temporal.api.history.v1;
type RawHistory = ReturnType<typeof History.decode>;

let bench: Bench;
let accounts: TestAccount[];
let video: Video;
let taskId: string;
beforeAll(async () => {
  bench = await startBench({ env: { FLOTILLA_ENCRYPT_PAYLOADS: 'true' } });
  [video] = (await bench.addVideos(1)) as [Video];
  accounts = await bench.addAccounts({ count: 2, prefix: 'sealed' });
});
afterAll(() => bench?.stop());

/** The history as the server keeps it: nothing of ours has touched it on its way. */
async function rawHistory(workflowId: string): Promise<RawHistory> {
  const history = History.create({ events: [] });
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await bench.temporal.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId },
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    history.events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return history;
}

/** Payloads anywhere in a message, with the names of the fields that lead there. */
function payloadsIn(value: unknown, path = ''): { path: string; payload: Payload }[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value)) return value.flatMap((item) => payloadsIn(item, path));
  const payload = value as Payload;
  if (ArrayBuffer.isView(payload.metadata?.encoding)) return [{ path, payload }];
  return Object.entries(value).flatMap(([name, inner]) => payloadsIn(inner, `${path}.${name}`));
}
const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata?.encoding ?? []).toString();

const accountWorkflows = async (ofTask: string): Promise<string[]> => {
  const found: string[] = [];
  const query = `BulkTaskId = '${ofTask}' AND AccountId IS NOT NULL`;
  for await (const { workflowId } of bench.temporal.workflow.list({ query })) found.push(workflowId);
  return found;
};
const keysNow = () => fetchPayloadKeys(createLink(bench.stack));
const converter = async () => dataConverterOf(await keysNow());

describe('with payloads encrypted', () => {
  it('a run does its work, with hosts that hold neither sealing key nor database', async () => {
    taskId = await orderAndStart(bench, { accounts, params: { mediaIds: [video.id], captions: [CAPTION] } });
    expect((await untilEnded(bench, taskId)).totals).toMatchObject({ succeeded: 2 });
    await expectEveryPostOnce(bench, taskId);
    if (process.platform !== 'linux') return;
    for (const role of ['browser', 'media', 'network', 'orchestrator'] as const) {
      const environment = await readFile(`/proc/${bench.stack.processOf(role)}/environ`, 'utf8');
      expect(environment).toContain('FLOTILLA_WORKER_TOKEN=');
      expect(environment).not.toContain('FLOTILLA_SECRET_KEY=');
      if (role !== 'orchestrator') expect(environment).not.toContain('DATABASE_URL=');
    }
  });

  it('the server keeps nothing that can be read but ids of workflows and what they are looked up by', async () => {
    const workflows = [`bulk/${taskId}`, ...(await accountWorkflows(taskId))];
    expect(workflows).toHaveLength(3);
    const accountTasks = await accountTasksOf(bench, taskId);
    // Of the media and the texts not even an id; of a person no name.
    const secrets = [
      CAPTION,
      video.id,
      video.sha256,
      ...accounts.map(({ username }) => username),
      '"taskId"',
      '"plan"',
    ];
    for (const workflowId of workflows) {
      const history = await rawHistory(workflowId);
      const bytes = Buffer.from(History.encode(history).finish()).toString('latin1');
      for (const secret of secrets)
        expect([workflowId, secret, bytes.includes(secret)]).toEqual([workflowId, secret, false]);
      const clear = payloadsIn(history.events).filter(({ payload }) => encodingOf(payload) !== ENCRYPTED);
      // Core's own notes: which activity a marker stands for, which change of the code it passed.
      const unexpected = clear.filter(({ path }) => !/searchAttributes|markerRecordedEventAttributes/.test(path));
      expect(unexpected.map(({ path }) => path)).toEqual([]);
      expect(payloadsIn(history.events).length).toBeGreaterThan(clear.length);
      // Ids stand in the clear where Temporal finds workflows by them, and nowhere else.
      const found = payloadsIn(history.events).filter(({ path }) => path.includes('searchAttributes'));
      for (const { payload } of found) payload.data = new Uint8Array();
      const rest = Buffer.from(History.encode(history).finish()).toString('latin1');
      for (const { accountId } of accountTasks) expect(rest).not.toContain(accountId);
    }
  });

  it('messages and stack traces of failures are encrypted too, and read where they belong', async () => {
    const [barred] = (await bench.addAccounts({ count: 1, prefix: 'barred' })) as [TestAccount];
    await bench.site.break({ fault: 'suspend', username: barred.username });
    const id = await orderAndStart(bench, {
      accounts: [barred],
      params: { mediaIds: [video.id], captions: [CAPTION] },
    });
    expect((await untilEnded(bench, id)).totals).toMatchObject({ failed: 1 });
    const { error } = await accountTaskOf(bench, id, barred.username);
    expect(error).toMatchObject({ type: 'AccountBlocked', message: expect.stringMatching(/\w+ \w+/) });
    const [workflowId] = await accountWorkflows(id);
    const history = await rawHistory(workflowId!);
    const failures = history.events.flatMap(({ activityTaskFailedEventAttributes: failed }) => failed?.failure ?? []);
    expect(failures.map(({ message, stackTrace }) => [message, stackTrace])).toContainEqual(['Encoded failure', '']);
    const bytes = Buffer.from(History.encode(history).finish()).toString('latin1');
    for (const clear of [error!.message, 'at async']) expect(bytes).not.toContain(clear);
  });

  const bundle = () =>
    workflowBundle({
      cacheFolder: join(bench.stack.dataFolder, 'cache'),
      log: createLogger('test', 'silent'),
      failureConverterPath: ENCODED_FAILURES,
    });

  it('the history is replayed with the keys, and not without', async () => {
    const history = await rawHistory(`bulk/${taskId}`);
    const id = `bulk/${taskId}`;
    await Worker.runReplayHistory({ workflowBundle: await bundle(), dataConverter: await converter() }, history, id);
    await expect(Worker.runReplayHistory({ workflowBundle: await bundle() }, history, id)).rejects.toThrow();
  });

  it('after a rotation everybody goes over to the new key by themselves, and old histories stay readable', async () => {
    const keyOf = async () => payloadKeyId((await keysNow()).get().current);
    const before = await keyOf();
    const env = readEnv({ FLOTILLA_DATA: bench.stack.dataFolder });
    await rotateKeys(env, bench.stack.databaseUrl);
    const after = await keyOf();
    expect(after).not.toBe(before);
    const id = await orderAndStart(bench, { accounts, params: { mediaIds: [video.id], captions: [CAPTION] } });
    expect((await untilEnded(bench, id)).totals).toMatchObject({ succeeded: 2 });
    const keysIn = async (workflowId: string) => {
      const encrypted = payloadsIn((await rawHistory(workflowId)).events).filter(
        ({ payload }) => encodingOf(payload) === ENCRYPTED,
      );
      return new Set(encrypted.map(({ payload }) => Buffer.from(payload.metadata!['encryption-key-id']!).toString()));
    };
    for (const workflowId of [`bulk/${id}`, ...(await accountWorkflows(id))]) {
      expect(await keysIn(workflowId)).toEqual(new Set([after]));
    }
    expect(await keysIn(`bulk/${taskId}`)).toEqual(new Set([before]));
    const history = await rawHistory(`bulk/${taskId}`);
    const options = { workflowBundle: await bundle(), dataConverter: await converter() };
    await Worker.runReplayHistory(options, history, `bulk/${taskId}`);
  });
});

describe('Temporal Web', () => {
  let browser: DashboardBrowser;
  let page: Page;
  /** What it got from the codec, by status. */
  const answers: number[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    page = browser.page;
    page.on('response', (response) => {
      if (response.url().includes('/api/codec/decode')) answers.push(response.status());
    });
  });
  afterAll(() => browser?.close());

  /** The dashboard under the name that Temporal Web stands at, too: cookies are for one site. */
  const dashboardUrl = () => bench.stack.apiUrl.replace('127.0.0.1', 'localhost');
  const lookAtTask = async () => {
    answers.length = 0;
    const { temporalUiUrl } = bench.stack;
    await page.goto(`${temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(`bulk/${taskId}`)}`);
    await page
      .getByTestId('workflow-id-heading')
      .or(page.getByRole('heading', { name: taskId }))
      .first()
      .waitFor();
  };
  const text = () => page.locator('body').textContent();

  /** Its own settings, for it to send the cookie: the development server has no option for that. */
  async function letItSendCookies(): Promise<void> {
    await page
      .getByTestId('data-encoder-status-configured')
      .or(page.getByTestId('data-encoder-status-error'))
      .first()
      .click();
    await page.getByTestId('use-local-endpoint-input').check({ force: true });
    await page.getByTestId('data-encoder-endpoint-input').fill(`${dashboardUrl()}/api/codec`);
    await page.getByTestId('data-encoder-include-credentials').click();
    const dialog = page.locator('dialog, [role=dialog]').filter({ has: page.getByTestId('data-encoder-title') });
    await dialog.getByTestId('confirm-modal-button').click();
  }

  it('shows whoever is not signed in nothing but encrypted payloads', async () => {
    await lookAtTask();
    await letItSendCookies();
    await lookAtTask();
    await until(
      async () => answers.length,
      (n) => n > 0,
      { what: 'the codec was asked' },
    );
    await page.locator('#content').getByText('Codec Server could not connect').waitFor();
    expect(new Set(answers)).toEqual(new Set([401]));
    expect(await text()).not.toMatch(/"?taskId"?:/);
  });

  it('opens them for whoever is signed in at the dashboard', async () => {
    await page.goto(`${dashboardUrl()}/sign-in#token=${bench.stack.adminToken}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await lookAtTask();
    await until(text, (shown) => (shown ?? '').replace(/\s/g, '').includes(`"taskId":"${taskId}"`), {
      what: 'the input is shown',
      withinMs: 20_000,
    });
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await page.getByText('Codec Server could not connect').count()).toBe(0);
    if (process.env.FLOTILLA_TEST_SHOTS)
      await page.screenshot({ path: join(process.env.FLOTILLA_TEST_SHOTS, 'codec.png') });
  });

  it('is told by its server where the codec is', async () => {
    const settings = await (await fetch(`${bench.stack.temporalUiUrl}/api/v1/settings`)).json();
    expect(settings).toMatchObject({ Codec: { Endpoint: `${dashboardUrl()}/api/codec` } });
  });
});
