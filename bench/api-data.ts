import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { bulkWorkflowId } from '../contracts/bulk.ts';

/** Accounts and one large upload in its middle, written past the API: two thirds have succeeded, the rest waits. */
export async function fillLargeTask(pool: pg.Pool, accounts: number): Promise<string> {
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "Account" (platform, username, tags)
     SELECT 'sandbox', 'bench-' || n, ARRAY['crew-' || n % 50] FROM generate_series(1, $1::int) n`,
    [accounts],
  );
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, state, "workflowId", "startRequestedAt")
     VALUES ($1, 'upload', 'bench', '{"mediaIds":[]}', '{}', 1, $2, 'paused', $3, now())`,
    [taskId, accounts, bulkWorkflowId(taskId)],
  );
  await pool.query(
    `INSERT INTO "AccountTask" ("taskId", ordinal, "accountId", username, plan, state, counters)
     SELECT $1, ordinal, id, username, '{"posts":[]}', CASE WHEN ordinal % 3 = 0 THEN 'pending' ELSE 'succeeded' END,
       CASE WHEN ordinal % 3 = 0 THEN '{}'::jsonb ELSE '{"posted":1}' END
     FROM (SELECT id, username, row_number() OVER (ORDER BY username) - 1 AS ordinal
           FROM "Account" WHERE username LIKE 'bench-%') a`,
    [taskId],
  );
  await pool.query(
    `INSERT INTO "TaskTally" ("taskId", slot, key, n)
     SELECT "taskId", (ordinal % 16)::smallint, 'state:' || state, count(*) FROM "AccountTask"
     WHERE "taskId" = $1 GROUP BY 1, 2, 3`,
    [taskId],
  );
  await pool.query('ANALYZE');
  return taskId;
}

/** Starts the task's workflow and waits until it answers the aggregate itself. It is paused and does nothing more. */
export async function startWorkflow(
  temporalAddress: string,
  taskId: string,
  sourceOf: () => Promise<string>,
): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    await new Client({ connection }).workflow.start('bulkUpload', {
      taskQueue: 'orchestrator',
      workflowId: bulkWorkflowId(taskId),
      args: [{ taskId }],
    });
  } finally {
    await connection.close();
  }
  for (let i = 0; i < 100; i += 1) {
    if ((await sourceOf()) === 'workflow') return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('The workflow did not answer.');
}
