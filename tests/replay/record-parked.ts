import { z } from 'zod';
import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { startBench } from '../support/bench.ts';
import { accountTasksOf, aggregateOf, runKind } from '../support/tasks.ts';
import { until } from '../support/wait.ts';
import { store } from './record-store.ts';

/**
 * Records accounts that wait for a person and are shown as parked in Temporal, one answered and one skipped, for
 * replay.test.ts. `npx tsx tests/replay/record-parked.ts <version>`.
 */
const [version = ''] = process.argv.slice(2);
if (!/^v\d+$/.test(version)) throw new Error('Which version? For example v3.');

const bench = await startBench();
try {
  const accounts = await bench.addAccounts({ count: 2, prefix: 'parked' });
  await bench.site.break(...accounts.map(({ username }) => ({ fault: 'challenge' as const, username })));
  const id = await runKind(bench, 'login', { accounts });
  await until(
    () => aggregateOf(bench, id),
    ({ totals }) => totals.parked === 2,
    { what: 'both accounts wait', withinMs: 120_000 },
  );
  for (const { username, password } of accounts) await bench.site.confirm({ username, password });
  const tasks = await accountTasksOf(bench, id);
  for (const [place, task] of tasks.entries()) {
    const body = { action: place === 0 ? 'retry' : 'skip' };
    await bench.call('POST', `/api/bulk/login/${id}/accounts/${task.id}/resolve`, z.unknown(), body);
  }
  await until(
    () => aggregateOf(bench, id),
    ({ state }) => state.startsWith('completed'),
    { what: 'the task has ended', withinMs: 120_000 },
  );
  await store(bench, bulkWorkflowId(id), `shown-parked-${version}`);
  for (const [place, task] of tasks.entries()) {
    await store(bench, accountWorkflowId(id, task.id), `shown-parked-${place + 1}-${version}`);
  }
} finally {
  await bench.stop();
}
