import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { startBench } from '../support/bench.ts';
import { accountTasksOf, aggregateOf, give, orderAndStart } from '../support/tasks.ts';
import { store } from './record-store.ts';

/**
 * Records a run with a canary, which is paused, resumed and approved, for replay.test.ts; its workflows carry the search
 * attributes too. `npx tsx tests/replay/record-canary.ts <version>`.
 */
const [version = ''] = process.argv.slice(2);
if (!/^v\d+$/.test(version)) throw new Error('Which version? For example v2.');

const bench = await startBench();

async function until(id: string, what: (state: string, canary: string) => boolean): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    const { state, canary } = await aggregateOf(bench, id);
    if (what(state, canary?.state ?? '')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Task ${id} did not get there.`);
}

try {
  const [video] = await bench.addVideos(1);
  const accounts = await bench.addAccounts({ count: 5, prefix: 'canary' });
  const params = { mediaIds: [video?.id], captions: ['{{username}}'] };
  const id = await orderAndStart(bench, { accounts, params, canary: 2 });
  await until(id, (_state, canary) => canary === 'waiting');
  for (const order of ['pause', 'resume', 'approve']) {
    const { status } = await give(bench, id, order);
    if (status !== 202) throw new Error(`${order} was not taken.`);
  }
  await until(id, (state) => state === 'completed');
  await store(bench, bulkWorkflowId(id), `canary-${version}`);
  for (const [place, task] of (await accountTasksOf(bench, id)).entries()) {
    if (place === 0) await store(bench, accountWorkflowId(id, task.id), `canary-${version}`);
  }
} finally {
  await bench.stop();
}
