import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import pg from 'pg';
import { withFailures } from '../../activities/failures.ts';
import { createLink } from '../../activities/link.ts';
import { accountTaskStateCounts } from '../../activities/tallies.ts';
import { readEnv } from '../../config/env.ts';
import { createLogger } from '../../config/logger.ts';
import type { Aggregate } from '../../contracts/bulk.ts';
import { AGGREGATE_QUERY, accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { SessionActivities } from '../../contracts/orchestration.ts';
import { RESOLVE_UPDATE } from '../../contracts/orchestration.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import type { TestStack } from '../../stack/testing.ts';
import { startTestStack } from '../../stack/testing.ts';
import { orchestrator } from '../../workers/orchestrator.ts';
import type { Role } from '../../workers/role.ts';
import { installRuntime } from '../../workers/runtime.ts';

/** Account tasks whose platform asks for a code, once each. */
const asked = new Set<string>();
let opened = 0;
let mostOpened = 0;

const sessions: SessionActivities = {
  async openSession({ accountTaskId }) {
    if (asked.delete(accountTaskId)) throw new TaskError('ChallengeRequired', 'A code was sent.');
    opened += 1;
    mostOpened = Math.max(mostOpened, opened);
    return { hostQueue: 'host-1', sessionId: accountTaskId, entered: 'logged-in', ownPostIds: [] };
  },
};
const host = {
  async closeSession() {
    opened -= 1;
  },
};

let stack: TestStack;
let pool: pg.Pool;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let role: Role;
let workers: Worker[] = [];
let running: Promise<unknown>;

beforeAll(async () => {
  stack = await startTestStack({ parts: ['postgres', 'temporal', 'prepare'] });
  const env = readEnv({
    TEMPORAL_ADDRESS: stack.temporalAddress,
    DATABASE_URL: stack.databaseUrl,
    FLOTILLA_DATA: stack.dataFolder,
  });
  const log = createLogger('test', 'silent');
  installRuntime(log);
  pool = new pg.Pool({ connectionString: stack.databaseUrl });
  pool.on('error', () => undefined);
  connection = await Connection.connect({ address: stack.temporalAddress });
  client = new Client({ connection });
  native = await NativeConnection.connect({ address: stack.temporalAddress });
  const link = createLink({ apiUrl: 'http://127.0.0.1:1', workerToken: 'none' });
  const entryPath = fileURLToPath(new URL('./asking-kinds.ts', import.meta.url));
  role = await orchestrator({ env, log, link, connection: native, hostName: 'test' }, { entryPath });
  workers = [
    ...role.workers,
    await Worker.create({ connection: native, taskQueue: 'browser', activities: withFailures(sessions) }),
    await Worker.create({ connection: native, taskQueue: 'host-1', activities: host }),
  ];
  running = Promise.all(workers.map((worker) => worker.run()));
}, 180_000);

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await role?.close();
  await native?.close();
  await connection?.close();
  await pool?.end();
  await stack?.stop();
}, 60_000);

const TASK_STATE = defineSearchAttributeKey('TaskState', 'KEYWORD');
/** What the API starts a bulk workflow with, where the server knows all attributes. */
const attributesOf = (taskId: string): SearchAttributePair[] => [
  { key: defineSearchAttributeKey('TaskKind', 'KEYWORD'), value: 'asking' },
  { key: defineSearchAttributeKey('BulkTaskId', 'KEYWORD'), value: taskId },
  { key: TASK_STATE, value: 'running' },
];

