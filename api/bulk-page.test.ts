import { randomUUID } from 'node:crypto';
import { stepOf } from './bulk-throughput.ts';
import { noteTask } from './door/tasks.ts';
import { makeAccounts } from './door/test-data.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.stop();
});

interface Row {
  state: string;
  errorType?: string;
  errorMessage?: string;
  fingerprint?: string;
  finishedAt?: Date;
}

let made = 0;
/** A bulk task as its run would have left it, with accounts named `page<n>-0`, `page<n>-1` and so on. */
async function seed(rows: readonly Row[], more: object = {}): Promise<{ id: string; accounts: string[] }> {
  made += 1;
  const { db } = api.deps;
  const id = randomUUID();
  const accounts = await makeAccounts(api, `page${made}-`, rows.length);
  await db.bulkTask.create({
    data: {
      ...{ id, kind: 'login', name: 'seeded', params: {}, selection: {}, window: 5, total: rows.length },
      ...{ workflowId: `bulk/${id}`, state: 'running', ...more },
    },
  });
  await db.accountTask.createMany({
    data: rows.map((row, ordinal) => ({
      ...{ taskId: id, ordinal, accountId: accounts[ordinal]!, username: `page${made}-${ordinal}`, plan: {} },
      ...row,
    })),
  });
  return { id, accounts };
}

describe('the throughput of a bulk task', () => {
  it('counts what ended in each interval, from the begin of the run', async () => {
    const startedAt = new Date(Date.now() - 600_000);
    const at = (seconds: number) => new Date(startedAt.getTime() + seconds * 1_000);
    const finishedAt = at(590);
    const { id } = await seed(
      [
        { state: 'succeeded', finishedAt: at(-1) },
        { state: 'succeeded', finishedAt: at(0) },
        { state: 'failed', errorType: 'Throttled', finishedAt: at(29.9) },
        { state: 'partial', finishedAt: at(30) },
        { state: 'skipped', finishedAt: at(30) },
        { state: 'succeeded', finishedAt: at(590) },
        { state: 'succeeded', finishedAt: at(595) },
        { state: 'running' },
      ],
      { startedAt, finishedAt },
    );
    const { json } = await api.call(`/api/bulk/login/${id}/throughput`);
    expect(json).toEqual({
      from: startedAt.toISOString(),
      to: finishedAt.toISOString(),
      stepSeconds: 30,
      points: [
        { at: at(0).toISOString(), succeeded: 2, failed: 1, other: 0 },
        { at: at(30).toISOString(), succeeded: 0, failed: 0, other: 2 },
        { at: at(570).toISOString(), succeeded: 2, failed: 0, other: 0 },
      ],
    });
  });

  it('is empty before the run, and is not found where there is no task', async () => {
    const { id } = await seed([{ state: 'pending' }], { state: 'draft' });
    expect((await api.call(`/api/bulk/login/${id}/throughput`)).json).toEqual({
      ...{ from: null, to: null, stepSeconds: 1, points: [] },
    });
    for (const what of ['throughput', 'events', 'accounts/matching'])
      expect((await api.call(`/api/bulk/login/${randomUUID()}/${what}`)).status).toBe(404);
  });

  it('has intervals that people count in, never more than 120, and fewer where there are few accounts', () => {
    expect([10, 100, 1_000].map((accounts) => stepOf(42, accounts))).toEqual([5, 1, 1]);
    expect([0, 119.9, 120, 600, 7_200, 86_400].map((seconds) => stepOf(seconds, 100_000))).toEqual([
      1, 1, 2, 10, 120, 900,
    ]);
    for (let days = 1; days < 4_000; days = Math.ceil(days * 1.1)) {
      for (const accounts of [1, 100, 100_000]) {
        expect(Math.floor((days * 86_400) / stepOf(days * 86_400, accounts))).toBeLessThan(120);
      }
    }
  });
});

