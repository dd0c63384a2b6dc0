import { randomUUID } from 'node:crypto';
import { errorsPart, eventsPart, retentionPart } from './health-parts.ts';
import { LAST_RUN } from './retention.ts';
import { checkHealth } from './system.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.stop();
});

describe('the parts of the health', () => {
  it('tell when the retention ran, and when it is late', async () => {
    expect(await retentionPart(api.deps)).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('not run yet'),
    });
    const at = new Date().toISOString();
    await api.deps.db.setting.create({ data: { key: LAST_RUN, value: { at, counts: { errors: 2, evidence: 1 } } } });
    const fresh = await retentionPart(api.deps);
    expect(fresh).toMatchObject({ status: 'ok', detail: `It last ran at ${at} and removed or merged 3 rows.` });
    const late = await retentionPart(api.deps, Date.now() + 4 * 3_600_000);
    expect(late).toMatchObject({ status: 'degraded', detail: expect.stringContaining('late') });
  });

  it('tell of failures, and are degraded when half of what ends fails', async () => {
    const { db } = api.deps;
    expect(await errorsPart(api.deps)).toEqual({
      name: 'errors',
      status: 'ok',
      detail: 'No errors in the last 15 minutes. No account task ended.',
    });
    const taskId = randomUUID();
    const task = { kind: 'login', name: 'one', params: {}, selection: {}, window: 1, total: 3 };
    await db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
    const end = async (ordinal: number, state: string) => {
      const account = await db.account.create({ data: { platform: 'sandbox', username: `a${ordinal}` } });
      const own = { taskId, ordinal, accountId: account.id, username: `a${ordinal}`, plan: {} };
      await db.accountTask.create({ data: { ...own, state, finishedAt: new Date() } });
    };
    for (const ordinal of [0, 1, 2, 3, 4]) await end(ordinal, 'failed');
    expect(await errorsPart(api.deps)).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('5 of 5 account tasks failed'),
    });
    for (const ordinal of [5, 6, 7, 8, 9, 10]) await end(ordinal, 'succeeded');
    expect(await errorsPart(api.deps)).toMatchObject({ status: 'ok' });
  });

  it('tell who listens to events, and when their connection is lost', async () => {
    expect(eventsPart(api.deps).detail).toContain('Nobody listens');
    const status = () => ({ clients: 2, connection: 'lost' as const });
    expect(eventsPart({ events: { ...api.deps.events, status } })).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('2 clients listen'),
    });
  });

  it('are measured once for all that ask at once, and by operators only on demand', async () => {
    const [one, other] = await Promise.all([checkHealth(api.deps), checkHealth(api.deps)]);
    expect(other).toBe(one);
    const make = await api.call('/api/tokens', { body: { name: 'viewer', scopes: ['viewer'] } });
    const token = String(make.json.token);
    expect((await api.call('/api/system/health', { token })).status).toBe(200);
    expect((await api.call('/api/system/health/poll', { method: 'POST', token })).status).toBe(403);
    const polled = await api.call('/api/system/health/poll', { method: 'POST' });
    expect(polled.json.parts).toHaveLength(11);
  });
});
