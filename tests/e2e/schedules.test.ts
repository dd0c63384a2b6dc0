import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { z } from 'zod';
import { scheduleItemSchema, scheduleSchema } from '../../api/schedules-store.ts';
import { temporalScheduleId } from '../../contracts/schedules.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { aggregateOf, give, start, taskOf, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(2);
});
afterAll(() => bench?.stop());

const uploads = (tag: string, more: object = {}) => ({
  kind: 'upload',
  order: { accounts: { tag }, params: { mediaIds: [videos[0]!.id], captions: ['On time, {{username}}'], ...more } },
  spec: { cron: '0 4 1 1 *' },
  timeZone: 'Europe/Berlin',
});
const crew = (tag: string, count: number, more: object = {}): Promise<TestAccount[]> =>
  bench.addAccounts({ count, prefix: tag }, () => ({ tags: [tag], ...more }));

async function make(body: object): Promise<string> {
  return (await bench.call('POST', '/api/schedules', scheduleItemSchema, body)).id;
}
const scheduleOf = (id: string) => bench.call('GET', `/api/schedules/${id}`, scheduleSchema);
const order = (id: string, name: string) => bench.send('POST', `/api/schedules/${id}/${name}`, {});
const inTemporal = (id: string) => bench.temporal.schedule.getHandle(temporalScheduleId(id));

async function postsOf(accounts: readonly TestAccount[]): Promise<number> {
  const truth = await bench.site.truth(accounts.map(({ username }) => username));
  return truth.reduce((sum, { posts }) => sum + posts.length, 0);
}

/** The tasks of a schedule when there are so many, oldest first. */
async function tasksOf(id: string, count: number): Promise<string[]> {
  const what = `the schedule has ordered ${count} tasks`;
  const { tasks } = await until(
    () => scheduleOf(id),
    ({ tasks }) => tasks.length >= count,
    { what, withinMs: 90_000 },
  );
  return tasks.map((task) => task.id).reverse();
}

