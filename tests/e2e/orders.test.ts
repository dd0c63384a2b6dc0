import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import {
  accountTaskDetails,
  accountTasksOf,
  aggregateOf,
  give,
  order,
  orderAndStart,
  start,
  taskOf,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(2);
});
afterEach(() => bench?.site.break());
afterAll(() => bench?.stop());

const params = (text: string, video = 0) => ({ mediaIds: [videos[video]!.id], captions: [text] });

async function postsOf(accounts: readonly TestAccount[]): Promise<number> {
  const truth = await bench.site.truth(accounts.map(({ username }) => username));
  return truth.reduce((sum, { posts }) => sum + posts.length, 0);
}

async function statusOf(id: string, name: string, body?: object): Promise<number> {
  return (await give(bench, id, name, body)).status;
}

describe('orders to a bulk task', () => {
  it('pause, window and resume are obeyed, and refused with 409 where they do not fit', async () => {
    const accounts = await bench.addAccounts({ count: 6, prefix: 'order' });
    const id = await order(bench, { accounts, params: params('In order, {{username}}'), window: 1 });
    for (const name of ['pause', 'resume', 'retry-failed']) expect(await statusOf(id, name)).toBe(409);
    await start(bench, id);
    expect(await statusOf(id, 'start')).toBe(409);
    await untilTotals(bench, id, 'one account has ended', ({ totals }) => totals.succeeded >= 1);
    expect(await statusOf(id, 'resume')).toBe(409);
    expect(await statusOf(id, 'retry-failed')).toBe(409);

    expect(await give(bench, id, 'pause')).toMatchObject({ status: 202, body: { state: 'paused' } });
    expect(await statusOf(id, 'pause')).toBe(409);
    expect(await statusOf(id, 'start')).toBe(409);
    expect((await taskOf(bench, id)).state).toBe('paused');
    const still = await untilTotals(bench, id, 'nobody is under way', ({ totals }) => totals.running === 0);
    expect(still.stateReason).toMatch(/^Paused by /);
    expect(still.totals.succeeded + still.totals.paced + still.totals.pending).toBe(6);
    expect(still.totals.pending).toBeGreaterThanOrEqual(3);
    const posted = await postsOf(accounts);

    expect(await statusOf(id, 'window', { window: 0 })).toBe(400);
    expect(await statusOf(id, 'window', { window: 4 })).toBe(202);
    expect((await aggregateOf(bench, id)).window).toBe(4);
    expect(await postsOf(accounts)).toBe(posted);

    expect(await give(bench, id, 'resume')).toMatchObject({ status: 202, body: { state: 'running' } });
    await untilTotals(bench, id, 'more than one runs at once', ({ totals }) => totals.running > 1);
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(6);
    for (const name of ['start', 'pause', 'resume', 'cancel', 'retry-failed'])
      expect(await statusOf(id, name)).toBe(409);
    expect(await statusOf(id, 'window', { window: 2 })).toBe(409);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });

  it('a canary touches so many accounts and no more until it is approved, though the orchestrator is killed', async () => {
    const accounts = await bench.addAccounts({ count: 5, prefix: 'canary' });
    const id = await orderAndStart(bench, { accounts, params: params('First, {{username}}'), window: 5, canary: 2 });
    const waiting = () => untilTotals(bench, id, 'the canary waits', ({ canary }) => canary?.state === 'waiting');
    const touched = async () =>
      (await bench.site.truth(accounts.map(({ username }) => username))).map(({ logins, posts }) => [
        logins,
        posts.length,
      ]);
    const onlyTheFirst = [[1, 1], [1, 1], [0, 0], [0, 0], [0, 0]]; // biome-ignore format: a table
    expect((await waiting()).totals).toMatchObject({ succeeded: 2, pending: 3 });
    expect(await touched()).toEqual(onlyTheFirst);

    const killed = bench.stack.processOf('orchestrator');
    bench.stack.kill('orchestrator');
    await until(
      async () => bench.stack.processOf('orchestrator'),
      (pid) => pid !== undefined && pid !== killed,
      { what: 'the orchestrator is back', withinMs: 60_000 },
    );
    await untilTotals(bench, id, 'the workflow answers again', ({ source }) => source === 'workflow');
    expect((await waiting()).totals).toMatchObject({ succeeded: 2, pending: 3, running: 0 });
    expect(await touched()).toEqual(onlyTheFirst);

    expect((await give(bench, id, 'approve')).status).toBe(202);
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(5);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });

  it('its workflows are found in Temporal by kind, task, account and state', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'found' });
    const id = await orderAndStart(bench, { accounts, params: params('Found, {{username}}') });
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(2);
    const found = (query: string, count: number) =>
      until(
        async () => {
          const ids: string[] = [];
          for await (const { workflowId } of bench.temporal.workflow.list({ query })) ids.push(workflowId);
          return ids.sort();
        },
        (ids) => ids.length >= count,
        { what: query, withinMs: 20_000 },
      );
    const details = await accountTaskDetails(bench, id);
    const children = details.map((detail) => accountWorkflowId(id, detail.id));
    const first = details.find(({ accountId }) => accountId === accounts[0]!.id)!;
    const all = `TaskKind = 'upload' AND BulkTaskId = '${id}'`;
    expect(await found(`${all} AND TaskState = 'completed'`, 1)).toEqual([bulkWorkflowId(id)]);
    expect(await found(all, 3)).toEqual([bulkWorkflowId(id), ...children].sort());
    expect(await found(`${all} AND AccountId = '${first.accountId}'`, 1)).toEqual([accountWorkflowId(id, first.id)]);
  });

  it('cancelled in mid-run, what is posted is counted and nothing is posted afterwards', async () => {
    const accounts = await bench.addAccounts({ count: 10, prefix: 'stop' });
    const id = await orderAndStart(bench, { accounts, params: params('Halfway, {{username}}'), window: 3 });
    await untilTotals(bench, id, 'some have ended', ({ totals }) => totals.succeeded >= 2);
    expect((await give(bench, id, 'cancel')).status).toBe(202);
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('cancelled');
    const { succeeded, cancelled, partial } = ended.totals;
    expect(succeeded + cancelled + partial).toBe(10);
    expect(cancelled).toBeGreaterThanOrEqual(4);
    const posted = await postsOf(accounts);
    expect(ended.counters.posted).toBe(posted);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);

    for (const name of ['start', 'pause', 'resume', 'cancel']) expect(await statusOf(id, name)).toBe(409);
    // Whatever still ran would post while another task with the same accounts runs to its end.
    const after = await orderAndStart(bench, { accounts, params: params('Afterwards, {{username}}', 1) });
    expect((await untilEnded(bench, after)).totals.succeeded).toBe(10);
    expect(await postsOf(accounts)).toBe(posted + 10);
    await expectEveryPostOnce(bench, id, after);
  });

  it('cancelled before it has begun, a task never posts', async () => {
    const accounts = await bench.addAccounts({ count: 2, prefix: 'never' });
    const id = await order(bench, { accounts, params: params('Never, {{username}}') });
    expect(await give(bench, id, 'cancel')).toMatchObject({ status: 202, body: { state: 'cancelled' } });
    expect(await statusOf(id, 'start')).toBe(409);
    expect((await aggregateOf(bench, id)).totals).toMatchObject({ total: 2, cancelled: 2, pending: 0 });
    expect(await postsOf(accounts)).toBe(0);
  });
});

