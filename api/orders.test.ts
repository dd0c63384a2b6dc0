import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { bulkRoutes } from './bulk.ts';
import { bulkEventsRoutes } from './bulk-events.ts';
import { bulkFailuresRoutes } from './bulk-failures.ts';
import { sweepStarts } from './door/start.ts';
import { makeAccounts, makeVideo } from './door/test-data.ts';
import { browser, letGo, startTestTemporal, startWorkers, type Workers } from './door/test-orchestrator.ts';
import { doorRoutes } from './door.ts';
import { startTestApi, type TestAnswer, type TestApi } from './testing.ts';

let temporal: TestWorkflowEnvironment;
let api: TestApi;
beforeAll(async () => {
  temporal = await startTestTemporal();
  api = await startTestApi({
    routes: [...doorRoutes, ...bulkRoutes, ...bulkEventsRoutes, ...bulkFailuresRoutes],
    env: { TEMPORAL_ADDRESS: temporal.address },
  });
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await temporal?.teardown();
});

afterEach(letGo);

let made = 0;
async function makeTask(accounts: number, more: object = {}): Promise<string> {
  made += 1;
  const ids = await makeAccounts(api, `order${made}-`, accounts);
  const body = { accounts: { ids }, params: { mediaIds: [await makeVideo(api, `${made}.mp4`)] }, ...more };
  const answer = await api.call('/api/bulk/upload', { method: 'POST', body });
  expect(answer.status).toBe(201);
  return String(answer.json.id);
}
const give = (id: string, order: string, body?: object): Promise<TestAnswer> =>
  api.call(`/api/bulk/upload/${id}/${order}`, { method: 'POST', body });
const aggregate = (id: string): Promise<TestAnswer> => api.call(`/api/bulk/upload/${id}/aggregate`);

/** What happened to the task, oldest first, and who ordered it. */
async function told(id: string): Promise<string[]> {
  const { json } = await api.call(`/api/bulk/upload/${id}/events`);
  const items = json.items as unknown as { what: string; by: string | null }[];
  return items.map(({ what, by }) => (by ? `${what} by ${by}` : what)).reverse();
}

