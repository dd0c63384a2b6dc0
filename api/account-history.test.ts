import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { paceOf, readClaim } from '../activities/desk-claim.ts';
import { acquireLease } from '../activities/leases.ts';
import { sandboxProfile } from '../activities/platforms/sandbox/profile.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

interface Entry {
  at: string;
  kind: string;
  type: string;
  title: string;
  detail: string | null;
  state: string | null;
  by: string | null;
  taskId: string | null;
  taskName: string | null;
}

describe('what was done with an account, and what it may still do', () => {
  let api: TestApi;
  let pool: pg.Pool;
  let accountId = '';
  let taskId = '';
  let accountTaskId = '';
  let proxyId = '';
  const path = () => `/api/accounts/${accountId}`;
  const timeline = async (query = ''): Promise<{ items: Entry[]; nextCursor: string | null }> => {
    const { status, json } = await api.call(`${path()}/timeline?${query}`);
    expect(status).toBe(200);
    return json as never;
  };

  beforeAll(async () => {
    api = await startTestApi();
    pool = new pg.Pool({ connectionString: api.deps.env.DATABASE_URL as string });
    pool.on('error', () => undefined);
    const { db } = api.deps;
    const made = await api.call('/api/accounts', {
      body: { platform: 'sandbox', username: 'ada', password: 'not for the timeline' },
    });
    accountId = String(made.json.id);
    proxyId = (await db.proxy.create({ data: { name: 'Berlin', protocol: 'http', host: 'p', port: 1, spare: true } }))
      .id;
    const task = { kind: 'upload', name: 'The news', params: {}, selection: {}, window: 1, total: 1 };
    taskId = randomUUID();
    await db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
    accountTaskId = (
      await db.accountTask.create({ data: { taskId, ordinal: 0, accountId, username: 'ada', plan: {} } })
    ).id;
  });
  afterAll(async () => {
    await pool?.end();
    await api?.stop();
  });

  it('tells all of it in one list, newest first', async () => {
    const { db, keys } = api.deps;
    const event = (type: string, data: object) => db.taskEvent.create({ data: { taskId, accountTaskId, type, data } });
    await event('account-task', { ordinal: 0, from: 'pending', to: 'running', reason: null, errorType: null });
    await event('challenge', { challengeId: randomUUID(), type: 'totp', state: 'open', by: null });
    await event('challenge', { challengeId: randomUUID(), type: 'totp', state: 'answered', by: 'Grace' });
    await event('evidence', { evidenceId: randomUUID(), step: 'publish', kind: 'screenshot' });
    await event('account-task', {
      ordinal: 0,
      from: 'running',
      to: 'failed',
      reason: 'Slow down.',
      errorType: 'Throttled',
    });
    await db.accountAction.create({ data: { accountId, action: 'follow', key: `${accountTaskId}/${randomUUID()}` } });
    const intent = { accountTaskId, accountId, platform: 'sandbox', caption: 'Hello', idempotencyKey: 'x' };
    const permalink = 'https://sandbox.example/p/1';
    await db.postIntent.create({ data: { ...intent, index: 0, state: 'posted', submittedAt: new Date(), permalink } });
    const lease = await acquireLease(pool, { resource: accountLeaseResource(accountId), owner: 'test', ttlMs: 60_000 });
    if (!lease.acquired) throw new Error('The lease is taken.');
    for (const loggedIn of ['none', undefined, 'expired']) {
      const body = { fencingToken: lease.lease.fencingToken, storageState: { cookies: [] }, loggedIn };
      const call = { method: 'PUT', body, token: keys.adminToken };
      expect((await api.call(`/api/worker/accounts/${accountId}/session`, call)).status).toBe(204);
    }
    await api.call(path(), { method: 'PATCH', body: { proxyId, tags: ['news'], password: 'another secret' } });

    const { items, nextCursor } = await timeline();
    expect(nextCursor).toBeNull();
    const told = items.map(({ kind, title, state }) => [kind, title, state]);
    expect(told).toHaveLength(12);
    expect(told).toEqual(
      expect.arrayContaining([
        ['edit', 'Added', null],
        ['task', 'Began', 'running'],
        ['challenge', 'A person is asked', 'open'],
        ['challenge', 'A person answered', 'answered'],
        ['evidence', 'Screenshot taken', null],
        ['task', 'Failed', 'failed'],
        ['action', 'Followed somebody', null],
        ['post', 'Post published', 'posted'],
        ['session', 'Session opened', 'opened'],
        ['session', 'Session expired', 'expired'],
        ['edit', 'Changed: tags, proxy, password', null],
      ]),
    );
    expect(items.filter(({ state }) => state === 'opened').map(({ detail }) => detail)).toEqual([
      'The stored one had expired.',
      'There was none.',
    ]);
    expect(items.map(({ at }) => at)).toEqual(
      items
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(items.find(({ kind }) => kind === 'post')).toMatchObject({
      taskId,
      taskName: 'The news',
      detail: 'Hello',
      permalink,
    });
    expect(items.find(({ kind }) => kind === 'action')).toMatchObject({ taskId, accountTaskId, taskKind: 'upload' });
    expect(JSON.stringify(items)).not.toMatch(/another secret|not for the timeline/);
  });

  it('pages by key without repeating or leaving out an entry, and takes kinds apart', async () => {
    const whole = (await timeline()).items;
    const paged: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: Entry[]; nextCursor: string | null } = await timeline(
        `limit=5${cursor && `&cursor=${cursor}`}`,
      );
      paged.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(whole);
    const chosen = await timeline('kind=session,challenge');
    expect(chosen.items).toEqual(whole.filter(({ kind }) => ['session', 'challenge'].includes(kind)));
    expect((await api.call(`${path()}/timeline?cursor=nonsense`)).status).toBe(400);
    expect((await api.call(`${path()}/timeline?kind=nonsense`)).status).toBe(400);
    expect((await api.call(`/api/accounts/${randomUUID()}/timeline`)).status).toBe(404);
  });

  it('tells of a proxy that a worker replaced', async () => {
    const { switchProxy } = await import('./proxy-worker-sql.ts');
    const { db } = api.deps;
    await db.proxy.create({ data: { name: 'Lisbon', protocol: 'http', host: 'q', port: 1, spare: true } });
    const { fencingToken } = await db.lease.findUniqueOrThrow({ where: { resource: accountLeaseResource(accountId) } });
    await switchProxy(api.deps, { accountId, fencingToken: String(fencingToken) }, { from: proxyId, except: [] });
    const { items } = await timeline('kind=proxy');
    expect(items).toMatchObject([{ kind: 'proxy', title: 'Proxy replaced', detail: 'Lisbon' }]);
  });

  it('reckons the budget as the desk does: use, limits, warm-up, gaps, and until when it waits', async () => {
    const { db } = api.deps;
    const timeZone = 'Asia/Tokyo';
    await db.account.update({
      where: { id: accountId },
      data: { timeZone, rampStage: 1, dailyLimits: { posts: 8, follows: 4, minGapMinutes: 90, maxGapMinutes: 240 } },
    });
    const { json } = await api.call(`${path()}/budget`);
    expect(json).toMatchObject({ accountId, timeZone, refusal: null, cooldown: null, quietHours: null });
    expect(json.ramp).toEqual({ stage: 1, stages: 4, share: 0.25, nextShare: 0.5 });
    const actions = json.actions as unknown as { action: 'post' | 'follow'; nextAt: string; bound: string }[];
    expect(actions.map(({ action }) => action)).toEqual(['post', 'follow', 'profile', 'browse']);
    expect(actions[0]).toMatchObject({
      usedToday: 1,
      perDay: 2,
      perDayInFull: 8,
      usedThisHour: 1,
      minGapSeconds: 5_400,
    });
    expect(actions[1]).toMatchObject({ usedToday: 1, perDay: 1, perDayInFull: 4 });
    for (const { action, nextAt, bound } of actions.slice(0, 2)) {
      const found = await readClaim(pool, accountTaskId, null, action);
      if (!found) throw new Error('The account task is gone.');
      const wait = paceOf(found, sandboxProfile, action, Date.parse(String(json.at)));
      expect({ nextAt, bound }).toEqual({ nextAt: new Date(wait?.until ?? 0).toISOString(), bound: wait?.bound });
    }
  });

  it('says what an account waits for beside its limits: quiet hours, a slowed platform, its own state', async () => {
    const { db } = api.deps;
    const slowUntil = new Date(Date.now() + 60_000);
    await db.paceLane.create({ data: { resource: 'platform/sandbox', slowUntil, reason: 'Too many requests.' } });
    const data = {
      quietHours: { from: '00:00', to: '23:59' },
      timeZone: 'UTC',
      status: 'blocked',
      statusReason: 'Gone.',
    };
    await db.account.update({ where: { id: accountId }, data });
    const { json } = await api.call(`${path()}/budget`);
    expect(json.cooldown).toEqual({ until: slowUntil.toISOString(), reason: 'Too many requests.' });
    expect(json.refusal).toMatch(/blocked on the platform\. Gone\./);
    const { until } = json.quietHours as unknown as { until: string | null };
    const minuteOfDay = new Date(String(json.at)).getUTCHours() * 60 + new Date(String(json.at)).getUTCMinutes();
    expect(until?.slice(11) ?? null).toBe(minuteOfDay < 1_439 ? '23:59:00.000Z' : null);
    expect((await api.call(`/api/accounts/${randomUUID()}/budget`)).status).toBe(404);
  });
});