/** A task over so many accounts; the first ones are asked for a code. */
async function start(accounts: number, parked: number, window: number, attributes = false) {
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
     VALUES ($1, 'asking', 'test', '{}', '{}', $2, $3, $4)`,
    [taskId, window, accounts, bulkWorkflowId(taskId)],
  );
  const { rows } = await pool.query<{ id: string; ordinal: number }>(
    `WITH made AS (
       INSERT INTO "Account" (platform, username)
       SELECT 'sandbox', $1 || '#' || n FROM generate_series(0, $2::int - 1) n RETURNING id, username
     )
     INSERT INTO "AccountTask" ("taskId", ordinal, "accountId", username, plan)
     SELECT $1::uuid, split_part(username, '#', 2)::int, id, username, '{}' FROM made RETURNING id, ordinal`,
    [taskId, accounts],
  );
  await pool.query(`INSERT INTO "TaskTally" ("taskId", slot, key, n) VALUES ($1, 0, 'state:pending', $2)`, [
    taskId,
    accounts,
  ]);
  const waiting = rows.filter(({ ordinal }) => ordinal < parked).map(({ id }) => id);
  for (const id of waiting) asked.add(id);
  const handle = await client.workflow.start('bulkAsking', {
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowId: bulkWorkflowId(taskId),
    args: [{ taskId }],
    typedSearchAttributes: attributes ? attributesOf(taskId) : [],
  });
  return { taskId, waiting, handle };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 900; i += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('what was waited for did not happen');
}

const untilTotals = (handle: WorkflowHandle, done: (totals: Aggregate['totals']) => boolean): Promise<void> =>
  until(async () => done((await handle.query<Aggregate>(AGGREGATE_QUERY)).totals));

const resolve = (taskId: string, id: string, action: 'retry' | 'skip') =>
  client.workflow.getHandle(accountWorkflowId(taskId, id)).executeUpdate(RESOLVE_UPDATE, { args: [{ action }] });

const challenges = async (taskId: string) =>
  (
    await pool.query<{ state: string; n: number }>(
      `SELECT state, count(*)::int AS n FROM "Challenge" WHERE "taskId" = $1 GROUP BY state ORDER BY state`,
      [taskId],
    )
  ).rows;

describe('account tasks that wait for a person', () => {
  it('let the window go on to all the others, and the task ends when the last one is answered', async () => {
    const { taskId, waiting, handle } = await start(180, 150, 3);
    await untilTotals(handle, ({ parked, succeeded }) => parked === 150 && succeeded === 30);
    expect(mostOpened).toBeLessThanOrEqual(3);
    expect(opened).toBe(0);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    expect(await challenges(taskId)).toEqual([{ state: 'open', n: 150 }]);
    const held = await pool.query(`SELECT resource FROM "Lease" WHERE "expiresAt" > now()`);
    expect(held.rows).toEqual([]);

    const last = waiting.pop()!;
    for (let at = 0; at < waiting.length; at += 25) {
      const some = waiting.slice(at, at + 25);
      await Promise.all(some.map((id, n) => resolve(taskId, id, n % 5 === 0 ? 'skip' : 'retry')));
    }
    await untilTotals(handle, ({ parked, running, paced }) => parked === 1 && running === 0 && paced === 0);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await resolve(taskId, last, 'retry');
    await handle.result();
    expect((await accountTaskStateCounts(pool, taskId)).totals).toMatchObject({
      total: 180,
      succeeded: 150,
      skipped: 30,
    });
    expect(await challenges(taskId)).toEqual([
      { state: 'answered', n: 120 },
      { state: 'skipped', n: 30 },
    ]);
    const { rows } = await pool.query(
      `SELECT data->>'state' AS state, count(*)::int AS n FROM "TaskEvent"
       WHERE "taskId" = $1 AND type = 'challenge' GROUP BY 1 ORDER BY 1`,
      [taskId],
    );
    expect(rows).toEqual([
      { state: 'answered', n: 120 },
      { state: 'open', n: 150 },
      { state: 'skipped', n: 30 },
    ]);
    expect(Number((await handle.describe()).historyLength)).toBeLessThan(10_000);
  }, 240_000);

  it('are given one answer: a second one is refused', async () => {
    const { taskId, waiting, handle } = await start(1, 1, 1);
    await untilTotals(handle, ({ parked }) => parked === 1);
    const answers = await Promise.allSettled([
      resolve(taskId, waiting[0]!, 'retry'),
      resolve(taskId, waiting[0]!, 'skip'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await handle.result();
    const [{ state } = { state: '' }] = await challenges(taskId);
    expect(state).toBe(answers[0]!.status === 'fulfilled' ? 'answered' : 'skipped');
  });

  it('are found by their state in Temporal for as long as they wait', async () => {
    const { taskId, waiting, handle } = await start(3, 2, 3, true);
    await untilTotals(handle, ({ parked, succeeded }) => parked === 2 && succeeded === 1);
    const query = `BulkTaskId = '${taskId}' AND TaskState = 'parked'`;
    const listed = async () => (await client.workflow.count(query)).count;
    await until(async () => (await listed()) === 2);
    const stateOf = async (id: string) => {
      const { typedSearchAttributes } = await client.workflow.getHandle(accountWorkflowId(taskId, id)).describe();
      return typedSearchAttributes.get(TASK_STATE);
    };
    await resolve(taskId, waiting[0]!, 'retry');
    await resolve(taskId, waiting[1]!, 'skip');
    await handle.result();
    expect(await Promise.all(waiting.map(stateOf))).toEqual([undefined, undefined]);
    await until(async () => (await listed()) === 0);
    expect((await handle.describe()).typedSearchAttributes.get(TASK_STATE)).toBe('completed');
  });

  it('cost no event where the server does not know the attributes', async () => {
    const { taskId, waiting, handle } = await start(1, 1, 1);
    await untilTotals(handle, ({ parked }) => parked === 1);
    await resolve(taskId, waiting[0]!, 'retry');
    await handle.result();
    const { events } = await client.workflow.getHandle(accountWorkflowId(taskId, waiting[0]!)).fetchHistory();
    expect(events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toEqual([]);
  });
});
