import { accountTaskStateCounts } from '../../activities/tallies.ts';
import { accountWorkflowId, BULK_UPDATES, bulkWorkflowId } from '../../contracts/bulk.ts';
import { aggregateOf, type BulkBench, startBulkBench, until } from './bulk-bench.ts';

let bench: BulkBench;
beforeAll(async () => {
  bench = await startBulkBench();
  await bench.startOrchestrator();
}, 180_000);
afterAll(() => bench?.stop(), 60_000);

describe('a bulk task', () => {
  it('runs every account task to its end, and workflow and ledger agree', async () => {
    const { taskId } = await bench.seed(
      Array.from({ length: 30 }, (_, i) => ({ fail: i % 10 === 9 })),
      7,
    );
    const handle = await bench.start(taskId);
    await handle.result();
    const { totals, counters } = await accountTaskStateCounts(bench.pool, taskId);
    expect(totals).toMatchObject({ total: 30, succeeded: 27, failed: 3, pending: 0, running: 0 });
    expect(await aggregateOf(handle)).toMatchObject({ totals, counters, state: 'completed_with_failures' });
    expect(await bench.stateOf(taskId)).toMatchObject({ state: 'completed_with_failures' });
  });

  it('never runs more at once than its window', async () => {
    const { taskId } = await bench.seed(
      Array.from({ length: 24 }, () => ({ sleepMs: 300 })),
      4,
    );
    await (await bench.start(taskId)).result();
    const { rows } = await bench.pool.query<{ to: string }>(
      `SELECT data->>'to' AS to FROM "TaskEvent" WHERE "taskId" = $1 AND type = 'account-task' ORDER BY id`,
      [taskId],
    );
    let atOnce = 0;
    let most = 0;
    for (const { to } of rows) {
      atOnce += to === 'running' ? 1 : -1;
      most = Math.max(most, atOnce);
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('starts nothing while paused, and goes on when resumed', async () => {
    const { taskId } = await bench.seed(
      Array.from({ length: 12 }, () => ({ sleepMs: 500 })),
      3,
    );
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.running > 0);
    expect(await handle.executeUpdate(BULK_UPDATES.pause, { args: [{ by: 'ann' }] })).toEqual({ state: 'paused' });
    await expect(handle.executeUpdate(BULK_UPDATES.pause)).rejects.toThrow();
    await until(async () => (await aggregateOf(handle)).totals.running === 0);
    const before = await aggregateOf(handle);
    expect(before.totals.pending).toBeGreaterThan(0);
    expect(await bench.stateOf(taskId)).toEqual({ state: 'paused', stateReason: 'Paused by ann.' });
    await handle.executeUpdate(BULK_UPDATES.setWindow, { args: [{ window: 10 }] });
    await handle.executeUpdate(BULK_UPDATES.resume);
    await handle.result();
    expect((await aggregateOf(handle)).totals).toMatchObject({ succeeded: 12 });
  });

  it('cancels what has not ended, and ends', async () => {
    const { taskId } = await bench.seed([{}, {}, ...Array.from({ length: 10 }, () => ({ sleepMs: 600_000 }))], 4);
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.succeeded === 2);
    await handle.executeUpdate(BULK_UPDATES.cancel, { args: [{ by: 'ann' }] });
    await expect(handle.executeUpdate(BULK_UPDATES.resume)).rejects.toThrow();
    await handle.result();
    const { totals } = await accountTaskStateCounts(bench.pool, taskId);
    expect(totals).toMatchObject({ succeeded: 2, cancelled: 10, running: 0, pending: 0 });
    expect(await bench.stateOf(taskId)).toEqual({ state: 'cancelled', stateReason: 'Cancelled by ann.' });
  });

  it('goes on when the run of an account is terminated by hand', async () => {
    const { taskId, ids } = await bench.seed([{ sleepMs: 600_000 }, {}, {}], 2);
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.succeeded === 2);
    await bench.client.workflow.getHandle(accountWorkflowId(taskId, ids[0]!)).terminate('by hand');
    await handle.result();
    const { rows } = await bench.pool.query(`SELECT state, "errorMessage" FROM "AccountTask" WHERE id = $1`, [ids[0]]);
    expect(rows[0]).toMatchObject({ state: 'failed', errorMessage: expect.stringContaining('without a result') });
  });

  it('pauses by itself when too many fail, and says why', async () => {
    const { taskId } = await bench.seed(
      Array.from({ length: 40 }, () => ({ fail: true })),
      2,
      { pace: { breaker: { share: 0.5, among: 10 } } },
    );
    const handle = await bench.start(taskId);
    await until(async () => (await bench.stateOf(taskId)).state === 'paused');
    expect((await bench.stateOf(taskId)).stateReason).toMatch(/^Paused by itself: \d+ of the last \d+ accounts failed/);
    expect((await aggregateOf(handle)).totals.pending).toBeGreaterThan(20);
    await handle.executeUpdate(BULK_UPDATES.cancel);
    await handle.result();
  });

  it('tries failed accounts again, while it runs and after it has ended', async () => {
    const { taskId, ids } = await bench.seed([{ fail: true }, { sleepMs: 4_000 }], 2);
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.failed === 1);
    expect(await handle.executeUpdate(BULK_UPDATES.retryFailed)).toEqual({ retried: 1 });
    await handle.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ failed: 1, succeeded: 1 });
    await bench.pool.query(`UPDATE "AccountTask" SET plan = '{}' WHERE id = $1`, [ids[0]]);
    const again = await bench.start(taskId, { retryFailed: true });
    await again.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ failed: 0, succeeded: 2 });
    const { rows } = await bench.pool.query(`SELECT attempts FROM "AccountTask" WHERE id = $1`, [ids[0]]);
    expect(rows[0].attempts).toBe(3);
    expect(await bench.stateOf(taskId)).toMatchObject({ state: 'completed' });
  });

  it('continues as new without waiting for its children, and loses none of them', async () => {
    // Long sleepers are under way across every change of run: their end is told by signal.
    const { taskId } = await bench.seed(
      Array.from({ length: 1_500 }, (_, i) => (i % 25 === 0 ? { sleepMs: 6_000 } : {})),
      60,
    );
    const handle = await bench.start(taskId);
    await handle.result();
    expect((await accountTaskStateCounts(bench.pool, taskId)).totals).toMatchObject({ total: 1_500, succeeded: 1_500 });
    const runs = await bench.client.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: `WorkflowId = '${bulkWorkflowId(taskId)}'`,
    });
    const lengths = (runs.executions ?? []).map((run) => Number(run.historyLength));
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(10_000);
  }, 180_000);

  it('takes in account runs that outlived a terminated parent', async () => {
    const { taskId } = await bench.seed([{ sleepMs: 3_000 }, { sleepMs: 3_000 }, {}, {}], 2);
    const handle = await bench.start(taskId);
    await until(async () => (await aggregateOf(handle)).totals.running === 2);
    await handle.terminate('by hand');
    const again = await bench.start(taskId);
    await again.result();
    const { totals } = await accountTaskStateCounts(bench.pool, taskId);
    expect(totals).toMatchObject({ total: 4, succeeded: 4 });
    const { rows } = await bench.pool.query(`SELECT attempts FROM "AccountTask" WHERE "taskId" = $1`, [taskId]);
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  });
});
