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
    portBase: 5596,
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
    expect(beat.json).toEqual({ order: 'none' });
    expect((await post(`/api/workers/${id}/metrics`, { metrics: { rssMb: 120 } })).status).toBe(204);
    const errors = [{ type: 'PageChanged', message: 'no button', detail: { step: 'submit' } }];
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
    const log = await api.call(`/api/errors?workerId=${id}`);
    expect(field<object[]>(log, 'items')).toMatchObject([{ source: 'worker/browser', detail: { step: 'submit' } }]);
  });

  it('is told to restart until it has', async () => {
    const id = await register('host-c');
    expect((await api.call(`/api/workers/${id}/restart`, { method: 'POST' })).json).toMatchObject({ order: 'restart' });
    for (const state of ['ready', 'draining']) {
      expect((await post(`/api/workers/${id}/heartbeat`, { state, detail: { order: 'none' } })).json).toEqual({
        order: 'restart',
      });
    }
    await register('host-c');
    expect((await post(`/api/workers/${id}/heartbeat`, { state: 'ready' })).json).toEqual({ order: 'none' });
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