/** Ends when the totals are so; the test's own time limit ends a wait in vain. */
async function until(id: string, condition: (json: Record<string, unknown>) => boolean): Promise<TestAnswer> {
  for (;;) {
    const answer = await aggregate(id);
    if (condition(answer.json)) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const setStartRequested = (id: string, secondsAgo: number) =>
  api.deps.db.bulkTask.update({
    where: { id },
    data: { startRequestedAt: new Date(Date.now() - secondsAgo * 1_000) },
  });
/** The former run may still be closing: then it is the sweeper that starts the next one, as often as it takes. */
async function sweptUntil(id: string, condition: (json: Record<string, unknown>) => boolean): Promise<void> {
  const sweeper = setInterval(() => {
    setStartRequested(id, 60)
      .then(() => sweepStarts(api.deps))
      .catch(() => undefined);
  }, 500);
  await until(id, condition).finally(() => clearInterval(sweeper));
}
const exists = (id: string): Promise<boolean> =>
  temporal.client.workflow
    .getHandle(bulkWorkflowId(id))
    .describe()
    .then(
      () => true,
      () => false,
    );

describe('before any orchestrator is there', () => {
  it('orders that do not fit a draft are refused with a sentence', async () => {
    const id = await makeTask(1);
    for (const [order, sentence] of [
      ['pause', 'A task that is a draft cannot be paused.'],
      ['resume', 'A task that is a draft cannot be resumed.'],
      ['retry-failed', 'A task that is a draft cannot be tried again.'],
      ['approve', 'This task was ordered without a canary; there is nothing to approve.'],
    ] as const) {
      const answer = await give(id, order);
      expect([answer.status, answer.json.detail]).toEqual([409, sentence]);
    }
  });

  it('a draft is given another window and cancelled by the ledger alone', async () => {
    const id = await makeTask(2);
    expect((await give(id, 'window', { window: 7 })).json).toEqual({ id, state: 'draft', window: 7 });
    expect((await give(id, 'window', { window: 0 })).status).toBe(400);
    expect((await give(id, 'cancel')).json).toEqual({ id, state: 'cancelled' });
    expect((await aggregate(id)).json).toMatchObject({
      window: 7,
      state: 'cancelled',
      stateReason: 'Cancelled by admin before it began.',
      totals: { total: 2, pending: 0, cancelled: 2 },
    });
    for (const order of ['cancel', 'start', 'pause']) expect((await give(id, order)).status).toBe(409);
    expect((await give(id, 'window', { window: 9 })).status).toBe(409);
    expect((await give(id, 'retry-failed')).json.detail).toMatch(/No account task of this task failed/);
    expect(await exists(id)).toBe(false);
    expect(await told(id)).toEqual(['made by admin', 'window by admin', 'ended by admin']);
  });

  it('a task that does not exist, or is of no such kind, is not found', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    for (const order of ['start', 'pause', 'cancel', 'retry-failed', 'approve'])
      expect((await give(nobody, order)).status).toBe(404);
    expect((await aggregate(nobody)).status).toBe(404);
    expect((await api.call(`/api/bulk/nothing/${nobody}`)).status).toBe(404);
    expect((await api.call(`/api/bulk/nothing/${nobody}/start`, { method: 'POST' })).status).toBe(404);
  });

  it('a start is committed while Temporal is away, and the sweeper repeats it', async () => {
    const id = await makeTask(1);
    const { temporal: reach } = api.deps;
    api.deps.temporal = () => Promise.reject(new Error('connection refused'));
    try {
      expect((await give(id, 'start')).json).toEqual({ id, state: 'scheduled' });
      expect((await give(id, 'start')).json.detail).toBe('This task is already being started.');
      await setStartRequested(id, 60);
      expect(await sweepStarts(api.deps)).toBe(0);
    } finally {
      api.deps.temporal = reach;
    }
    expect(await exists(id)).toBe(false);
    await sweepStarts(api.deps);
    expect(await exists(id)).toBe(true);
    await give(id, 'cancel');
  });

  it('a scheduled task is started when its time has come, and not before', async () => {
    const now = await makeTask(1, { startAt: new Date(Date.now() - 1_000).toISOString() });
    const later = await makeTask(1, { startAt: new Date(Date.now() + 3_600_000).toISOString() });
    await sweepStarts(api.deps);
    expect([await exists(now), await exists(later)]).toEqual([true, false]);
    await give(now, 'cancel');
    expect((await give(later, 'cancel')).json).toMatchObject({ state: 'cancelled' });
  });

  it('totals of a started task come from the ledger', async () => {
    const id = await makeTask(3);
    expect((await give(id, 'start')).json).toEqual({ id, state: 'running' });
    expect((await aggregate(id)).json).toMatchObject({ source: 'ledger', totals: { total: 3, pending: 3 } });
    await api.deps.db.bulkTask.update({ where: { id }, data: { state: 'running' } });
    const answer = await give(id, 'pause');
    expect([answer.status, answer.json.detail]).toEqual([
      503,
      'No orchestrator is answering; the order was not taken.',
    ]);
    await api.deps.db.bulkTask.update({ where: { id }, data: { state: 'scheduled' } });
    await give(id, 'cancel');
  });
});

describe('with an orchestrator', () => {
  let workers: Workers;
  beforeAll(async () => {
    workers = await startWorkers(api, temporal);
  }, 120_000);
  afterAll(() => workers.stop());

  it('a task runs, takes orders and ends; workflow and ledger agree', async () => {
    browser.holds = true;
    const id = await makeTask(12, { window: 4 });
    expect((await give(id, 'start')).json).toEqual({ id, state: 'running' });
    const again = await give(id, 'start');
    expect([again.status, again.json.detail]).toEqual([409, expect.stringMatching(/already/)]);

    const live = await until(
      id,
      (json) => json.source === 'workflow' && (json.totals as { running: number }).running === 4,
    );
    expect(live.json).toMatchObject({ state: 'running', window: 4, totals: { total: 12, pending: 8 } });
    // The workflow counts an account task as running when it starts it, the ledger when it has its account.
    await until(id, () => browser.held.length === 4);
    expect((await api.call(`/api/bulk/upload/${id}/accounts?state=running`)).json.items).toHaveLength(4);

    expect((await give(id, 'pause')).json).toEqual({ id, state: 'paused' });
    expect((await give(id, 'pause')).status).toBe(409);
    expect((await give(id, 'window', { window: 6 })).json).toEqual({ id, state: 'paused', window: 6 });
    expect((await give(id, 'resume')).json).toEqual({ id, state: 'running' });
    expect((await give(id, 'resume')).status).toBe(409);
    const none = await give(id, 'retry-failed');
    expect([none.status, none.json.detail]).toEqual([409, 'No account task has failed.']);
    await until(id, (json) => (json.totals as { running: number }).running === 6);

    letGo();
    const ended = await until(id, (json) => json.state === 'completed_with_failures' && json.source === 'ledger');
    expect(ended.json).toMatchObject({ source: 'ledger', totals: { total: 12, failed: 12, pending: 0, running: 0 } });
    const asked = await temporal.client.workflow
      .getHandle(bulkWorkflowId(id))
      .query<Record<string, unknown>>('aggregate');
    expect({ totals: asked.totals, counters: asked.counters, state: asked.state }).toEqual({
      totals: ended.json.totals,
      counters: expect.any(Object),
      state: 'completed_with_failures',
    });
    expect((await give(id, 'pause')).status).toBe(409);
    expect((await give(id, 'start')).status).toBe(409);

    expect(await told(id)).toEqual([
      ...['made by admin', 'start-ordered by admin', 'started', 'paused by admin', 'window by admin'],
      ...['resumed by admin', 'ended'],
    ]);

    const description = await temporal.client.workflow.getHandle(bulkWorkflowId(id)).describe();
    expect(description.type).toBe('bulkUpload');
    expect(JSON.stringify(description.typedSearchAttributes)).toContain('upload');
  });

  it('the others wait for the approval of the canary, which is given once and answered as often as asked', async () => {
    browser.holds = true;
    const id = await makeTask(5, { window: 5, canary: 2 });
    expect((await give(id, 'approve')).json.detail).toBe('A task that is a draft cannot be approved.');
    await give(id, 'start');
    await until(id, () => browser.held.length === 2);
    const early = await give(id, 'approve');
    expect([early.status, early.json.detail]).toEqual([409, expect.stringMatching(/has not ended yet/)]);
    letGo();
    const waiting = await until(id, (json) => (json.canary as { state: string }).state === 'waiting');
    expect(waiting.json).toMatchObject({
      state: 'running',
      stateReason: 'The first 2 accounts have ended; the others wait for approval.',
      etaSeconds: null,
      totals: { failed: 2, pending: 3, running: 0 },
    });
    expect((await api.call(`/api/bulk/upload/${id}`)).json.canary).toEqual({ size: 2, state: 'waiting' });

    expect((await give(id, 'approve')).json).toEqual({ id, state: 'running' });
    expect((await give(id, 'approve')).status).toBe(202);
    const ended = await until(id, (json) => json.state === 'completed_with_failures' && json.source === 'ledger');
    expect(ended.json).toMatchObject({ canary: { size: 2, state: 'approved' }, totals: { failed: 5 } });
    expect(await give(id, 'approve')).toMatchObject({ status: 202, json: { state: 'completed_with_failures' } });
    expect((await told(id)).slice(2)).toEqual(['started', 'canary-waiting', 'approved by admin', 'ended']);
  });

  it('an ended task runs again for its failed account tasks', async () => {
    const id = await makeTask(2);
    await give(id, 'start');
    await until(id, (json) => json.state === 'completed_with_failures');
    const failures = await api.call(`/api/bulk/upload/${id}/failures`);
    const [group] = failures.json.items as unknown as { type: string; fingerprint: string; count: number }[];
    expect(group).toMatchObject({
      type: 'InvalidInput',
      count: 2,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const same = await api.call(`/api/bulk/upload/${id}/accounts?fingerprint=${group?.fingerprint}`);
    expect(same.json.items).toHaveLength(2);
    const [first] = same.json.items as unknown as { id: string }[];
    for (const body of [{ type: 'Throttled' }, { fingerprint: '0'.repeat(16) }, { accountTaskIds: [id] }])
      expect((await give(id, 'retry-failed', body)).status).toBe(409);
    expect((await give(id, 'retry-failed', { nonsense: 1 })).status).toBe(400);
    const one = { type: 'InvalidInput', fingerprint: group?.fingerprint, accountTaskIds: [first?.id] };
    expect((await give(id, 'retry-failed', one)).json).toMatchObject({ id, retried: 1 });
    await sweptUntil(id, (json) => json.state === 'completed_with_failures');
    const tried = await api.call(`/api/bulk/upload/${id}/accounts`);
    expect((tried.json.items as unknown as { id: string; attempts: number }[]).map(({ attempts }) => attempts)).toEqual(
      [2, 1],
    );

    browser.holds = true;
    const answer = await give(id, 'retry-failed');
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({ id, retried: 2 });
    await sweptUntil(id, (json) => json.state === 'running' && (json.totals as { running: number }).running === 2);
    letGo();
    await until(id, (json) => json.state === 'completed_with_failures');
    const list = await api.call(`/api/bulk/upload/${id}/accounts`);
    const items = list.json.items as unknown as { id: string; attempts: number; error: object }[];
    expect(items.map(({ attempts }) => attempts)).toEqual([3, 2]);
    expect(items[0]?.error).toEqual({ type: 'InvalidInput', message: 'The test wants this account to fail.' });

    const detail = await api.call(`/api/bulk/upload/${id}/accounts/${items[0]!.id}`);
    expect(detail.json).toMatchObject({ kind: 'upload', platform: 'sandbox', evidence: [], challenge: null });
    const timeline = detail.json.timeline as unknown as { type: string; data: { to?: string } }[];
    const once = ['retry by admin', 'started', 'ended'];
    expect((await told(id)).slice(2)).toEqual(['started', 'ended', ...once, ...once]);
    const states = timeline.filter(({ type }) => type === 'account-task').map(({ data }) => data.to);
    const again = ['pending', 'running', 'failed'];
    expect(states).toEqual(['running', 'failed', ...again, ...again]);
  });

  it('a running task is cancelled', async () => {
    browser.holds = true;
    const id = await makeTask(5, { window: 2 });
    await give(id, 'start');
    await until(id, (json) => json.source === 'workflow' && (json.totals as { running: number }).running === 2);
    expect((await give(id, 'cancel')).status).toBe(202);
    letGo();
    const ended = await until(id, (json) => json.state === 'cancelled');
    expect(ended.json).toMatchObject({ totals: { total: 5, pending: 0, running: 0 } });
    expect((await told(id)).slice(3)).toEqual(['cancel-ordered by admin', 'ended']);
  });

  it('a draft that was cancelled while its start was on the way does nothing', async () => {
    const id = await makeTask(1);
    const { temporal: reach } = api.deps;
    let pass = (): void => undefined;
    const held = new Promise<void>((done) => (pass = done));
    api.deps.temporal = async () => {
      await held;
      return reach();
    };
    const starting = give(id, 'start');
    try {
      await until(id, (json) => json.state === 'scheduled');
      expect((await give(id, 'cancel')).json).toEqual({ id, state: 'cancelled' });
    } finally {
      api.deps.temporal = reach;
      pass();
    }
    await starting;
    await temporal.client.workflow.getHandle(bulkWorkflowId(id)).result();
    expect((await aggregate(id)).json).toMatchObject({ state: 'cancelled', totals: { cancelled: 1 } });
  });
});

describe('when the orchestrator is gone', () => {
  it('totals come from the ledger, and an order is not said to be taken', async () => {
    const workers = await startWorkers(api, temporal);
    browser.holds = true;
    const id = await makeTask(3, { window: 1 });
    await give(id, 'start');
    await until(id, (json) => json.source === 'workflow' && (json.totals as { running: number }).running === 1);
    expect((await give(id, 'pause')).status).toBe(202);
    await workers.stop();

    const totals = await aggregate(id);
    expect(totals.json).toMatchObject({ source: 'ledger', state: 'paused', totals: { total: 3 } });
    const answer = await give(id, 'resume');
    expect([answer.status, answer.json.detail]).toEqual([
      503,
      expect.stringMatching(/not sure that the order was taken/),
    ]);
  }, 60_000);
});
