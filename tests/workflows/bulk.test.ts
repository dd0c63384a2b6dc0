import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { createLink } from '../../activities/link.ts';
import { accountTaskStateCounts } from '../../activities/tallies.ts';
import { readEnv } from '../../config/env.ts';
import { createLogger } from '../../config/logger.ts';
import type { Aggregate } from '../../contracts/bulk.ts';
import { AGGREGATE_QUERY, accountWorkflowId, BULK_UPDATES, bulkWorkflowId } from '../../contracts/bulk.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import type { TestStack } from '../../stack/testing.ts';
import { startTestStack } from '../../stack/testing.ts';
import { orchestrator } from '../../workers/orchestrator.ts';
import type { Role } from '../../workers/role.ts';
import { installRuntime } from '../../workers/runtime.ts';

let stack: TestStack;
let pool: pg.Pool;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let role: Role;
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
  const entryPath = fileURLToPath(new URL('./kinds.ts', import.meta.url));
  role = await orchestrator({ env, log, link, connection: native, hostName: 'test' }, entryPath);
  running = Promise.all(role.workers.map((worker) => worker.run()));
}, 180_000);

afterAll(async () => {
  for (const worker of role?.workers ?? []) worker.shutdown();
  await running;
  await role?.close();
  await native?.close();
  await connection?.close();
  await pool?.end();
  await stack?.stop();
}, 60_000);

interface Plan {
  sleepMs?: number;
  fail?: boolean;
}

async function seed(
  plans: Plan[],
  window: number,
  pace: object | null = null,
): Promise<{ taskId: string; ids: string[] }> {
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, pace, "window", total, "workflowId")
     VALUES ($1, 'staged', 'test', '{}', '{}', $2, $3, $4, $5)`,
    [taskId, pace, window, plans.length, bulkWorkflowId(taskId)],
  );
  const { rows } = await pool.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO "Account" (platform, username)
       SELECT 'sandbox', $1 || '-' || n FROM generate_series(0, $2::int - 1) n RETURNING id, username
     ), numbered AS (SELECT id, username, split_part(username, '#-', 2)::int AS ordinal FROM made)
     INSERT INTO "AccountTask" ("taskId", ordinal, "accountId", username, plan)
     SELECT $3::uuid, ordinal, id, username, ($4::jsonb) -> ordinal FROM numbered ORDER BY ordinal RETURNING id, ordinal`,
    [`${taskId}#`, plans.length, taskId, JSON.stringify(plans)],
  );
  await pool.query(`INSERT INTO "TaskTally" ("taskId", slot, key, n) VALUES ($1, 0, 'state:pending', $2)`, [
    taskId,
    plans.length,
  ]);
  return { taskId, ids: rows.map(({ id }) => id) };
}

function start(taskId: string, over: object = {}): Promise<WorkflowHandle> {
  return client.workflow.start('bulkStaged', {
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowId: bulkWorkflowId(taskId),
    args: [{ taskId, ...over }],
  });
}

const aggregateOf = (handle: WorkflowHandle) => handle.query<Aggregate>(AGGREGATE_QUERY);

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('what was waited for did not happen');
}

async function stateOf(taskId: string): Promise<{ state: string; stateReason: string | null }> {
  const { rows } = await pool.query(`SELECT state, "stateReason" FROM "BulkTask" WHERE id = $1`, [taskId]);
  return rows[0];
}

