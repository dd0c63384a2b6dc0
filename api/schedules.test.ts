import { ScheduleNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createPayloadCodec } from '../activities/payloads/codec.ts';
import { temporalScheduleId } from '../contracts/schedules.ts';
import { errorsOf, field, makeAccounts } from './door/test-data.ts';
import { startTestTemporal } from './door/test-orchestrator.ts';
import type { Payloads } from './payloads/keys.ts';
import { schedulesRoutes } from './schedules.ts';
import { scheduleWorkerRoutes } from './schedules-run.ts';
import { allSchedules } from './schedules-store.ts';
import { sweepSchedules } from './schedules-sweep.ts';
import { noteOf } from './schedules-temporal.ts';
import { startTestApi, type TestAnswer, type TestApi } from './testing.ts';

let temporal: TestWorkflowEnvironment;
let api: TestApi;
beforeAll(async () => {
  temporal = await startTestTemporal();
  api = await startTestApi({
    routes: [...schedulesRoutes, ...scheduleWorkerRoutes],
    env: { TEMPORAL_ADDRESS: temporal.address },
  });
  await makeAccounts(api, 'crew', 2);
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await temporal?.teardown();
});

const order = { accounts: { tag: 'crew' }, params: {} };
const weekdays = { kind: 'login', order, spec: { cron: '0 9 * * 1-5' }, timeZone: 'Europe/Berlin' };
const post = (body: object, key?: string): Promise<TestAnswer> =>
  api.call('/api/schedules', { body, ...(key ? { headers: { 'idempotency-key': key } } : {}) });

async function make(more: object = {}): Promise<string> {
  const answer = await post({ ...weekdays, ...more });
  expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({ status: 201, text: '' });
  return field(answer, 'id');
}
const give = (id: string, name: string) => api.call(`/api/schedules/${id}/${name}`, { method: 'POST' });
const handleOf = (id: string) => temporal.client.schedule.getHandle(temporalScheduleId(id));
const isGone = (id: string) =>
  handleOf(id)
    .describe()
    .then(
      () => false,
      (error: unknown) => error instanceof ScheduleNotFoundError,
    );
const fire = (id: string, firedAt: string) =>
  api.call(`/api/worker/schedules/${id}/run`, { body: { firedAt }, token: api.deps.keys.workerToken });
const tasksOf = (id: string) => api.deps.db.bulkTask.findMany({ where: { scheduleId: id } });

