import { randomUUID } from 'node:crypto';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('the overview and the history of an account', () => {
  let api: TestApi;
  let accountId = '';
  /** The first of three posts was submitted now, the second two days ago, the last one not yet. */
  const submitted = (index: number) =>
    index < 2 ? { state: 'posted', submittedAt: new Date(Date.now() - index * 48 * 3_600_000) } : {};
  beforeAll(async () => {
    api = await startTestApi();
    const { db } = api.deps;
    const task = {
      kind: 'login',
      name: 'one',
      params: {},
      selection: {},
      window: 1,
      total: 1,
      requestHash: '',
      state: 'running',
    };
    const pace = [{}, { dailyLimits: { posts: 7 } }, { rampStage: 0 }];
    for (const state of ['succeeded', 'failed', 'failed']) {
      const [taskId, username] = [randomUUID(), randomUUID()];
      const account = await db.account.create({ data: { platform: 'sandbox', username, ...pace.pop() } });
      accountId = account.id;
      await db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
      const made = await db.accountTask.create({
        data: {
          ...{ taskId, ordinal: 0, accountId, username, plan: {}, state, finishedAt: new Date() },
          ...(state === 'failed' ? { errorType: 'Throttled' } : {}),
        },
      });
      await db.accountAction.create({ data: { accountId, action: 'follow', key: taskId } });
      const intent = { accountTaskId: made.id, accountId, platform: 'sandbox', caption: 'hello' };
      await db.postIntent.createMany({
        data: [0, 1, 2].map((index) => ({
          ...intent,
          index,
          idempotencyKey: `${taskId}/${index}`,
          ...submitted(index),
        })),
      });
      await db.evidence.create({
        data: {
          ...{ accountTaskId: made.id, step: 'login', kind: 'screenshot', contentType: 'image/png' },
          ...{ sha256: '0'.repeat(64), bytes: 1 },
        },
      });
    }
  });
  afterAll(async () => {
    await api?.stop();
  });

  it('counts what runs, what ended in the last hours and why, and what was used today', async () => {
    const { status, json } = await api.call('/api/overview');
    expect(status).toBe(200);
    const body = json as unknown as { hours: { succeeded: number; failed: number; failures: object }[] };
    expect(json).toMatchObject({
      runningTasks: 3,
      openChallenges: 0,
      nextRuns: [],
    });
    const budgets = json.actionsToday as unknown as { action: string }[];
    expect(budgets.map(({ action }) => action)).toEqual(['post', 'follow', 'profile', 'browse']);
    // The platform lets each of the three post 50 times; one has a limit of its own, one is in its warm-up.
    expect(budgets[0]).toEqual({
      ...{ platform: 'sandbox', action: 'post', title: 'posts' },
      ...{ used: 3, limit: 50 + 7 + 5, accounts: 3 },
    });
    expect(budgets[1]).toMatchObject({ action: 'follow', used: 3, limit: 100 + 100 + 10 });
    expect(body.hours).toHaveLength(24);
    const ended = body.hours.filter(({ succeeded }) => succeeded > 0);
    expect(ended).toMatchObject([{ succeeded: 1, failed: 2, failures: { Throttled: 2 } }]);
  });

  it('pages the posts of one account alone, and its evidence', async () => {
    const path = `/api/accounts/${accountId}/posts?limit=2`;
    const first = await api.call(path);
    const second = await api.call(`${path}&cursor=${String(first.json.nextCursor)}`);
    const items = [...(first.json.items as unknown as { id: string }[]), ...(second.json.items as unknown as [])];
    expect(new Set(items.map(({ id }) => id)).size).toBe(3);
    expect(second.json.nextCursor).toBeNull();
    const evidence = await api.call(`/api/accounts/${accountId}/evidence`);
    expect(evidence.json.items).toHaveLength(1);
    const origin = { taskId: expect.any(String), taskKind: 'login', taskName: 'one' };
    for (const item of [...items, ...(evidence.json.items as unknown as [])]) expect(item).toMatchObject(origin);
    expect((await api.call(`/api/accounts/${randomUUID()}/posts`)).status).toBe(404);
  });
});
