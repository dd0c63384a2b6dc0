import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { createLink } from '../../activities/link.ts';
import { ENCRYPTED } from '../../activities/payloads/codec.ts';
import { fetchPayloadKeys } from '../../activities/payloads/host-keys.ts';
import { createLogger } from '../../config/logger.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { dataConverterOf, ENCODED_FAILURES } from '../../workers/payloads.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTasksOf, orderAndStart, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce } from '../support/truth.ts';
import { until } from '../support/wait.ts';
import { type DashboardBrowser, openBrowser } from './dashboard-browser.ts';

jest.setTimeout(240_000);

const CAPTION = 'Evening at the harbour';
const { History } = proto.temporal.api.history.v1;
type RawHistory = InstanceType<typeof History>;

let bench: Bench;
let accounts: TestAccount[];
let video: Video;
let taskId: string;
beforeAll(async () => {
  bench = await startBench({ env: { FLOTILLA_ENCRYPT_PAYLOADS: 'true' } });
  [video] = (await bench.addVideos(1)) as [Video];
  accounts = await bench.addAccounts({ count: 2, prefix: 'sealed' });
  await bench.addAccounts({ count: 1, prefix: 'barred' });
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
  return history as RawHistory;
}

/** Payloads anywhere in a message, with the names of the fields that lead there. */
function payloadsIn(value: unknown, path = ''): { path: string; payload: Payload }[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if (Array.isArray(value)) return value.flatMap((item) => payloadsIn(item, path));
  if (value instanceof proto.temporal.api.common.v1.Payload) return [{ path, payload: value as Payload }];
  return Object.entries(value).flatMap(([name, inner]) => payloadsIn(inner, `${path}.${name}`));
}
const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata?.encoding ?? []).toString();

const accountWorkflows = async (): Promise<string[]> => {
  const found: string[] = [];
  const query = `BulkTaskId = '${taskId}' AND AccountId IS NOT NULL`;
  for await (const { workflowId } of bench.temporal.workflow.list({ query })) found.push(workflowId);
  return found;
};
const converter = async () => {
  const { apiUrl, workerToken } = bench.stack;
  return dataConverterOf(await fetchPayloadKeys(createLink({ apiUrl, workerToken })));
};

describe('with payloads encrypted', () => {
  it('a run does its work, with hosts that hold neither sealing key nor database', async () => {
    taskId = await orderAndStart(bench, { accounts, params: { mediaIds: [video.id], captions: [CAPTION] } });
    expect((await untilEnded(bench, taskId)).totals).toMatchObject({ succeeded: 2 });
    await expectEveryPostOnce(bench, taskId);
    for (const role of ['browser', 'media', 'network', 'orchestrator'] as const) {
      const environment = await readFile(`/proc/${bench.stack.processOf(role)}/environ`, 'utf8').catch(() => '');
      expect(environment).not.toContain('FLOTILLA_SECRET_KEY');
      if (role !== 'orchestrator') expect(environment).not.toContain('DATABASE_URL');
    }
  });

  it('the server keeps nothing that can be read but ids of workflows and what they are looked up by', async () => {
    const workflows = [`bulk/${taskId}`, ...(await accountWorkflows())];
    expect(workflows).toHaveLength(3);
    const accountTasks = await accountTasksOf(bench, taskId);
    // Of the media and the texts not even an id; of a person no name.
    const secrets = [CAPTION, video.id, video.sha256, ...accounts.map(({ username }) => username), '"taskId"', '"plan"'];
    for (const workflowId of workflows) {
      const history = await rawHistory(workflowId);
      const bytes = Buffer.from(History.encode(history).finish()).toString('latin1');
      for (const secret of secrets) expect([workflowId, secret, bytes.includes(secret)]).toEqual([workflowId, secret, false]);
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

  it('messages and stack traces of failures are encrypted too', async () => {
    await bench.site.setFaults([{ fault: 'wrong-password', rate: 1 }]);
  });

  it('the history is replayed with the keys, and not without', async () => {
    const history = await rawHistory(`bulk/${taskId}`);
    const bundle = await workflowBundle({
      cacheFolder: join(bench.stack.dataFolder, 'cache'),
      log: createLogger('test', 'silent'),
      failureConverterPath: ENCODED_FAILURES,
    });
    const dataConverter = await converter();
    const id = `bulk/${taskId}`;
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter }, history, id);
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history, id)).rejects.toThrow();
  });
});