describe('a schedule', () => {
  it('orders a task each time it runs, with whoever has the tag then, and each post is made once', async () => {
    await crew('regular', 2);
    const id = await make(uploads('regular'));
    expect((await order(id, 'run-now')).status).toBe(202);
    const [first = ''] = await tasksOf(id, 1);
    expect((await untilEnded(bench, first)).totals).toMatchObject({ total: 2, succeeded: 2 });

    await crew('regular-late', 1, { tags: ['regular'] });
    const { order: changed } = uploads('regular');
    const params = { ...changed.params, captions: ['The second time, {{username}}'] };
    expect((await bench.send('PATCH', `/api/schedules/${id}`, { order: { ...changed, params } })).status).toBe(200);
    // Only when the firing has noticed the end of its task does the schedule count as free.
    const { status } = await until(
      () => order(id, 'run-now'),
      (answer) => answer.status === 202,
      { what: 'the schedule is free again', withinMs: 60_000 },
    );
    expect(status).toBe(202);
    const [, second = ''] = await tasksOf(id, 2);
    expect((await untilEnded(bench, second)).totals).toMatchObject({ total: 3, succeeded: 3 });
    await expectEveryPostOnce(bench, first, second);
    await expectOneAnswer(bench, second);

    const seen = await scheduleOf(id);
    expect(seen).toMatchObject({ state: 'active', lastError: null, lastTask: { id: second, state: 'completed' } });
    expect(seen.nextRuns).toHaveLength(5);
    const { info } = await inTemporal(id).describe();
    expect(info.recentActions).toHaveLength(2);
  });

  it('skips or buffers what would overlap, as it is told', async () => {
    await crew('busy', 1, { dailyLimits: { posts: 1 }, timeZone: 'Pacific/Auckland' });
    const mediaIds = videos.map((video) => video.id);
    const id = await make(uploads('busy', { mediaIds, perAccount: 2 }));
    expect((await order(id, 'run-now')).status).toBe(202);
    const [first = ''] = await tasksOf(id, 1);
    await untilTotals(bench, first, 'the account waits for tomorrow', ({ totals }) => totals.paced === 1);

    expect((await order(id, 'run-now')).status).toBe(409);
    await inTemporal(id).trigger(ScheduleOverlapPolicy.SKIP);
    await until(
      async () => (await inTemporal(id).describe()).info.numActionsSkippedOverlap,
      (skipped) => skipped === 1,
      { what: 'Temporal has skipped a run' },
    );
    expect(await tasksOf(id, 1)).toEqual([first]);

    const patch = await bench.send('PATCH', `/api/schedules/${id}`, { overlap: 'buffer' });
    expect(patch.status).toBe(200);
    expect((await order(id, 'run-now')).status).toBe(202);
    expect((await aggregateOf(bench, first)).totals.paced).toBe(1);
    expect(await tasksOf(id, 1)).toEqual([first]);
    expect((await give(bench, first, 'cancel')).status).toBe(202);
    await untilEnded(bench, first);
    const [, second = ''] = await tasksOf(id, 2);
    await untilTotals(bench, second, 'the account waits again', ({ totals }) => totals.paced === 1);
    await give(bench, second, 'cancel');
    await untilEnded(bench, second);
    await expectEveryPostOnce(bench, first, second);
  });

  it('that was killed in the middle of a firing orders one task all the same', async () => {
    await crew('killed', 2);
    const id = await make(uploads('killed'));
    expect((await order(id, 'run-now')).status).toBe(202);
    bench.stack.kill('orchestrator', 'SIGKILL');
    bench.stack.kill('api', 'SIGKILL');
    const [task = '', ...more] = await tasksOf(id, 1);
    expect(more).toEqual([]);
    expect((await untilEnded(bench, task)).totals).toMatchObject({ succeeded: 2 });
    await expectEveryPostOnce(bench, task);
    expect((await scheduleOf(id)).tasks).toHaveLength(1);
  });

  it('shows why the door refused, fails that firing, and goes on', async () => {
    const [account] = await crew('gone', 1);
    const id = await make(uploads('gone'));
    await bench.call('PATCH', `/api/accounts/${account!.id}`, z.unknown(), { tags: [] });
    expect((await order(id, 'run-now')).status).toBe(202);
    const seen = await until(
      () => scheduleOf(id),
      ({ lastError }) => lastError !== null,
      { what: 'it is refused' },
    );
    expect(seen).toMatchObject({ state: 'active', lastTask: null, tasks: [] });
    expect(seen.lastError).toMatch(/No account has the tag gone/);
    const [run] = (await inTemporal(id).describe()).info.recentActions;
    const firing = bench.temporal.workflow.getHandle(run!.action.workflow.workflowId);
    await expect(firing.result()).rejects.toMatchObject({ cause: { message: seen.lastError } });

    await bench.call('PATCH', `/api/accounts/${account!.id}`, z.unknown(), { tags: ['gone'] });
    expect((await order(id, 'run-now')).status).toBe(202);
    const [task = ''] = await tasksOf(id, 1);
    expect((await untilEnded(bench, task)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, task);
  });

  it('runs by itself at its times and once at its moment; paused or deleted, it does not', async () => {
    const [held, dropped] = [await crew('paused', 1), await crew('deleted', 1)];
    for (const name of ['timed', 'once']) await crew(name, 1);
    const everyMinute = (tag: string) => ({ ...uploads(tag), spec: { everyMinutes: 1 } });
    const paused = await make(everyMinute('paused'));
    expect((await order(paused, 'pause')).status).toBe(200);
    const deleted = await make(everyMinute('deleted'));
    expect((await bench.send('DELETE', `/api/schedules/${deleted}`)).status).toBe(204);
    await expect(inTemporal(deleted).describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
    const timed = await make(everyMinute('timed'));
    const once = await make({ ...uploads('once'), spec: { at: new Date(Date.now() + 3_000).toISOString() } });

    const [moment = ''] = await tasksOf(once, 1);
    const [minute = ''] = await tasksOf(timed, 1);
    expect((await order(timed, 'pause')).status).toBe(200);
    const [run] = (await inTemporal(timed).describe()).info.recentActions;
    expect(run!.scheduledAt.getTime() % 60_000).toBe(0);
    expect((await taskOf(bench, minute)).startAt).toBe(run!.scheduledAt.toISOString());
    for (const task of [moment, minute]) expect((await untilEnded(bench, task)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, moment, minute);
    expect((await scheduleOf(once)).state).toBe('done');

    // Their minute has passed as well.
    expect((await scheduleOf(paused)).tasks).toEqual([]);
    expect(await postsOf([...held, ...dropped])).toBe(0);
  });
});

describe('a bulk task with a time to start', () => {
  const created = z.object({ id: z.uuid(), state: z.string() });
  const orderAt = (accounts: TestAccount[], startAt: Date) =>
    bench.call('POST', '/api/bulk/upload', created, {
      accounts: { ids: accounts.map(({ id }) => id) },
      params: { mediaIds: [videos[1]!.id], captions: ['Later'] },
      startAt: startAt.toISOString(),
    });

  it('starts by itself then and not before, and never when it was cancelled', async () => {
    const accounts = await crew('later', 1);
    const startAt = new Date(Date.now() + 6_000);
    const soon = await orderAt(accounts, startAt);
    const idle = await crew('never', 1);
    const never = await orderAt(idle, startAt);
    expect([soon.state, never.state]).toEqual(['scheduled', 'scheduled']);
    expect(await give(bench, never.id, 'cancel')).toMatchObject({ status: 202, body: { state: 'cancelled' } });

    expect((await untilEnded(bench, soon.id)).totals.succeeded).toBe(1);
    const task = await taskOf(bench, soon.id);
    expect(Date.parse(task.startedAt!)).toBeGreaterThanOrEqual(startAt.getTime());
    expect((await taskOf(bench, never.id)).startedAt).toBeNull();
    await expectEveryPostOnce(bench, soon.id, never.id);
    expect(await postsOf(idle)).toBe(0);
  });

  it('can be started before its time', async () => {
    const { id } = await orderAt(await crew('early', 1), new Date(Date.now() + 3_600_000));
    await start(bench, id);
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, id);
  });
});
