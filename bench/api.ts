import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { startTestStack } from '../stack/testing.ts';
import { benchClient } from './client.ts';
import { machine, table } from './report.ts';

/**
 * API: aggregate and first page of account tasks at 100,000 account tasks, while the bulk task runs (paused in its
 * middle, so that the workflow answers) and from the ledger. `npx tsx bench/api.ts [accounts] [calls]`
 */
const [accounts = 100_000, calls = 300] = process.argv.slice(2).map(Number);

async function timed(work: () => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(calls * 0.5)] ?? 0, p99: times[Math.floor(calls * 0.99)] ?? 0 };
}

const stack = await startTestStack({
  parts: ['postgres', 'temporal', 'prepare', 'api', 'orchestrator'],
  env: { FLOTILLA_RATE_LIMIT_PER_MINUTE: '1000000', FLOTILLA_DEMO: '0' },
});
const pool = new pg.Pool({ connectionString: stack.databaseUrl });
try {
  const api = benchClient(stack);
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "Account" (platform, username) SELECT 'sandbox', 'bench-' || n FROM generate_series(1, $1::int) n`,
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
     FROM (SELECT id, username, row_number() OVER (ORDER BY username) - 1 AS ordinal FROM "Account") a`,
    [taskId],
  );
  await pool.query(
    `INSERT INTO "TaskTally" ("taskId", slot, key, n)
     SELECT "taskId", (ordinal % 16)::smallint, 'state:' || state, count(*) FROM "AccountTask" GROUP BY 1, 2, 3`,
  );
  await pool.query('ANALYZE');
  const path = `/api/bulk/upload/${taskId}`;
  const fromLedger = await timed(() => api.call('GET', `${path}/aggregate`));
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: stack.temporalAddress });
  await new Client({ connection }).workflow.start('bulkUpload', {
    taskQueue: 'orchestrator',
    workflowId: bulkWorkflowId(taskId),
    args: [{ taskId }],
  });
  const sourceOf = async () => (await api.call<{ source: string }>('GET', `${path}/aggregate`)).source;
  for (let i = 0; i < 100 && (await sourceOf()) !== 'workflow'; i += 1) await new Promise((r) => setTimeout(r, 200));
  if ((await sourceOf()) !== 'workflow') throw new Error('The workflow did not answer.');
  const fromWorkflow = await timed(() => api.call('GET', `${path}/aggregate`));
  const firstPage = await timed(() => api.call('GET', `${path}/accounts?limit=50`));
  const succeeded = await timed(() => api.call('GET', `${path}/accounts?limit=50&state=succeeded`));
  const list = await timed(() => api.call('GET', '/api/accounts?limit=50'));
  await connection.close();
  const line = (name: string, { p50, p99 }: { p50: number; p99: number }) => [name, p50.toFixed(1), p99.toFixed(1)];
  console.log(`\n### API at ${accounts.toLocaleString('en')} account tasks, ${calls} calls in turn (${machine()})\n`);
  console.log(
    table(
      ['call', 'median, ms', 'p99, ms'],
      [
        line('aggregate, answered by the workflow', fromWorkflow),
        line('aggregate, answered by the ledger', fromLedger),
        line('first page of account tasks', firstPage),
        line('first page of succeeded account tasks', succeeded),
        line('first page of accounts', list),
      ],
    ),
  );
} finally {
  await pool.end();
  await stack.stop();
}
