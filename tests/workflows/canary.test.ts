import { accountTaskStateCounts } from '../../activities/tallies.ts';
import { BULK_UPDATES, bulkWorkflowId } from '../../contracts/bulk.ts';
import { CHANGED_SIGNAL } from '../../contracts/orchestration.ts';
import { aggregateOf, type BulkBench, type Plan, startBulkBench, until } from './bulk-bench.ts';

let bench: BulkBench;
let orchestrator: Awaited<ReturnType<BulkBench['startOrchestrator']>>;
beforeAll(async () => {
  bench = await startBulkBench();
  orchestrator = await bench.startOrchestrator();
}, 180_000);
afterAll(() => bench?.stop(), 60_000);

const plans = (count: number, plan: Plan = {}): Plan[] => Array.from({ length: count }, () => ({ ...plan }));
type Handle = Awaited<ReturnType<BulkBench['start']>>;
const waits = (handle: Handle) => until(async () => (await aggregateOf(handle)).canary?.state === 'waiting');
const approve = (handle: Handle) => handle.executeUpdate(BULK_UPDATES.approve, { args: [{ by: 'ann' }] });

/** Places of the account tasks that have ever begun. */
async function begun(taskId: string): Promise<number[]> {
  const { rows } = await bench.pool.query<{ ordinal: number }>(
    `SELECT ordinal FROM "AccountTask" WHERE "taskId" = $1 AND attempts > 0 ORDER BY ordinal`,
    [taskId],
  );
  return rows.map(({ ordinal }) => ordinal);
}

async function canaryOf(taskId: string) {
  const { rows } = await bench.pool.query(
    `SELECT "canaryState", "canaryApprovedAt" IS NOT NULL AS approved FROM "BulkTask" WHERE id = $1`,
    [taskId],
  );
  return rows[0];
}

/** News of nobody: they wake the workflow and change nothing. */
const NOTHING = [{ ordinal: 1_000_000, id: '', version: 1, to: 'running', counters: {}, errorType: null }];

