import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { renderSampleVideos } from '../../activities/media/samples.ts';
import { benchClient } from '../../bench/client.ts';
import type { Aggregate } from '../../contracts/bulk.ts';
import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { startTestStack } from '../../stack/testing.ts';
import type { Person } from './record-kinds.ts';
import { otherKinds } from './record-kinds.ts';

/**
 * Records the histories that replay.test.ts holds the workflow code against: runs of uploads on a stack of its own.
 * `npx tsx tests/replay/record.ts <version>`. Stored ones stay; record a new version beside them after a guarded change.
 * `… <version> traced` records one run that belongs to a trace: the interceptors are at work in it.
 */
const [version = '', only] = process.argv.slice(2);
if (!/^v\d+$/.test(version)) throw new Error('Which version? For example v2; see the head of this file.');

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'flotilla-record-'));
const stack = await startTestStack({
  env: {
    ...{ FLOTILLA_DEMO: '0', FLOTILLA_VISIT_HOSTS: '127.0.0.1' },
    // Nobody has to listen there.
    ...(only === 'traced' ? { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } : {}),
  },
});
const connection = await Connection.connect({ address: stack.temporalAddress });
const client = new Client({ connection });
const { call, uploadMedia } = benchClient(stack);

async function store(workflowId: string, label: string, runId?: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const { type } = await handle.describe();
  const path = join(FOLDER, `${type}-${label}-${version}.pb.gz`);
  const { History } = proto.temporal.api.history.v1;
  await writeFile(path, gzipSync(History.encode(await handle.fetchHistory()).finish(), { level: 9 }));
  console.log(path);
}

async function control(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${stack.sandboxUrl}/_control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function people(prefix: string, count: number, over: object = {}): Promise<Person[]> {
  const { accounts } = (await control('accounts', { count, prefix })) as {
    accounts: { username: string; password: string }[];
  };
  const made: Person[] = [];
  for (const { username, password } of accounts) {
    const { id } = await call<{ id: string }>('POST', '/api/accounts', {
      platform: 'sandbox',
      username,
      password,
      ...over,
    });
    made.push({ id, username, password });
  }
  return made;
}

const kindOf = new Map<string, string>();
const pathOf = (id: string, rest: string) => `/api/bulk/${kindOf.get(id)}/${id}/${rest}`;

async function createKind(kind: string, accounts: readonly Person[], params: object): Promise<string> {
  const { id } = await call<{ id: string }>('POST', `/api/bulk/${kind}`, {
    accounts: { ids: accounts.map((account) => account.id) },
    params,
  });
  kindOf.set(id, kind);
  return id;
}

const create = (accounts: readonly Person[], mediaIds: string[], over: object = {}) =>
  createKind('upload', accounts, { mediaIds, captions: ['{{username}} {{index}}'], ...over });

const order = (id: string, name: string, body: object = {}) => call('POST', pathOf(id, name), body);

async function until(id: string, what: (aggregate: Aggregate) => boolean): Promise<void> {
  for (let i = 0; i < 900; i += 1) {
    if (what(await call<Aggregate>('GET', pathOf(id, 'aggregate')))) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Task ${id} did not get there.`);
}
const ended = ({ state }: Aggregate) => state.startsWith('completed') || state === 'cancelled';

async function accountTasks(id: string): Promise<{ id: string; state: string }[]> {
  return (await call<{ items: { id: string; state: string }[] }>('GET', pathOf(id, 'accounts'))).items;
}

async function storeTask(id: string, label: string): Promise<void> {
  await store(bulkWorkflowId(id), label);
  const [first] = await accountTasks(id);
  if (first) await store(accountWorkflowId(id, first.id), label);
}

async function recordOthers(videos: string[]): Promise<void> {
  for (const fault of ['drop-after', 'drop-before'] as const) {
    const one = await people(fault, 1);
    const task = await create(one, videos);
    await control('faults', { faults: [{ fault, count: 1, username: one[0]?.username }] });
    await order(task, 'start');
    await until(task, ended);
    await control('faults', { faults: [] });
    await storeTask(task, fault);
  }

  const wrong = await people('wrong', 1, { password: 'not-the-password' });
  const failing = await create(wrong, videos);
  await order(failing, 'start');
  await until(failing, ended);
  await storeTask(failing, 'failed');
  await order(failing, 'retry-failed');
  await until(failing, (aggregate) => ended(aggregate) && aggregate.totals.failed === 1);
  await storeTask(failing, 'retried');

  const challenged = await people('challenged', 2);
  const parked = await create(challenged, videos);
  await control('faults', { faults: challenged.map(({ username }) => ({ fault: 'challenge', count: 1, username })) });
  await order(parked, 'start');
  await until(parked, ({ totals }) => totals.parked === 2);
  for (const { id } of await accountTasks(parked)) {
    await call('POST', pathOf(parked, `accounts/${id}/resolve`), { action: 'skip' });
  }
  await until(parked, ended);
  await control('faults', { faults: [] });
  await storeTask(parked, 'parked');

  const limited = await create(await people('limited', 4, { dailyLimits: { posts: 1 } }), videos, { perAccount: 2 });
  await order(limited, 'start');
  await until(limited, ({ totals }) => totals.paced === 4);
  await order(limited, 'pause');
  await order(limited, 'window', { window: 2 });
  await order(limited, 'resume');
  await order(limited, 'cancel');
  await until(limited, ended);
  await storeTask(limited, 'orders');

  for (const { kind, accounts, params } of await otherKinds({ call, uploadMedia, people, folder, videos })) {
    const first = await createKind(kind, await accounts('first'), params);
    if (['login', 'bio', 'avatar', 'follow'].includes(kind)) {
      await control('faults', { faults: [{ fault: 'throttle', count: 1, seconds: 2 }] });
    }
    await order(first, 'start');
    await until(first, ended);
    await control('faults', { faults: [] });
    await store(bulkWorkflowId(first), 'plain');
    for (const [place, { id }] of (await accountTasks(first)).entries()) {
      await store(accountWorkflowId(first, id), `plain-${place + 1}`);
    }
    const second = await createKind(kind, await accounts('second'), params);
    await order(second, 'window', { window: 1 });
    await order(second, 'start');
    await order(second, 'cancel').catch(() => undefined);
    await until(second, ended);
    await store(bulkWorkflowId(second), 'cancelled');
  }

  // Accounts that were switched off after the order end at once: enough of them make the parent continue as new.
  const crowd = await people('crowd', 1_700);
  const long = await create(crowd, videos);
  for (const { id } of crowd) await call('PATCH', `/api/accounts/${id}`, { status: 'disabled' });
  await order(long, 'window', { window: 60 });
  await order(long, 'start');
  await until(long, ended);
  const { executions } = await client.workflowService.listWorkflowExecutions({
    namespace: 'default',
    query: `WorkflowId = '${bulkWorkflowId(long)}'`,
  });
  for (const [index, run] of (executions ?? []).reverse().entries()) {
    await store(bulkWorkflowId(long), `continued-${index + 1}`, run.execution?.runId ?? undefined);
  }
}

try {
  await mkdir(FOLDER, { recursive: true });
  const videos: string[] = [];
  for (const video of await renderSampleVideos(folder, 2)) videos.push(await uploadMedia(video.path));

  const plain = await create(await people('plain', 3), videos, { perAccount: 2 });
  await order(plain, 'start');
  await until(plain, ended);
  await storeTask(plain, only === 'traced' ? 'traced' : 'plain');

  if (only !== 'traced') await recordOthers(videos);
} finally {
  await connection.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
}