/** Ends when it holds; the test's own time limit ends a wait in vain. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 100));
}

describe('making a schedule', () => {
  it('puts it into Temporal with its zone and its policy, and shows the next times', async () => {
    const answer = await post({ ...weekdays, name: 'Mornings', overlap: 'buffer' });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      ...{ name: 'Mornings', kind: 'login', state: 'active', overlap: 'buffer', lastRunAt: null, lastTask: null },
      ...{ when: 'Weekdays at 09:00, Europe/Berlin', selection: { tag: 'crew' }, nextRunReason: null },
    });
    const id = field<string>(answer, 'id');
    expect(answer.headers.get('location')).toBe(`/api/schedules/${id}`);
    const inTemporal = await handleOf(id).describe();
    expect(inTemporal.policies.overlap).toBe('BUFFER_ONE');
    expect(inTemporal.spec.timezone).toBe('Europe/Berlin');

    const detail = await api.call(`/api/schedules/${id}`);
    const runs = field<string[]>(detail, 'nextRuns');
    expect(runs).toHaveLength(5);
    expect(runs[0]).toBe(field(answer, 'nextRunAt'));
    for (const run of runs) {
      const local = { timeZone: 'Europe/Berlin', weekday: 'short', hour: '2-digit', minute: '2-digit' } as const;
      const words = new Date(run).toLocaleString('en-GB', local);
      expect(words).toMatch(/^(Mon|Tue|Wed|Thu|Fri),? 09:00$/);
    }
    expect(detail.json).toMatchObject({ order: { params: {} }, tasks: [] });
    expect(field<object>(detail, 'order')).not.toHaveProperty('accounts');
  });

  it.each([
    ['every minute at Sunday by number and by name', { cron: '* * * * 0,SUN,7' }],
    ['a range that ends on Sunday', { cron: '0 9 * * 5-7' }],
    ['a start with a step', { cron: '5/20 8-18/2 * JAN-jun mon' }],
    ['an interval', { everyMinutes: 90, offsetMinutes: 30 }],
    ['a moment', { at: new Date(Date.now() + 3_600_000).toISOString() }],
  ])('Temporal understands %s', async (_what, spec) => {
    const answer = await post({ ...weekdays, spec });
    expect(answer.status).toBe(201);
    expect(field(answer, 'nextRunAt')).not.toBeNull();
    if ('at' in spec) {
      const [at, next] = [Date.parse(String(spec.at)), Date.parse(field(answer, 'nextRunAt'))];
      expect(next).toBe(Math.floor(at / 1_000) * 1_000);
    }
  });

  it.each([
    [{ kind: 'dance' }, 'kind', 400],
    [{ spec: { cron: '0 25 * * *' } }, 'spec.cron', 400],
    [{ spec: { everyMinutes: 0 } }, 'spec.everyMinutes', 400],
    [{ spec: { at: '2020-01-01T00:00:00Z' } }, 'spec.at', 422],
    [{ timeZone: 'Mars/Base' }, 'timeZone', 400],
    [{ overlap: 'sometimes' }, 'overlap', 400],
    [{ order: { ...order, params: { wrong: 1 } } }, 'order.params.wrong', 400],
    [{ order: { ...order, startAt: '2030-01-01T00:00:00Z' } }, 'order.startAt', 400],
    [{ order: { ...order, accounts: { tag: 'nobody' } } }, 'accounts', 422],
    [{ order: { ...order, canary: 100_000 } }, 'canary', 422],
  ])('refuses %j with a sentence at %s, and writes nothing', async (wrong, path, status) => {
    const before = await api.deps.db.schedule.count();
    const answer = await post({ ...weekdays, ...wrong });
    expect(answer.status).toBe(status);
    expect(errorsOf(answer).map((error) => error.path)).toContain(path);
    expect(await api.deps.db.schedule.count()).toBe(before);
  });

  it('a zone that Temporal does not know is refused by Temporal, and nothing is left behind', async () => {
    const before = await api.deps.db.schedule.count();
    // The language takes any case, the server's time zone database does not.
    const answer = await post({ ...weekdays, timeZone: 'europe/berlin' });
    expect(answer.status).toBe(422);
    expect(field<string>(answer, 'detail')).toMatch(/^Temporal does not take this schedule: .*europe\/berlin/i);
    expect(await api.deps.db.schedule.count()).toBe(before);

    const id = await make();
    const changed = await api.call(`/api/schedules/${id}`, { method: 'PATCH', body: { timeZone: 'europe/berlin' } });
    expect(changed.status).toBe(422);
    expect((await api.call(`/api/schedules/${id}`)).json).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect((await handleOf(id).describe()).spec.timezone).toBe('Europe/Berlin');
  });

  it('the same request under the same key is one schedule, another request is refused', async () => {
    const [one, two] = await Promise.all([post(weekdays, 'once'), post(weekdays, 'once')]);
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(field(one, 'id')).toBe(field(two, 'id'));
    expect((await post({ ...weekdays, name: 'Another' }, 'once')).status).toBe(422);
    expect(field(await post(weekdays, 'twice'), 'id')).not.toBe(field(one, 'id'));
  });

  it('is for operators; the firing is for workers', async () => {
    const id = await make();
    expect((await api.call('/api/schedules', { body: weekdays, token: api.deps.keys.workerToken })).status).toBe(403);
    expect((await api.call(`/api/schedules/${id}`, { token: null })).status).toBe(401);
  });
});

describe('the list', () => {
  it('pages by key, newest first', async () => {
    const ids = [await make({ name: 'a' }), await make({ name: 'b' }), await make({ name: 'c' })];
    const first = await api.call('/api/schedules?limit=2');
    const names = field<{ name: string }[]>(first, 'items').map(({ name }) => name);
    expect(names).toEqual(['c', 'b']);
    const second = await api.call(`/api/schedules?limit=1&cursor=${field<string>(first, 'nextCursor')}`);
    expect(field<{ id: string }[]>(second, 'items').map(({ id }) => id)).toEqual([ids[0]]);
  });
});

describe('orders to a schedule', () => {
  it('pause and resume reach Temporal; what does not fit answers 409', async () => {
    const id = await make();
    expect((await give(id, 'resume')).status).toBe(409);
    expect((await give(id, 'pause')).json).toMatchObject({
      ...{ state: 'paused', nextRunAt: null, nextRunReason: 'The schedule is paused.' },
    });
    expect((await handleOf(id).describe()).state.paused).toBe(true);
    expect((await give(id, 'pause')).status).toBe(409);
    expect((await give(id, 'run-now')).status).toBe(409);
    expect((await give(id, 'resume')).json).toMatchObject({ state: 'active', nextRunReason: null });
    expect((await handleOf(id).describe()).state.paused).toBe(false);
  });

  it('a change reaches Temporal, and an order is checked again', async () => {
    const id = await make();
    const change = (body: object) => api.call(`/api/schedules/${id}`, { method: 'PATCH', body });
    const changed = await change({ name: 'New', spec: { everyMinutes: 5 }, overlap: 'allow' });
    expect(changed.json).toMatchObject({ name: 'New', when: 'Every 5 minutes', overlap: 'allow' });
    const { spec, policies } = await handleOf(id).describe();
    expect(spec.intervals).toEqual([{ every: 300_000, offset: 0 }]);
    expect(policies.overlap).toBe('ALLOW_ALL');
    expect((await change({ order: { ...order, accounts: { tag: 'nobody' } } })).status).toBe(422);
    expect((await change({ order: { accounts: { platform: 'sandbox' }, params: {} } })).json).toMatchObject({
      selection: { platform: 'sandbox' },
    });
  });

  it('delete removes the row and Temporal’s schedule', async () => {
    const id = await make();
    expect((await api.call(`/api/schedules/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await isGone(id)).toBe(true);
    for (const [path, method] of [
      ['', 'GET'],
      ['', 'DELETE'],
      ['/pause', 'POST'],
      ['/run-now', 'POST'],
    ] as const) {
      expect((await api.call(`/api/schedules/${id}${path}`, { method })).status).toBe(404);
    }
  });
});

describe('a firing', () => {
  const at = (minute: number) => new Date(Date.UTC(2027, 0, 4, 8, minute)).toISOString();

  it('makes one task however often it is told, with the accounts of that moment', async () => {
    const id = await make({ name: 'Mornings' });
    await makeAccounts(api, 'late', 1, { tags: ['crew'] });
    const answers = await Promise.all([fire(id, at(0)), fire(id, at(0))]);
    const again = await fire(id, at(0));
    const [task, ...more] = await tasksOf(id);
    expect(more).toEqual([]);
    for (const answer of [...answers, again]) expect(answer.json).toEqual({ status: 'started', taskId: task?.id });
    expect(task).toMatchObject({ total: 3, name: 'Mornings, 2027-01-04 09:00', kind: 'login' });
    expect(task?.startRequestedAt).not.toBeNull();
    expect((await api.call(`/api/schedules/${id}`)).json).toMatchObject({
      ...{ lastRunAt: at(0), lastError: null, lastTask: { id: task?.id }, tasks: [{ id: task?.id, total: 3 }] },
    });
    await fire(id, at(1));
    expect(await tasksOf(id)).toHaveLength(2);
  });

  it('told again after the order was changed, it is still the same task', async () => {
    const id = await make();
    const first = await fire(id, at(2));
    await api.call(`/api/schedules/${id}`, { method: 'PATCH', body: { order: { ...order, window: 3 } } });
    expect((await fire(id, at(2))).json).toEqual(first.json);
    await fire(id, at(3));
    expect((await tasksOf(id)).map(({ window }) => window).sort()).toEqual([20, 3]);
  });

  it('that the door refuses is noted, and the next one runs', async () => {
    const [only = ''] = await makeAccounts(api, 'few', 1);
    const id = await make({ order: { accounts: { tag: 'few' }, params: {} } });
    await api.deps.db.account.update({ where: { id: only }, data: { tags: [] } });
    const refused = await fire(id, at(4));
    expect(refused.json).toEqual({ status: 'refused', reason: expect.stringContaining('No account has the tag few') });
    expect((await api.call(`/api/schedules/${id}`)).json).toMatchObject({
      ...{ state: 'active', lastRunAt: at(4), lastTask: null },
      lastError: 'A bulk task needs at least one account. No account has the tag few.',
    });
    await api.deps.db.account.update({ where: { id: only }, data: { tags: ['few'] } });
    expect((await fire(id, at(5))).json).toMatchObject({ status: 'started' });
    expect((await api.call(`/api/schedules/${id}`)).json).toMatchObject({ lastError: null, lastRunAt: at(5) });
  });

  it('of a paused or deleted schedule makes nothing, and a forgotten schedule is removed', async () => {
    const id = await make();
    await give(id, 'pause');
    expect((await fire(id, at(6))).json).toMatchObject({ status: 'dropped' });
    expect(await tasksOf(id)).toEqual([]);
    await api.deps.db.schedule.delete({ where: { id } });
    expect(await isGone(id)).toBe(false);
    expect((await fire(id, at(7))).json).toMatchObject({ status: 'dropped' });
    expect(await isGone(id)).toBe(true);
  });
});

describe('rows and Temporal', () => {
  const sweep = () => sweepSchedules(api.deps);
  const row = { name: 'r', kind: 'login', order, spec: { cron: '0 9 * * *' } };

  it('are brought in line by the sweep, whichever of them was left behind', async () => {
    const { db } = api.deps;
    const missing = await db.schedule.create({ data: row });
    const changed = await make();
    await db.schedule.update({ where: { id: changed }, data: { paused: true, spec: { everyMinutes: 7 } } });
    const orphan = await make();
    await db.schedule.delete({ where: { id: orphan } });
    await until(async () => {
      await sweep();
      return isGone(orphan);
    });
    expect((await handleOf(missing.id).describe()).action.args).toEqual([{ scheduleId: missing.id }]);
    const { state, spec } = await handleOf(changed).describe();
    expect({ paused: state.paused, intervals: spec.intervals }).toEqual({
      ...{ paused: true, intervals: [{ every: 420_000, offset: 0 }] },
    });
    // The list of the server follows after a moment; then nothing is left to do.
    await until(async () => (await sweep()) === 0);
  });

  it('are brought in line too when payloads are encrypted from now on, or under another key', async () => {
    const id = await make();
    const found = (await allSchedules(api.deps.db)).find((one) => one.id === id)!;
    const under = (key: Buffer, encrypt = true): Payloads => {
      const keys = { get: () => ({ current: key, older: [] }), refresh: async () => ({ current: key, older: [] }) };
      return { encrypt, keys, codec: createPayloadCodec({ keys, encrypt }) };
    };
    const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const notes = [under(one, false), under(other, false), under(one), under(other)].map((payloads) =>
      noteOf(found, payloads),
    );
    expect(notes[0]).toBe(notes[1]);
    expect(new Set(notes).size).toBe(3);
    await until(async () => (await sweep()) === 0);
    const encrypting = { ...api.deps, payloads: under(one) };
    expect(await sweepSchedules(encrypting)).toBeGreaterThan(0);
    expect((await handleOf(id).describe()).state.note).toBe(notes[2]);
    await until(async () => (await sweep()) === 0);
  });

  it('a moment that passed before Temporal heard of it is made up for, once', async () => {
    const at = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000);
    const { id } = await api.deps.db.schedule.create({ data: { ...row, spec: { at: at.toISOString() } } });
    await until(async () => {
      await sweep();
      return !(await isGone(id)) && (await handleOf(id).describe()).info.numActionsTaken === 1;
    });
    const [action] = (await handleOf(id).describe()).info.recentActions;
    expect(action?.action.workflow.workflowId).toBe(`schedule/${id}/run-${at.toISOString().replace('.000Z', 'Z')}`);
    expect((await api.call(`/api/schedules/${id}`)).json).toMatchObject({ state: 'done', nextRunAt: null });
    expect((await give(id, 'pause')).status).toBe(409);
  });

  it('a schedule that was made while Temporal was away says so, and is handed over later', async () => {
    const away = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { temporal: there } = api.deps;
    api.deps.temporal = away;
    let id: string;
    try {
      const answer = await post(weekdays);
      expect(answer.status).toBe(201);
      expect(answer.json).toMatchObject({
        nextRunAt: null,
        nextRunReason: expect.stringContaining('cannot be reached'),
      });
      id = field(answer, 'id');
      expect((await give(id, 'run-now')).status).toBe(503);
      expect((await api.call('/api/schedules?limit=1')).json).toMatchObject({ items: [{ id, nextRunAt: null }] });
    } finally {
      api.deps.temporal = there;
    }
    expect((await api.call(`/api/schedules/${id}`)).json.nextRunReason).toMatch(/not reached Temporal yet/);
    await sweep();
    expect((await api.call(`/api/schedules/${id}`)).json.nextRunAt).not.toBeNull();
  });
});
