import pg from 'pg';
import { startTestStack } from '../stack/testing.ts';
import { fillLargeTask, startWorkflow } from './api-data.ts';
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
  const taskId = await fillLargeTask(pool, accounts);
  const path = `/api/bulk/upload/${taskId}`;
  const fromLedger = await timed(() => api.call('GET', `${path}/aggregate`));
  await startWorkflow(stack.temporalAddress, taskId, async () => {
    return (await api.call<{ source: string }>('GET', `${path}/aggregate`)).source;
  });
  const fromWorkflow = await timed(() => api.call('GET', `${path}/aggregate`));
  const firstPage = await timed(() => api.call('GET', `${path}/accounts?limit=50`));
  const succeeded = await timed(() => api.call('GET', `${path}/accounts?limit=50&state=succeeded`));
  const list = await timed(() => api.call('GET', '/api/accounts?limit=50'));
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