describe('the failures of a bulk task', () => {
  it('are grouped by cause, and counted by type', async () => {
    const { id } = await seed([
      { state: 'succeeded' },
      { state: 'failed', errorType: 'Throttled', errorMessage: 'Wait 1 minutes' },
      { state: 'failed', errorType: 'Throttled', errorMessage: 'Wait 2 minutes' },
      { state: 'partial', errorType: 'PageChanged' },
      { state: 'failed' },
    ]);
    const { json } = await api.call(`/api/bulk/login/${id}/failures`);
    expect(json.items).toEqual([
      { type: 'Throttled', message: 'Wait # minutes', fingerprint: null, count: 2 },
      { type: 'Unknown', message: '', fingerprint: null, count: 1 },
    ]);
    expect(json.types).toEqual([
      { type: 'Throttled', count: 2 },
      { type: 'PageChanged', count: 1 },
      { type: 'Unknown', count: 1 },
    ]);
  });

  it('that gave no type are found as unknown ones', async () => {
    const { id } = await seed([
      { state: 'succeeded' },
      { state: 'failed' },
      { state: 'failed', errorType: 'Throttled' },
    ]);
    const { json } = await api.call(`/api/bulk/login/${id}/accounts?errorType=Unknown`);
    expect((json.items as unknown as { ordinal: number }[]).map(({ ordinal }) => ordinal)).toEqual([1]);
    const found = await api.call(`/api/bulk/login/${id}/accounts/matching?errorType=Unknown`);
    expect(found.json).toMatchObject({ total: 1, retriable: 1 });
  });
});

describe('what a filter matches', () => {
  it('is counted, with those that would be tried again, and named by its accounts', async () => {
    const cause = 'a'.repeat(16);
    const { id, accounts } = await seed([
      { state: 'succeeded' },
      { state: 'failed', errorType: 'Throttled', fingerprint: cause },
      { state: 'failed', errorType: 'PageChanged' },
      { state: 'partial', errorType: 'Throttled', fingerprint: cause },
      { state: 'partial' },
    ]);
    const of = async (query: string) => (await api.call(`/api/bulk/login/${id}/accounts/matching?${query}`)).json;
    expect(await of('')).toEqual({ total: 5, retriable: 3, accountIds: null });
    expect(await of(`fingerprint=${cause}&ids=true`)).toEqual({
      ...{ total: 2, retriable: 2, accountIds: [accounts[1], accounts[3]] },
    });
    expect(await of('state=partial')).toMatchObject({ total: 2, retriable: 1 });
    expect(await of(`errorType=Throttled&state=failed&q=-1`)).toMatchObject({ total: 1, retriable: 1 });
    expect(await of('q=%25')).toMatchObject({ total: 0 });
    expect(await of('q=nobody&ids=true')).toEqual({ total: 0, retriable: 0, accountIds: [] });
  });
});

describe('the events of a bulk task', () => {
  it('tell what happened to it as a whole, page by page, newest first', async () => {
    const { db } = api.deps;
    const { id } = await seed([{ state: 'pending' }]);
    const note = (state: string, window: number, more: object = {}) =>
      noteTask(db, { id, state, window }, null, { ...more });
    await note('draft', 5, { total: 1, by: 'ann' });
    await note('running', 5);
    await note('running', 9, { order: 'window', by: 'bob' });
    await db.taskEvent.create({ data: { taskId: id, type: 'canary-of-somebody-else', data: {} } });
    const [accountTask] = await db.accountTask.findMany({ where: { taskId: id } });
    await db.taskEvent.create({ data: { taskId: id, accountTaskId: accountTask!.id, type: 'note', data: {} } });
    await note('paused', 9, { breakerOpened: true });
    // As a version of before noted it.
    await note('running', 9);
    await note('running', 4);
    await note('paused', 4);
    const first = await api.call(`/api/bulk/login/${id}/events?limit=4`);
    const rest = await api.call(`/api/bulk/login/${id}/events?limit=4&cursor=${String(first.json.nextCursor)}`);
    expect(rest.json.nextCursor).toBeNull();
    type Item = { what: string; by: string | null; window: number; windowBefore: number | null; count: number | null };
    const items = [...(first.json.items as unknown as Item[]), ...(rest.json.items as unknown as Item[])];
    expect(items.map(({ what, by, windowBefore, window }) => [what, by, windowBefore, window])).toEqual([
      ['paused', null, 4, 4],
      ['window', null, 9, 4],
      ['resumed', null, 9, 9],
      ['breaker', null, 9, 9],
      ['window', 'bob', 5, 9],
      ['started', null, 5, 5],
      ['made', 'ann', null, 5],
    ]);
    expect(items.at(-1)?.count).toBe(1);
  });
});
