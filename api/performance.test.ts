import { randomUUID } from 'node:crypto';
import { boundOf } from '../contracts/timings.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.stop();
});

interface Performance {
  from: string;
  to: string;
  kinds: { kind: string; perMinute: number; steps: { step: string; p50Ms: number | null; p95Ms: number | null }[] }[];
}
const performanceOf = async (query = '') =>
  (await api.call(`/api/system/performance${query}`)).json as unknown as Performance;

const HOUR_MS = 3_600_000;
const hourAgo = (hours: number) => new Date((Math.floor(Date.now() / HOUR_MS) - hours) * HOUR_MS);

async function end(kind: string, states: readonly { state: string; errorType?: string; finishedAt?: Date }[]) {
  const taskId = randomUUID();
  const task = { kind, name: 'one', params: {}, selection: {}, window: 1, total: states.length };
  await api.deps.db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
  for (const [ordinal, state] of states.entries()) {
    const username = `${kind}-${ordinal}`;
    const account = await api.deps.db.account.create({ data: { platform: 'sandbox', username } });
    await api.deps.db.accountTask.create({
      data: { taskId, ordinal, accountId: account.id, username, plan: {}, finishedAt: new Date(), ...state },
    });
  }
}

const timing = (hours: number, outcome: string, ms: number, n: number, over: object = {}) => ({
  ...{ hour: hourAgo(hours), kind: 'upload', step: 'post', outcome, leMs: boundOf(ms), n, sumMs: ms * n },
  ...over,
});

describe('performance by kind', () => {
  beforeAll(async () => {
    await end('upload', [
      { state: 'succeeded' },
      { state: 'failed', errorType: 'Throttled' },
      { state: 'failed', errorType: 'Throttled' },
      { state: 'failed', errorType: 'PageChanged' },
      { state: 'failed', errorType: 'TooOld', finishedAt: hourAgo(30) },
    ]);
    await end('login', [{ state: 'succeeded' }]);
    await api.deps.db.stepTiming.createMany({
      data: [
        timing(0, 'ok', 100, 60),
        timing(1, 'ok', 100, 30),
        timing(1, 'PageChanged', 10_000, 10),
        timing(1, 'cancelled', 3_000_000, 500),
        timing(30, 'ok', 3_000_000, 1_000),
        timing(0, 'cancelled', 5, 1, { step: 'wait' }),
        // What workers told before a bulk task's own steps were its kind's, and what is no kind's.
        timing(0, 'ok', 5, 9, { kind: 'bulk', step: 'tallies' }),
        timing(0, 'ok', 5, 9, { kind: 'retention', step: 'sweep' }),
      ],
    });
  });

  it('tells of what ended, why it failed, and how long each step took', async () => {
    const { from, to, kinds } = await performanceOf();
    expect(kinds.map(({ kind }) => kind)).toEqual(['login', 'upload']);
    expect(kinds[0]).toMatchObject({ ended: 1, failureShare: 0, failures: [], steps: [] });
    const upload = kinds[1]!;
    expect(upload).toMatchObject({
      ended: 4,
      failureShare: 0.75,
      failures: [
        { type: 'Throttled', count: 2, share: 0.5 },
        { type: 'PageChanged', count: 1, share: 0.25 },
      ],
      steps: [
        { step: 'post', count: 600, failures: [{ type: 'PageChanged', count: 10 }] },
        { step: 'wait', count: 1, p50Ms: null, p95Ms: null, failures: [] },
      ],
    });
    expect(upload.perMinute).toBeCloseTo(4 / ((Date.parse(to) - Date.parse(from)) / 60_000), 9);
    const { p50Ms, p95Ms } = upload.steps[0]!;
    expect(p50Ms).toBeLessThanOrEqual(boundOf(100));
    expect(p50Ms).toBeGreaterThan(75);
    expect(p95Ms).toBeLessThanOrEqual(boundOf(10_000));
    expect(p95Ms).toBeGreaterThan(7_500);
  });

  it('is narrowed by kind and reaches back as far as is asked', async () => {
    expect((await performanceOf('?kind=login')).kinds.map(({ kind }) => kind)).toEqual(['login']);
    for (const none of ['none', 'bulk', 'retention']) {
      expect((await performanceOf(`?kind=${none}`)).kinds).toEqual([]);
    }
    const [upload] = (await performanceOf('?kind=upload&hours=48')).kinds;
    expect(upload).toMatchObject({ ended: 5, failureShare: 0.8 });
    expect(upload?.steps[0]).toMatchObject({ count: 1_600 });
    expect((await api.call('/api/system/performance?hours=0')).status).toBe(400);
  });

  it('is counted once for all who ask within seconds, and says when', async () => {
    const { to } = await performanceOf('?hours=2');
    await end('bio', [{ state: 'succeeded' }]);
    expect(await performanceOf('?hours=2')).toMatchObject({ to, kinds: [{ kind: 'login' }, { kind: 'upload' }] });
    expect((await performanceOf('?hours=2&kind=bio')).kinds).toMatchObject([{ kind: 'bio', ended: 1 }]);
  });
});