/** Makes the history so long, with news of nobody, that the workflow goes on in a fresh one. */
async function continueAsNew(taskId: string): Promise<void> {
  const handle = bench.client.workflow.getHandle(bulkWorkflowId(taskId));
  const { runId } = await handle.describe();
  for (let now = await handle.describe(); now.runId === runId; now = await handle.describe()) {
    // News that come while it goes on hold it up: past the mark nothing more is sent.
    const some = Array.from({ length: now.historyLength < 5_050 ? 50 : 0 }, () =>
      handle.signal(CHANGED_SIGNAL, NOTHING),
    );
    await Promise.all(some);
    if (some.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const WAITING = 'The first 2 accounts have ended; the others wait for approval.';

describe('a canary', () => {
  it('goes first and alone, the others follow once it is approved, and the ledger tells each step', async () => {
    const { taskId } = await bench.seed(plans(8), 5, { canary: 2 });
    const handle = await bench.start(taskId);
    await waits(handle);
    expect(await aggregateOf(handle)).toMatchObject({
      state: 'running',
      stateReason: WAITING,
      canary: { size: 2, state: 'waiting' },
      totals: { succeeded: 2, pending: 6, running: 0 },
      etaSeconds: null,
    });
    expect(await begun(taskId)).toEqual([0, 1]);
    expect(await bench.stateOf(taskId)).toEqual({ state: 'running', stateReason: WAITING });
    expect(await canaryOf(taskId)).toEqual({ canaryState: 'waiting', approved: false });

    expect(await approve(handle)).toEqual({ state: 'running' });
    // Somebody who got no answer asks again.
    expect(await approve(handle)).toEqual({ state: 'running' });
    await handle.result();
    expect(await aggregateOf(handle)).toMatchObject({
      state: 'completed',
      stateReason: null,
      canary: { size: 2, state: 'approved' },
      totals: { succeeded: 8 },
    });
    expect(await canaryOf(taskId)).toEqual({ canaryState: 'approved', approved: true });
    const { rows } = await bench.pool.query(
      `SELECT data->'canary' AS canary FROM "TaskEvent" WHERE "taskId" = $1 AND data ? 'canary' ORDER BY id`,
      [taskId],
    );
    expect(rows.map(({ canary }) => canary)).toEqual([
      { size: 2, state: 'waiting' },
      { size: 2, state: 'approved', by: 'ann' },
    ]);
  });

  it('is not approved while it runs, and there is nothing to approve without one', async () => {
    const { taskId } = await bench.seed([{}, { sleepMs: 3_000 }, {}], 3, { canary: 2 });
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.succeeded === 1);
    expect((await aggregateOf(handle)).canary).toEqual({ size: 2, state: 'running' });
    await expect(approve(handle)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('has not ended yet') },
    });
    await waits(handle);
    expect(await begun(taskId)).toEqual([0, 1]);
    await approve(handle);
    await handle.result();

    const without = await bench.seed(plans(2, { sleepMs: 2_000 }), 1);
    const plain = await bench.start(without.taskId);
    await expect(approve(plain)).rejects.toMatchObject({ cause: { message: expect.stringContaining('no canary') } });
    expect((await aggregateOf(plain)).canary).toBeNull();
    await plain.result();
    await expect(approve(handle)).rejects.toThrow();
  });

  it('takes every other order while it waits', async () => {
    const { taskId, ids } = await bench.seed([{ fail: true }, {}, {}, {}, {}], 2, { canary: 2 });
    const handle = await bench.start(taskId);
    await waits(handle);
    expect(await handle.executeUpdate(BULK_UPDATES.setWindow, { args: [{ window: 3 }] })).toEqual({ window: 3 });
    expect(await bench.stateOf(taskId)).toEqual({ state: 'running', stateReason: WAITING });

    await handle.executeUpdate(BULK_UPDATES.pause, { args: [{ by: 'ann' }] });
    expect(await bench.stateOf(taskId)).toEqual({ state: 'paused', stateReason: 'Paused by ann.' });
    expect((await aggregateOf(handle)).canary?.state).toBe('waiting');
    await handle.executeUpdate(BULK_UPDATES.resume);
    expect(await bench.stateOf(taskId)).toEqual({ state: 'running', stateReason: WAITING });
    expect(await begun(taskId)).toEqual([0, 1]);

    // What is tried again belongs to the canary, which waits anew when it has ended.
    await bench.pool.query(`UPDATE "AccountTask" SET plan = '{"sleepMs": 1500}' WHERE id = $1`, [ids[0]]);
    expect(await handle.executeUpdate(BULK_UPDATES.retryFailed)).toEqual({ retried: 1 });
    await until(async () => (await aggregateOf(handle)).canary?.state === 'running');
    await waits(handle);
    expect((await aggregateOf(handle)).totals).toMatchObject({ succeeded: 2, failed: 0, pending: 3 });
    expect(await begun(taskId)).toEqual([0, 1]);

    // Approved while paused, the others follow when it is resumed.
    await handle.executeUpdate(BULK_UPDATES.pause);
    expect(await approve(handle)).toEqual({ state: 'paused' });
    expect(await begun(taskId)).toEqual([0, 1]);
    await handle.executeUpdate(BULK_UPDATES.resume);
    await handle.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ succeeded: 5 });
  });

  it('is cancelled while it waits, and then nothing else begins', async () => {
    const { taskId } = await bench.seed(plans(5), 5, { canary: 1 });
    const handle = await bench.start(taskId);
    await waits(handle);
    await handle.executeUpdate(BULK_UPDATES.cancel, { args: [{ by: 'ann' }] });
    await handle.result();
    expect(await bench.stateOf(taskId)).toEqual({ state: 'cancelled', stateReason: 'Cancelled by ann.' });
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ succeeded: 1, cancelled: 4 });
    expect(await begun(taskId)).toEqual([0]);
  });

  it('opens the breaker too; resumed, it goes on to its end and waits', async () => {
    const { taskId } = await bench.seed(
      [...plans(6, { fail: true }), ...plans(2, { sleepMs: 1_000 }), ...plans(4)],
      1,
      { canary: 8, pace: { breaker: { share: 0.5, among: 5 } } },
    );
    const handle = await bench.start(taskId);
    await until(async () => (await bench.stateOf(taskId)).state === 'paused');
    expect(await aggregateOf(handle)).toMatchObject({
      stateReason: expect.stringMatching(/^Paused by itself/),
      canary: { size: 8, state: 'running' },
    });
    await expect(approve(handle)).rejects.toThrow();
    await handle.executeUpdate(BULK_UPDATES.resume);
    await waits(handle);
    expect(await begun(taskId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await approve(handle);
    await handle.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ failed: 6, succeeded: 6 });
  });

  it('outlives its orchestrator and its own run: what waits goes on waiting, what is approved stays approved', async () => {
    const { taskId } = await bench.seed(plans(6), 2, { canary: 2 });
    const handle = await bench.start(taskId);
    await waits(handle);
    await orchestrator.stop();
    orchestrator = await bench.startOrchestrator();
    expect((await aggregateOf(handle)).canary?.state).toBe('waiting');
    // A run that was ended from outside: the next one learns from the ledger where the canary stands.
    await handle.terminate('by hand');
    const again = await bench.start(taskId);
    await waits(again);
    expect(await bench.stateOf(taskId)).toEqual({ state: 'running', stateReason: WAITING });
    expect(await begun(taskId)).toEqual([0, 1]);
    await approve(again);
    await again.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ succeeded: 6 });
    expect((await bench.stateOf(taskId)).stateReason).toBeNull();
  });

  it('continues as new while it waits and after it was approved', async () => {
    const { taskId } = await bench.seed(plans(4), 4, { canary: 1 });
    const handle = await bench.start(taskId);
    await waits(handle);
    await continueAsNew(taskId);
    const second = bench.client.workflow.getHandle(bulkWorkflowId(taskId));
    expect((await aggregateOf(second)).canary).toEqual({ size: 1, state: 'waiting' });
    await second.executeUpdate(BULK_UPDATES.pause);
    await approve(second);
    await continueAsNew(taskId);
    // The next run says so once it has read where the task stands.
    await until(async () => (await aggregateOf(second)).state === 'paused');
    expect(await aggregateOf(second)).toMatchObject({ canary: { size: 1, state: 'approved' } });
    expect(await begun(taskId)).toEqual([0]);
    await second.executeUpdate(BULK_UPDATES.resume);
    await handle.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ total: 4, succeeded: 4 });
  }, 180_000);
});