describe('a bulk task', () => {
  it('runs every account task to its end, and workflow and ledger agree', async () => {
    const { taskId } = await seed(
      Array.from({ length: 30 }, (_, i) => ({ fail: i % 10 === 9 })),
      7,
    );
    const handle = await start(taskId);
    await handle.result();
    const { totals, counters } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ total: 30, succeeded: 27, failed: 3, pending: 0, running: 0 });
    expect(await aggregateOf(handle)).toMatchObject({ totals, counters, state: 'completed_with_failures' });
    expect(await stateOf(taskId)).toMatchObject({ state: 'completed_with_failures' });
  });

  it('never runs more at once than its window', async () => {
    const { taskId } = await seed(
      Array.from({ length: 24 }, () => ({ sleepMs: 300 })),
      4,
    );
    await (await start(taskId)).result();
    const { rows } = await pool.query<{ to: string }>(
      `SELECT data->>'to' AS to FROM "TaskEvent" WHERE "taskId" = $1 AND type = 'account-task' ORDER BY id`,
      [taskId],
    );
    let atOnce = 0;
    let most = 0;
    for (const { to } of rows) {
      atOnce += to === 'running' ? 1 : -1;
      most = Math.max(most, atOnce);
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('starts nothing while paused, and goes on when resumed', async () => {
    const { taskId } = await seed(
      Array.from({ length: 12 }, () => ({ sleepMs: 500 })),
      3,
    );
    const handle = await start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.running > 0);
    expect(await handle.executeUpdate(BULK_UPDATES.pause, { args: [{ by: 'ann' }] })).toEqual({ state: 'paused' });
    await expect(handle.executeUpdate(BULK_UPDATES.pause)).rejects.toThrow();
    await until(async () => (await aggregateOf(handle)).totals.running === 0);
    const before = await aggregateOf(handle);
    expect(before.totals.pending).toBeGreaterThan(0);
    expect(await stateOf(taskId)).toEqual({ state: 'paused', stateReason: 'Paused by ann.' });
    await handle.executeUpdate(BULK_UPDATES.setWindow, { args: [{ window: 10 }] });
    await handle.executeUpdate(BULK_UPDATES.resume);
    await handle.result();
    expect((await aggregateOf(handle)).totals).toMatchObject({ succeeded: 12 });
  });

  it('cancels what has not ended, and ends', async () => {
    const { taskId } = await seed([{}, {}, ...Array.from({ length: 10 }, () => ({ sleepMs: 600_000 }))], 4);
    const handle = await start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.succeeded === 2);
    await handle.executeUpdate(BULK_UPDATES.cancel, { args: [{ by: 'ann' }] });
    await expect(handle.executeUpdate(BULK_UPDATES.resume)).rejects.toThrow();
    await handle.result();
    const { totals } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ succeeded: 2, cancelled: 10, running: 0, pending: 0 });
    expect(await stateOf(taskId)).toEqual({ state: 'cancelled', stateReason: 'Cancelled by ann.' });
  });

  it('goes on when the run of an account is terminated by hand', async () => {
    const { taskId, ids } = await seed([{ sleepMs: 600_000 }, {}, {}], 2);
    const handle = await start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.succeeded === 2);
    await client.workflow.getHandle(accountWorkflowId(taskId, ids[0]!)).terminate('by hand');
    await handle.result();
    const { rows } = await pool.query(`SELECT state, "errorMessage" FROM "AccountTask" WHERE id = $1`, [ids[0]]);
    expect(rows[0]).toMatchObject({ state: 'failed', errorMessage: expect.stringContaining('without a result') });
  });

  it('pauses by itself when too many fail, and says why', async () => {
    const { taskId } = await seed(
      Array.from({ length: 40 }, () => ({ fail: true })),
      2,
      { breaker: { share: 0.5, among: 10 } },
    );
    const handle = await start(taskId);
    await until(async () => (await stateOf(taskId)).state === 'paused');
    expect((await stateOf(taskId)).stateReason).toMatch(/^Paused by itself: \d+ of the last \d+ accounts failed/);
    expect((await aggregateOf(handle)).totals.pending).toBeGreaterThan(20);
    await handle.executeUpdate(BULK_UPDATES.cancel);
    await handle.result();
  });

  it('tries failed accounts again, while it runs and after it has ended', async () => {
    const { taskId, ids } = await seed([{ fail: true }, { sleepMs: 4_000 }], 2);
    const handle = await start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.failed === 1);
    expect(await handle.executeUpdate(BULK_UPDATES.retryFailed)).toEqual({ retried: 1 });
    await handle.result();
    expect((await accountTaskStateCounts(pool, taskId)).totals).toMatchObject({ failed: 1, succeeded: 1 });
    await pool.query(`UPDATE "AccountTask" SET plan = '{}' WHERE id = $1`, [ids[0]]);
    const again = await start(taskId, { retryFailed: true });
    await again.result();
    expect((await accountTaskStateCounts(pool, taskId)).totals).toMatchObject({ failed: 0, succeeded: 2 });
    const { rows } = await pool.query(`SELECT attempts FROM "AccountTask" WHERE id = $1`, [ids[0]]);
    expect(rows[0].attempts).toBe(3);
    expect(await stateOf(taskId)).toMatchObject({ state: 'completed' });
  });

  it('continues as new without waiting for its children, and loses none of them', async () => {
    // Long sleepers are under way across every change of run: their end is told by signal.
    const { taskId } = await seed(
      Array.from({ length: 1_500 }, (_, i) => (i % 25 === 0 ? { sleepMs: 6_000 } : {})),
      60,
    );
    const handle = await start(taskId);
    await handle.result();
    expect((await accountTaskStateCounts(pool, taskId)).totals).toMatchObject({ total: 1_500, succeeded: 1_500 });
    const runs = await client.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: `WorkflowId = '${bulkWorkflowId(taskId)}'`,
    });
    const lengths = (runs.executions ?? []).map((run) => Number(run.historyLength));
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(10_000);
  }, 180_000);

  it('takes in account runs that outlived a terminated parent', async () => {
    const { taskId } = await seed([{ sleepMs: 3_000 }, { sleepMs: 3_000 }, {}, {}], 2);
    const handle = await start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.running === 2);
    await handle.terminate('by hand');
    const again = await start(taskId);
    await again.result();
    const { totals } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ total: 4, succeeded: 4 });
    const { rows } = await pool.query(`SELECT attempts FROM "AccountTask" WHERE "taskId" = $1`, [taskId]);
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  });
});
