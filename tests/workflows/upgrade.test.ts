import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../config/logger.ts';
import { bulkWorkflowId } from '../../contracts/bulk.ts';
import { workflowBundle } from '../../workers/bundle.ts';
import { checkUpgrade } from '../../workers/upgrade-check.ts';
import { aggregateOf, type BulkBench, startBulkBench, until } from './bulk-bench.ts';

let bench: BulkBench;
beforeAll(async () => {
  bench = await startBulkBench();
}, 180_000);
afterAll(() => bench?.stop(), 60_000);

const bundleOf = (file: string) =>
  workflowBundle({
    cacheFolder: join(tmpdir(), 'flotilla-test-cache'),
    log: createLogger('test', 'silent'),
    entryPath: fileURLToPath(new URL(file, import.meta.url)),
  });

describe('an upgrade', () => {
  it('is checked against what runs, hurts nothing when it fits, and names what would stand still when it does not', async () => {
    const before = await bench.startOrchestrator();
    const { taskId } = await bench.seed(
      Array.from({ length: 4 }, () => ({ sleepMs: 15_000 })),
      2,
    );
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.running === 2);

    const { client } = bench;
    const same = await checkUpgrade({ client, workflowBundle: await bundleOf('./kinds.ts') });
    expect(same).toMatchObject({ running: { bulkStaged: 1, accountStaged: 2 }, replayed: 3, faults: [] });
    const fewer = await checkUpgrade({ client, workflowBundle: await bundleOf('./kinds.ts'), mostOfAType: 1 });
    expect(fewer.replayed).toBe(2);
    const other = await checkUpgrade({ client, workflowBundle: await bundleOf('./other-code.ts') });
    expect(other.faults.map(({ type }) => type).sort()).toEqual(['accountStaged', 'accountStaged', 'bulkStaged']);
    expect(other.faults.find(({ type }) => type === 'bulkStaged')).toMatchObject({
      workflowId: bulkWorkflowId(taskId),
      reason: expect.stringMatching(/nondeterminism/i),
    });

    // One process takes one of them at a time.
    await before.stop();
    await bench.startOrchestrator();
    await handle.result();
    expect((await aggregateOf(handle)).totals).toMatchObject({ total: 4, succeeded: 4 });
  }, 170_000);
});
