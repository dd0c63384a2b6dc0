import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { field } from './door/test-data.ts';
import { errorsRoutes } from './errors/routes.ts';
import { locksRoutes } from './locks.ts';
import { systemRoutes } from './system.ts';
import { startTestApi, type TestAnswer, type TestApi, type TestCall } from './testing.ts';
import { workersRoutes } from './workers.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    routes: [...workersRoutes, ...locksRoutes, ...errorsRoutes, ...systemRoutes],
    env: { TEMPORAL_ADDRESS: '127.0.0.1:7369' },
  });
});
afterAll(() => api.stop());

const asWorker = (path: string, call: TestCall = {}) => api.call(path, { token: api.deps.keys.workerToken, ...call });
const post = (path: string, body: unknown) => asWorker(path, { method: 'POST', body });

const host = { role: 'browser', taskQueues: ['browser'], pid: 7, version: '0.1.0', slots: 6 };
async function register(name: string): Promise<string> {
  const answer = await post('/api/workers/register', { name, ...host });
  expect(answer.status).toBe(200);
  return String(answer.json.id);
}

describe('a worker', () => {
  it('is the same one when it registers again, and another one in another role', async () => {
    const id = await register('host-a');
    expect(await register('host-a')).toBe(id);
    const other = await post('/api/workers/register', { name: 'host-a', ...host, role: 'media' });
    expect(other.json.id).not.toBe(id);
  });

  it('reports state, metrics and errors, and shows them', async () => {
    const id = await register('host-b');
    const beat = await post(`/api/workers/${id}/heartbeat`, { state: 'draining', detail: { sessions: 2 } });
    expect(beat.json).toMatchObject({ order: 'none' });
    expect((await post(`/api/workers/${id}/metrics`, { metrics: { rssMb: 120 } })).status).toBe(204);
    const about = { kind: 'upload', platform: 'sandbox', step: 'submitPost', runId: 'run-1' };
    const errors = [{ type: 'PageChanged', message: 'no button', ...about, detail: { count: 3 } }];
    expect((await post(`/api/workers/${id}/errors`, { errors })).status).toBe(204);

    const shown = await api.call(`/api/workers/${id}`);
    expect(shown.json).toMatchObject({
      name: 'host-b',
      state: 'draining',
      order: 'none',
      detail: { sessions: 2 },
      metrics: [{ metrics: { rssMb: 120 } }],
      errors: [{ type: 'PageChanged', message: 'no button' }],
    });
    const listed = async () =>
      field<{ id: string; latest: unknown }[]>(await api.call('/api/workers'), 'items').find((one) => one.id === id);
    expect(await listed()).toMatchObject({ latest: { at: expect.any(String), metrics: { rssMb: 120 } } });
    await api.deps.db.workerMetric.updateMany({
      where: { workerId: id },
      data: { at: new Date(Date.now() - 6 * 60_000) },
    });
    expect(await listed()).toMatchObject({ latest: null });
    const log = await api.call(`/api/errors?workerId=${id}`);
    expect(field<object[]>(log, 'items')).toMatchObject([{ source: 'worker/browser', detail: { count: 3 } }]);
    expect(await api.deps.db.errorLog.findFirst({ where: { workerId: id } })).toMatchObject(about);
  });

  it('shows its newest errors first, however many there are', async () => {
    const id = await register('host-many');
    const errors = Array.from({ length: 12 }, (_, n) => ({ type: 'PageChanged', message: `no button ${n}` }));
    for (const error of errors) await post(`/api/workers/${id}/errors`, { errors: [error] });
    const shown = field<{ message: string }[]>(await api.call(`/api/workers/${id}`), 'errors');
    expect(shown.map(({ message }) => message)).toEqual(errors.map(({ message }) => message).reverse());
  });

  it('is told to restart until it has', async () => {
    const id = await register('host-c');
    expect((await api.call(`/api/workers/${id}/restart`, { method: 'POST' })).json).toMatchObject({ order: 'restart' });
    for (const state of ['ready', 'draining']) {
      expect((await post(`/api/workers/${id}/heartbeat`, { state, detail: { order: 'none' } })).json).toMatchObject({
        order: 'restart',
      });
    }
    await register('host-c');
    expect((await post(`/api/workers/${id}/heartbeat`, { state: 'ready' })).json).toMatchObject({ order: 'none' });
  });

  it('that was drained stays so over its starts, until it is told to restart', async () => {
    const id = await register('host-e');
    expect((await api.call(`/api/workers/${id}/drain`, { method: 'POST' })).json).toMatchObject({ order: 'drain' });
    const beat = (state: string) => post(`/api/workers/${id}/heartbeat`, { state });
    for (const state of ['draining', 'drained']) expect((await beat(state)).json).toMatchObject({ order: 'drain' });
    await api.deps.db.workerHost.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 46_000) } });
    expect((await api.call(`/api/workers/${id}`)).json).toMatchObject({ state: 'drained', order: 'drain' });

    const again = await post('/api/workers/register', { name: 'host-e', ...host });
    expect(again.json).toEqual({ id, order: 'drain' });
    expect((await api.call(`/api/workers/${id}`)).json).toMatchObject({ state: 'drained', order: 'drain' });
    await api.call(`/api/workers/${id}/restart`, { method: 'POST' });
    expect((await beat('drained')).json).toMatchObject({ order: 'restart' });
    expect((await post('/api/workers/register', { name: 'host-e', ...host })).json).toEqual({ id, order: 'none' });
    expect((await api.call(`/api/workers/${id}`)).json).toMatchObject({ state: 'ready', order: 'none' });
  });

  it('has its durations added up, each report once however often it arrives', async () => {
    const [first, second] = [await register('host-f'), await register('host-g')];
    const timing = (leMs: number, n: number, step = 'openSession') => ({
      ...{ kind: 'upload', step, outcome: 'ok', leMs, n },
      sumMs: leMs * n,
    });
    const report = (id: string, sequence: number, ...timings: object[]) =>
      post(`/api/workers/${id}/metrics`, { metrics: { cpu: sequence }, sequence, timings });
    const counted = async () =>
      (await api.deps.db.stepTiming.findMany({ orderBy: [{ step: 'asc' }, { leMs: 'asc' }] })).map(
        ({ step, leMs, n, sumMs }) => [step, leMs, Number(n), Number(sumMs)],
      );
    for (const sequence of [1, 1, 2, 1]) {
      expect((await report(first, sequence, timing(10, 2), timing(12, 1), timing(10, 1))).status).toBe(204);
    }
    await report(second, 1, timing(10, 5), timing(1, 1, 'setBio'));
    await register('host-f');
    await report(first, 2, timing(10, 100));
    expect(await counted()).toEqual([
      ['openSession', 10, 11, 110],
      ['openSession', 12, 2, 24],
      ['setBio', 1, 1, 1],
    ]);
    const shown = await api.call(`/api/workers/${first}`);
    expect(field<object[]>(shown, 'metrics')).toMatchObject([{ metrics: { cpu: 2 } }, { metrics: { cpu: 1 } }]);
    expect(field<object>(shown, 'detail')).toEqual({});
    const wrong = await report(first, 3, { ...timing(10, 1), n: 0 });
    expect([wrong.status, field<{ path: string }[]>(wrong, 'errors')[0]?.path]).toEqual([400, 'timings.0.n']);
  });

  it('adds durations up with others at once', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, (_, n) => register(`host-many-${n}`)));
    const steps = ['a', 'b', 'c', 'd', 'e'];
    const timings = (turn: number) =>
      [...steps.slice(turn), ...steps.slice(0, turn)].map((step) => ({
        ...{ kind: 'many', step, outcome: 'ok', leMs: 4, n: 1, sumMs: 3 },
      }));
    const answers = await Promise.all(
      ids.flatMap((id, turn) =>
        [1, 2, 3].map((sequence) =>
          post(`/api/workers/${id}/metrics`, { metrics: {}, sequence: sequence * 10 + turn, timings: timings(turn) }),
        ),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const rows = await api.deps.db.stepTiming.findMany({ where: { kind: 'many' } });
    expect(rows.map(({ step }) => step).sort()).toEqual(steps);
    expect(new Set(rows.map(({ n }) => n)).size).toBe(1);
  });

  it('counts as lost when it was not heard of for long', async () => {
    const id = await register('host-d');
    await api.deps.db.workerHost.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 46_000) } });
    expect((await api.call(`/api/workers/${id}`)).json).toMatchObject({ state: 'lost' });
    await post(`/api/workers/${id}/heartbeat`, { state: 'ready' });
    expect((await api.call(`/api/workers/${id}`)).json).toMatchObject({ state: 'ready' });
  });

  it('that is not known here is told so, and may not act as an operator', async () => {
    const unknown = randomUUID();
    for (const [what, body] of [
      ['heartbeat', { state: 'ready' }],
      ['metrics', { metrics: {} }],
      ['errors', { errors: [{ type: 'x', message: 'y' }] }],
    ] as const) {
      expect((await post(`/api/workers/${unknown}/${what}`, body)).status).toBe(404);
    }
    expect((await asWorker('/api/workers')).status).toBe(403);
    expect((await post(`/api/workers/register`, { name: 'x', ...host, role: 'cook' })).status).toBe(400);
  });
});