describe('what an account can bear', () => {
  it('waits for the next day when its daily limit is used up, and says until when', async () => {
    const dailyLimits = { posts: 1 };
    const timeZone = 'Pacific/Auckland';
    const accounts = await bench.addAccounts({ count: 2, prefix: 'daily' }, () => ({ dailyLimits, timeZone }));
    const mediaIds = videos.map(({ id }) => id);
    const id = await orderAndStart(bench, { accounts, params: { mediaIds, perAccount: 2, captions: ['Day by day'] } });
    await untilTotals(bench, id, 'both wait for tomorrow', ({ totals }) => totals.paced === 2);
    expect(await postsOf(accounts)).toBe(2);
    for (const item of await accountTasksOf(bench, id)) {
      expect(item.stateReason).toContain('daily limit of 1');
      expect(midnightIn(timeZone, new Date(item.wakeAt!))).toBe(true);
      expect(Date.parse(item.wakeAt!)).toBeGreaterThan(Date.now());
    }
    expect((await aggregateOf(bench, id)).totals).toMatchObject({ running: 0, paced: 2 });

    expect((await give(bench, id, 'cancel')).status).toBe(202);
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('cancelled');
    expect(ended.counters.posted).toBe(2);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });

  it('is used by one of two bulk tasks at a time', async () => {
    const accounts = await bench.addAccounts({ count: 3, prefix: 'shared' });
    await bench.site.break(...accounts.map(({ username }) => ({ fault: 'slow' as const, ms: 700, username })));
    const ids = await Promise.all([
      orderAndStart(bench, { accounts, params: params('First task, {{username}}', 0) }),
      orderAndStart(bench, { accounts, params: params('Second task, {{username}}', 1) }),
    ]);
    await until(
      async () => (await Promise.all(ids.map((id) => accountTasksOf(bench, id)))).flat(),
      (items) => items.some(({ stateReason }) => stateReason?.startsWith('The account is in use by')),
      { what: 'one task waits for the other', withinMs: 20_000 },
    );
    for (const id of ids) expect((await untilEnded(bench, id)).totals.succeeded).toBe(3);
    await expectEveryPostOnce(bench, ...ids);
    for (const id of ids) await expectOneAnswer(bench, id);

    const details = (await Promise.all(ids.map((id) => accountTaskDetails(bench, id)))).flat();
    for (const { username } of accounts) {
      const [one, two] = details
        .filter((task) => task.username === username)
        .map(periodOfUse)
        .sort(byStart);
      expect(one!.to).toBeLessThanOrEqual(two!.from);
    }
    const logins = await bench.site.truth(accounts.map(({ username }) => username));
    expect(logins.map(({ logins }) => logins)).toEqual([1, 1, 1]);
  });
});

type Detail = Awaited<ReturnType<typeof accountTaskDetails>>[number];

/** From the last time that an account task took the account up to its end. */
function periodOfUse({ timeline }: Detail): { from: number; to: number } {
  const moves = timeline.filter(({ type }) => type === 'account-task');
  const begun = moves.filter(({ data }) => (data as { to: string }).to === 'running').at(-1);
  return { from: Date.parse(begun!.at), to: Date.parse(moves.at(-1)!.at) };
}

function byStart(a: { from: number }, b: { from: number }): number {
  return a.from - b.from;
}

function midnightIn(timeZone: string, time: Date): boolean {
  return time.toLocaleTimeString('en-GB', { timeZone }) === '00:00:00';
}
