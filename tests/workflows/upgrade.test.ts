import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../config/logger.ts';
import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
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

/** Which builds have worked on a workflow, which of its tasks failed, and which changes it was begun with. */
async function historyOf(workflowId: string) {
  const { events } = await bench.client.workflow.getHandle(workflowId).fetchHistory();
  const builds = new Set<string>();
  const failures: string[] = [];
  let changes = '';
  for (const event of events ?? []) {
    const done = event.workflowTaskCompletedEventAttributes;
    if (done) builds.add(String(done.workerVersion?.buildId || done.binaryChecksum));
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed) failures.push(String(failed.failure?.message));
    const marker = event.markerRecordedEventAttributes?.details?.['patch-data']?.payloads?.[0]?.data;
    if (marker) changes += Buffer.from(marker).toString();
  }
  return { builds, failures, changes };
}

const statesOf = async (taskId: string): Promise<{ state: string; n: number }[]> =>
  (
    await bench.pool.query(
      `SELECT state, count(*)::int AS n FROM "AccountTask" WHERE "taskId" = $1 GROUP BY state ORDER BY state`,
      [taskId],
    )
  ).rows;

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

    await before.stop();
    const after = await bench.startOrchestrator();
    await handle.result();
    expect((await aggregateOf(handle)).totals).toMatchObject({ total: 4, succeeded: 4 });
    await after.stop();
  }, 170_000);

  const OLDER = { file: './kinds.ts', cachedWorkflows: 0 };
  const NEXT = { file: './next-kinds.ts', cachedWorkflows: 0 };

  it('passes a task to and fro between two versions while the next one holds its changes, and then makes them', async () => {
    const older = await bench.startOrchestrator(OLDER);
    const { taskId, ids } = await bench.seed(
      Array.from({ length: 12 }, () => ({ sleepMs: 700 })),
      3,
    );
    const handle = await bench.start(taskId);
    const holding = await bench.startOrchestrator({ ...NEXT, holds: 'rests-first,rests-first-and-last' });
    await until(async () => (await aggregateOf(handle)).totals.succeeded >= 4);
    expect((await historyOf(bulkWorkflowId(taskId))).builds.size).toBe(2);
    await older.stop();
    const next = await bench.startOrchestrator(NEXT);
    await holding.stop();
    await handle.result();
    await next.stop();

    expect((await statesOf(taskId)).map(({ state, n }) => [state, n])).toEqual([['succeeded', 12]]);
    const accounts = await Promise.all(ids.map((id) => historyOf(accountWorkflowId(taskId, id))));
    const all = [await historyOf(bulkWorkflowId(taskId)), ...accounts];
    expect(all.flatMap(({ failures }) => failures)).toEqual([]);
    expect(accounts.some(({ builds }) => builds.size === 2)).toBe(true);
    expect(accounts.some(({ changes }) => changes === '')).toBe(true);
    expect(accounts.some(({ changes }) => changes.includes('rests-first-and-last'))).toBe(true);
  }, 120_000);

  it('keeps what has made a change from the older version, which cannot go on with it, and loses nothing', async () => {
    const next = await bench.startOrchestrator(NEXT);
    const { taskId, ids } = await bench.seed([{ sleepMs: 3_000 }], 1);
    const handle = await bench.start(taskId);
    const account = accountWorkflowId(taskId, ids[0]!);
    await until(async () => (await statesOf(taskId))[0]?.state === 'running');
    await until(async () => (await historyOf(account)).changes.includes('rests-first'));
    await next.stop();
    const older = await bench.startOrchestrator(OLDER);
    await until(async () => (await historyOf(account)).failures.some((message) => /nondeterminism/i.test(message)));
    await older.stop();
    await bench.startOrchestrator(NEXT);
    await handle.result();
    expect((await statesOf(taskId)).map(({ state, n }) => [state, n])).toEqual([['succeeded', 1]]);
  }, 170_000);
});
