import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { createLogger } from '../config/logger.ts';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { ORCHESTRATOR_QUEUE } from '../contracts/queues.ts';
import { startTestStack } from '../stack/testing.ts';
import { workflowBundle } from '../workers/bundle.ts';
import { ENCODED_FAILURES } from '../workers/payloads.ts';
import { encryptedWith } from './encrypted.ts';
import { machine, table } from './report.ts';

/**
 * Fan-out: account tasks a second of a kind that does nothing, against bare Temporal workflows with the same number of
 * children that do nothing, in the same run and on the same server. `npx tsx bench/fanout.ts [--encrypted] [count …]`;
 * with `--encrypted` our payloads are, and those of the bare workflows are not.
 */
const WINDOW = 50;
const encrypted = process.argv.includes('--encrypted');
const payloadKey = randomBytes(32).toString('base64');
const counts = process.argv.slice(2).map(Number).filter(Boolean);

interface Measure {
  perSecond: number;
  /** Of the first and of the last tenth of the account tasks. */
  firstPerSecond?: number;
  lastPerSecond?: number;
  maxHistoryEvents?: number;
}

async function seed(pool: pg.Pool, count: number): Promise<string> {
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "Account" (platform, username) SELECT 'sandbox', 'bench-' || n FROM generate_series(1, $1::int) n
     ON CONFLICT DO NOTHING`,
    [count],
  );
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
     VALUES ($1, 'noop', 'bench', '{}', '{}', $2, $3, $4)`,
    [taskId, WINDOW, count, bulkWorkflowId(taskId)],
  );
  await pool.query(
    `INSERT INTO "AccountTask" ("taskId", ordinal, "accountId", username, plan)
     SELECT $1, row_number() OVER () - 1, id, username, '{}' FROM
       (SELECT id, username FROM "Account" WHERE username LIKE 'bench-%' ORDER BY username LIMIT $2) a`,
    [taskId, count],
  );
  await pool.query(`INSERT INTO "TaskTally" ("taskId", slot, key, n) VALUES ($1, 0, 'state:pending', $2)`, [
    taskId,
    count,
  ]);
  return taskId;
}

async function maxHistory(client: Client, workflowId: string): Promise<number> {
  let most = 0;
  let runId: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    most = Math.max(most, Number(raw.workflowExecutionInfo?.historyLength ?? 0));
    const first: string | null | undefined = (
      await client.workflowService.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId, runId },
        maximumPageSize: 1,
      })
    ).history?.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    runId = first || undefined;
  }
  return most;
}

async function runOurs(client: Client, pool: pg.Pool, count: number): Promise<Measure> {
  const taskId = await seed(pool, count);
  const workflowId = bulkWorkflowId(taskId);
  const begin = performance.now();
  await client.workflow.execute('bulkNoop', { taskQueue: ORCHESTRATOR_QUEUE, workflowId, args: [{ taskId }] });
  const seconds = (performance.now() - begin) / 1_000;
  const { rows } = await pool.query<{ ended: number }>(
    `SELECT extract(epoch FROM "finishedAt")::float8 AS ended FROM "AccountTask" WHERE "taskId" = $1 AND state = 'succeeded' ORDER BY 1`,
    [taskId],
  );
  if (rows.length !== count) throw new Error(`Only ${rows.length} of ${count} account tasks succeeded.`);
  const tenth = Math.floor(count / 10);
  const at = (index: number) => rows[index]?.ended ?? 0;
  return {
    perSecond: count / seconds,
    firstPerSecond: tenth / (at(tenth) - at(0)),
    lastPerSecond: tenth / (at(count - 1) - at(count - 1 - tenth)),
    maxHistoryEvents: await maxHistory(client, workflowId),
  };
}

async function runBare(client: Client, count: number, child: string): Promise<Measure> {
  const prefix = `bare/${randomUUID()}`;
  const begin = performance.now();
  await client.workflow.execute('bareParent', {
    taskQueue: 'bare',
    workflowId: prefix,
    args: [{ count, window: WINDOW, child, prefix }],
  });
  return { perSecond: (count * 1_000) / (performance.now() - begin) };
}

function memoryOf(worker: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    worker.once('message', (message: { rssBytes: number }) => resolve(message.rssBytes / 1024 ** 2));
    worker.send('memory');
  });
}

const stack = await startTestStack({ parts: ['postgres', 'temporal', 'prepare'] });
// Bundling takes more memory than running: it is done here, as the stack does it in a process of its own.
await workflowBundle({
  cacheFolder: join(stack.dataFolder, 'cache'),
  log: createLogger('bench', 'warn'),
  entryPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  ...(encrypted ? { failureConverterPath: ENCODED_FAILURES } : {}),
});
function forkWorker(role: 'orchestrator' | 'bare'): ChildProcess {
  return fork(fileURLToPath(new URL('./fanout-worker.ts', import.meta.url)), [role], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      TEMPORAL_ADDRESS: stack.temporalAddress,
      DATABASE_URL: stack.databaseUrl,
      FLOTILLA_DATA: stack.dataFolder,
      ...(encrypted ? { BENCH_PAYLOAD_KEY: payloadKey } : {}),
    },
  });
}
const workers = { orchestrator: forkWorker('orchestrator'), bare: forkWorker('bare') };
const pool = new pg.Pool({ connectionString: stack.databaseUrl });
const connection = await Connection.connect({ address: stack.temporalAddress });
const client = new Client({ connection });
const ourClient = encrypted ? new Client({ connection, dataConverter: encryptedWith(payloadKey) }) : client;
try {
  await Promise.all(
    Object.values(workers).map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('exit', () => reject(new Error('A worker did not start.')));
        }),
    ),
  );
  await runBare(client, 100, 'bareChild');
  await runOurs(ourClient, pool, 100);
  const results: string[][] = [];
  for (const count of counts.length > 0 ? counts : [1_000, 10_000]) {
    const bare = await runBare(client, count, 'bareChild');
    const withActivity = await runBare(client, count, 'bareChildWithActivity');
    const ours = await runOurs(ourClient, pool, count);
    results.push([
      count.toLocaleString('en'),
      ours.perSecond.toFixed(1),
      bare.perSecond.toFixed(1),
      (ours.perSecond / bare.perSecond).toFixed(2),
      withActivity.perSecond.toFixed(1),
      (ours.perSecond / withActivity.perSecond).toFixed(2),
      `${ours.firstPerSecond?.toFixed(1)} / ${ours.lastPerSecond?.toFixed(1)}`,
      String(ours.maxHistoryEvents),
      `${(await memoryOf(workers.orchestrator)).toFixed(0)} MB`,
    ]);
    console.error(results.at(-1)?.join(' | '));
  }
  console.log(`\n### Fan-out, window ${WINDOW}${encrypted ? ', payloads encrypted' : ''} (${machine()})\n`);
  console.log(
    table(
      [
        'account tasks',
        'ours /s',
        'bare empty child /s',
        'ratio',
        'bare child with an activity /s',
        'ratio',
        'first / last tenth /s',
        'most events a run',
        'orchestrator',
      ],
      results,
    ),
  );
} finally {
  await Promise.all(
    Object.values(workers).map((worker) => {
      worker.kill('SIGTERM');
      return new Promise((resolve) => worker.once('exit', resolve));
    }),
  );
  await pool.end();
  await connection.close();
  await stack.stop();
}