interface Lock {
  fencingToken: string;
}
const acquire = (resource: string, owner: string, ttlMs = 60_000) =>
  api.call('/api/locks/acquire', { method: 'POST', body: { resource, owner, ttlMs } });
const release = (resource: string, fencingToken: string) =>
  api.call('/api/locks/release', { method: 'POST', body: { resource, fencingToken } });
const tokenOf = (answer: TestAnswer) => (answer.json as unknown as Lock).fencingToken;

describe('a lock', () => {
  it('belongs to one owner at a time, and its token grows with every holder', async () => {
    const first = await acquire('report', 'ann');
    expect(first.status).toBe(200);
    const refused = await acquire('report', 'bob');
    expect([refused.status, refused.json.detail]).toEqual([
      409,
      expect.stringMatching(/^report is held by ann until 20/),
    ]);
    expect(tokenOf(await acquire('report', 'ann'))).toBe(tokenOf(first));
    const listed = await api.call('/api/locks?prefix=report');
    expect(field<object[]>(listed, 'items')).toMatchObject([{ resource: 'report', owner: 'ann' }]);

    expect((await release('report', tokenOf(first))).json).toEqual({ resource: 'report', released: true });
    expect((await release('report', tokenOf(first))).status).toBe(409);
    expect(field<object[]>(await api.call('/api/locks?prefix=report'), 'items')).toEqual([]);
    const second = await acquire('report', 'bob');
    expect(BigInt(tokenOf(second))).toBeGreaterThan(BigInt(tokenOf(first)));
  });

  it('goes to exactly one of many that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => acquire('rush', `owner-${n}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('expires by itself', async () => {
    await acquire('short', 'ann', 1_000);
    await sleep(1_100);
    expect((await acquire('short', 'bob')).status).toBe(200);
  });

  it.each([
    [{ resource: '', owner: 'a', ttlMs: 1_000 }, 'resource'],
    [{ resource: 'x', ttlMs: 1_000 }, 'owner'],
    [{ resource: 'x', owner: 'a', ttlMs: 10 }, 'ttlMs'],
  ])('is refused for %j', async (body, path) => {
    const answer = await api.call('/api/locks/acquire', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(field<{ path: string }[]>(answer, 'errors')[0]?.path).toBe(path);
  });
});

describe('the health of the system', () => {
  it('names each part, and says what is down', async () => {
    const answer = await api.call('/api/system/health');
    expect(answer.json.status).toBe('down');
    const parts = field<{ name: string; status: string }[]>(answer, 'parts');
    expect(parts.map(({ name }) => name)).toEqual([
      'postgres',
      'temporal',
      'disk',
      'events',
      'retention',
      'errors',
      'webhooks',
      'workers/orchestrator',
      'workers/browser',
      'workers/media',
      'workers/network',
    ]);
    const statusOf = (name: string) => parts.find((part) => part.name === name)?.status;
    expect([statusOf('postgres'), statusOf('temporal'), statusOf('workers/orchestrator')]).toEqual([
      'ok',
      'down',
      'down',
    ]);
  });
});
