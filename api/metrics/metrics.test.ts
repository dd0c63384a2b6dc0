import { randomUUID } from 'node:crypto';
import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';
import { createRequestMetrics } from './requests.ts';
import { startSampler } from './sampler.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.stop();
});

interface Series {
  stepSeconds: number;
  points: { at: string; metrics: Record<string, number> }[];
}
const seriesOf = async (path: string): Promise<Series> => (await api.call(path)).json as unknown as Series;
/** A full hour long ago, so that what is sampled now is not in its range. */
const START = Date.parse('2026-01-05T00:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1_000);
const span = (seconds: number) => `from=${at(0).toISOString()}&to=${at(seconds).toISOString()}`;

describe('metrics over time', () => {
  it('are sampled by one process at a time, with what the ledger, the workers and the requests tell', async () => {
    const { db } = api.deps;
    const taskId = randomUUID();
    const task = { kind: 'login', name: 'one', params: {}, selection: {}, window: 1, total: 3 };
    await db.bulkTask.create({ data: { ...task, id: taskId, state: 'running', workflowId: `bulk/${taskId}` } });
    await db.taskTally.createMany({
      data: [
        { taskId, slot: 0, key: 'state:pending', n: 3 },
        { taskId, slot: 1, key: 'state:pending', n: -1 },
        { taskId, slot: 1, key: 'state:failed', n: 1 },
      ],
    });
    const account = await db.account.create({ data: { platform: 'sandbox', username: 'ended' } });
    await db.accountTask.create({
      data: {
        ...{ taskId, ordinal: 0, accountId: account.id, username: 'ended', plan: {} },
        ...{ state: 'failed', finishedAt: new Date() },
      },
    });
    const host = { taskQueues: ['browser'], pid: 1, version: '1', slots: 2 };
    await db.workerHost.create({ data: { name: 'here', role: 'browser', state: 'ready', ...host } });
    const heartbeatAt = new Date(Date.now() - 60_000);
    await db.workerHost.create({ data: { name: 'gone', role: 'browser', state: 'ready', ...host, heartbeatAt } });
    await api.call('/api/workers');

    await Promise.all([startSampler(api.deps), startSampler(api.deps)].map((sampler) => sampler.close()));
    await startSampler(api.deps).close();

    const { points } = await seriesOf('/api/system/metrics');
    expect(points).toHaveLength(1);
    expect(points[0]?.metrics).toMatchObject({
      runningTasks: 1,
      accountTasksPending: 2,
      accountTasksRunning: 0,
      endedPerMinute: 1,
      failedPerMinute: 1,
      succeededPerMinute: 0,
      openChallenges: 0,
      workersReady: 1,
      workersLost: 1,
      eventClients: 0,
    });
    expect(points[0]?.metrics.databaseBytes).toBeGreaterThan(1_000_000);
    expect(points[0]?.metrics.requestsPerMinute).toBeGreaterThan(0);
    expect(points[0]?.metrics.requestP95Ms).toBeGreaterThan(0);
  });

  it('are averaged to as many points as are wanted, and gaps stay gaps', async () => {
    const rows = Array.from({ length: 120 }, (_, n) => ({ at: at(n * 30), metrics: { value: n } }));
    await api.deps.db.systemMetric.createMany({
      data: rows.filter(({ metrics }) => metrics.value < 20 || metrics.value > 39),
    });
    const all = await seriesOf(`/api/system/metrics?${span(3_600)}&points=200`);
    expect(all.stepSeconds).toBe(30);
    expect(all.points).toHaveLength(100);
    const few = await seriesOf(`/api/system/metrics?${span(3_600)}&points=7`);
    expect(few).toEqual({
      stepSeconds: 600,
      points: [9.5, 49.5, 69.5, 89.5, 109.5].map((value, n) => ({
        at: at((n === 0 ? 0 : n + 1) * 600).toISOString(),
        metrics: { value },
      })),
    });
  });

  it('have points no shorter than what is stored, and weigh rows by the time that they stand for', async () => {
    const worker = await api.deps.db.workerHost.create({
      data: { name: 'w', role: 'media', state: 'ready', taskQueues: [], pid: 1, version: '1', slots: 1 },
    });
    await api.deps.db.workerMetric.createMany({
      data: [
        { workerId: worker.id, at: at(0), step: 300, metrics: { cpu: 1 } },
        { workerId: worker.id, at: at(300), step: 30, metrics: { cpu: 12, rssMb: 5 } },
      ],
    });
    const path = `/api/workers/${worker.id}/metrics`;
    expect(await seriesOf(`${path}?${span(3_600)}&points=2000`)).toEqual({
      stepSeconds: 300,
      points: [
        { at: at(0).toISOString(), metrics: { cpu: 1 } },
        { at: at(300).toISOString(), metrics: { cpu: 12, rssMb: 5 } },
      ],
    });
    const one = await seriesOf(`${path}?${span(3_600)}&points=1`);
    expect(one).toEqual({ stepSeconds: 3_600, points: [{ at: at(0).toISOString(), metrics: { cpu: 2, rssMb: 5 } }] });
    // Ten years in one point, and never more points than were wanted.
    const decade = await seriesOf(`${path}?from=2020-01-01T00:00:00Z&to=2029-12-31T00:00:00Z&points=1`);
    expect(decade.points).toHaveLength(1);
  });

  it('say what cannot be asked', async () => {
    expect((await api.call(`/api/workers/${randomUUID()}/metrics`)).status).toBe(404);
    const turned = `from=${at(60).toISOString()}&to=${at(0).toISOString()}`;
    expect((await api.call(`/api/system/metrics?${turned}`)).status).toBe(400);
    expect((await api.call('/api/system/metrics?points=0')).status).toBe(400);
    expect((await api.call('/api/system/metrics', { token: null })).status).toBe(401);
  });

  it('of requests begin anew with each reading', () => {
    const metrics = createRequestMetrics();
    for (const ms of [1, 1, 1, 400]) metrics.observe({ method: 'GET', route: '/api/x', status: 200, ms });
    const { p95Ms, perMinute } = metrics.take();
    expect(perMinute).toBeGreaterThan(0);
    expect(p95Ms).toBeGreaterThan(300);
    expect(metrics.take()).toEqual({ perMinute: 0, p95Ms: null });
  });
});
