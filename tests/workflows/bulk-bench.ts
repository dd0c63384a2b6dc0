import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { createLink } from '../../activities/link.ts';
import { readEnv } from '../../config/env.ts';
import { createLogger } from '../../config/logger.ts';
import type { Aggregate } from '../../contracts/bulk.ts';
import { AGGREGATE_QUERY, bulkWorkflowId } from '../../contracts/bulk.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import { startTestStack } from '../../stack/testing.ts';
import { orchestrator } from '../../workers/orchestrator.ts';
import { installRuntime } from '../../workers/runtime.ts';

/** What one account of the staged kind does, see kinds.ts. */
export interface Plan {
  sleepMs?: number;
  fail?: boolean;
}

export interface Orchestrator {
  stop(): Promise<void>;
}

/** A real Temporal server and a real ledger, with orchestrators of the staged kind in this process. */
export async function startBulkBench() {
  const stack = await startTestStack({ parts: ['postgres', 'temporal', 'prepare'] });
  const log = createLogger('test', 'silent');
  installRuntime(log);
  const pool = new pg.Pool({ connectionString: stack.databaseUrl });
  pool.on('error', () => undefined);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Client({ connection });
  const running = new Set<Orchestrator>();

  /** @param build the file of its workflow code, and changes that it does not make yet; no cache passes them around */
  async function startOrchestrator(
    build: { file?: string; holds?: string; cachedWorkflows?: number } = {},
  ): Promise<Orchestrator> {
    const { file = './kinds.ts', holds = '', cachedWorkflows } = build;
    const env = readEnv({
      FLOTILLA_HOLD_PATCHES: holds,
      TEMPORAL_ADDRESS: stack.temporalAddress,
      DATABASE_URL: stack.databaseUrl,
      FLOTILLA_DATA: stack.dataFolder,
    });
    const link = createLink({ apiUrl: 'http://127.0.0.1:1', workerToken: 'none' });
    const entryPath = fileURLToPath(new URL(file, import.meta.url));
    // One connection takes one worker of a queue, as a process does.
    const native = await NativeConnection.connect({ address: stack.temporalAddress });
    const role = await orchestrator(
      { env, log, link, connection: native, hostName: 'test' },
      { entryPath, ...(cachedWorkflows !== undefined && { cachedWorkflows }) },
    );
    const runs = Promise.all(role.workers.map((worker) => worker.run()));
    const started: Orchestrator = {
      async stop() {
        running.delete(started);
        for (const worker of role.workers) worker.shutdown();
        await runs;
        await role.close();
        await native.close();
      },
    };
    running.add(started);
    return started;
  }

  /** Writes a bulk task and its account tasks as the door does. */
  async function seed(
    plans: Plan[],
    window: number,
    { pace = null, canary = null }: { pace?: object | null; canary?: number | null } = {},
  ): Promise<{ taskId: string; ids: string[] }> {
    const taskId = randomUUID();
    await pool.query(
      `INSERT INTO "BulkTask" (id, kind, name, params, selection, pace, "window", canary, total, "workflowId")
       VALUES ($1, 'staged', 'test', '{}', '{}', $2, $3, $4, $5, $6)`,
      [taskId, pace, window, canary, plans.length, bulkWorkflowId(taskId)],
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

  async function stateOf(taskId: string): Promise<{ state: string; stateReason: string | null }> {
    const { rows } = await pool.query(`SELECT state, "stateReason" FROM "BulkTask" WHERE id = $1`, [taskId]);
    return rows[0];
  }

  return {
    pool,
    client,
    startOrchestrator,
    seed,
    start,
    stateOf,
    async stop() {
      for (const one of running) await one.stop();
      await connection.close();
      await pool.end();
      await stack.stop();
    },
  };
}

export type BulkBench = Awaited<ReturnType<typeof startBulkBench>>;

export const aggregateOf = (handle: WorkflowHandle) => handle.query<Aggregate>(AGGREGATE_QUERY);

export async function until(what: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('what was waited for did not happen');
}
