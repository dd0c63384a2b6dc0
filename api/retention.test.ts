import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { RETENTION_PARTS, type RetentionPart } from '../contracts/retention.ts';
import { makeAccounts } from './door/test-data.ts';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
let accountId: string;
beforeAll(async () => {
  api = await startTestApi();
  [accountId = ''] = await makeAccounts(api, 'kept', 1);
});
afterAll(() => api.stop());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

/** As the orchestrator calls it: until nothing is over. */
async function clear(part: RetentionPart): Promise<number> {
  let removed = 0;
  for (;;) {
    const { status, json } = await api.call('/api/worker/retention', {
      method: 'POST',
      body: { part },
      token: api.deps.keys.workerToken,
    });
    expect(status).toBe(200);
    removed += Number(json.removed);
    if (!json.more) return removed;
  }
}

const keep = (value: object) =>
  api.deps.db.setting.upsert({ where: { key: 'retention' }, create: { key: 'retention', value }, update: { value } });

async function makeTask(name: string, state: string, finishedAt: Date | null) {
  const own = { kind: 'upload', name, params: {}, selection: {}, window: 1, total: 1, workflowId: name };
  const task = await api.deps.db.bulkTask.create({ data: { ...own, state, finishedAt } });
  const accountTask = await api.deps.db.accountTask.create({
    data: { taskId: task.id, ordinal: 0, accountId, username: 'u', plan: {}, state: 'succeeded' },
  });
  await api.deps.db.taskEvent.create({ data: { taskId: task.id, type: 't', data: {} } });
  return { id: task.id, accountTaskId: accountTask.id };
}

describe('the retention', () => {
  it('removes ended tasks, and keeps running ones and those whose posts guard against a second one', async () => {
    const { db } = api.deps;
    await makeTask('old', 'completed', daysAgo(40));
    await makeTask('young', 'completed', daysAgo(20));
    await makeTask('running', 'running', null);
    const crossed = await makeTask('crossed', 'completed', daysAgo(40));
    const unknown = await makeTask('unknown', 'completed', daysAgo(40));
    const post = { accountId, platform: 'sandbox', index: 0, caption: 'c' };
    await db.postIntent.create({
      data: {
        ...post,
        accountTaskId: crossed.accountTaskId,
        idempotencyKey: 'a',
        source: 'sandbox/1',
        state: 'posted',
      },
    });
    await db.postIntent.create({
      data: { ...post, accountTaskId: unknown.accountTaskId, idempotencyKey: 'b', state: 'unknown' },
    });
    expect(await clear('tasks')).toBe(0);
    await keep({ tasks: 30 });
    // Its event, its account task, and the task itself.
    expect(await clear('tasks')).toBe(3);
    const left = await db.bulkTask.findMany({ orderBy: { name: 'asc' } });
    expect(left.map(({ name }) => name)).toEqual(['crossed', 'running', 'unknown', 'young']);
    expect(await db.taskEvent.count()).toBe(4);
  });

  it('removes the file of old evidence only when no other row has the same bytes', async () => {
    const { db, evidenceStore } = api.deps;
    const { accountTaskId } = await makeTask('evidence', 'running', null);
    const store = async (text: string) =>
      (await evidenceStore.receive(Readable.from([Buffer.from(text)]), { maxBytes: 99 })).sha256;
    const [shared, alone] = [await store('shared'), await store('alone')];
    const row = { accountTaskId, step: 's', kind: 'trace', contentType: 'x', bytes: 1 };
    await db.evidence.createMany({
      data: [
        { ...row, sha256: shared, createdAt: daysAgo(31) },
        { ...row, sha256: shared, createdAt: daysAgo(29) },
        { ...row, sha256: alone, createdAt: daysAgo(31) },
      ],
    });
    expect(await clear('evidence')).toBe(2);
    expect(existsSync(evidenceStore.pathOf(shared))).toBe(true);
    expect(existsSync(evidenceStore.pathOf(alone))).toBe(false);
  });

  it.each(['systemMetrics', 'workerMetrics'] as const)('thins %s to weighted averages, once', async (part) => {
    const { db } = api.deps;
    const host = { name: part, role: 'media', taskQueues: [], pid: 1, version: '1', slots: 1 };
    const { id: workerId } = await db.workerHost.create({ data: host });
    const make = async (at: Date, metrics: object) => {
      if (part === 'systemMetrics') await db.systemMetric.create({ data: { at, metrics } });
      else await db.workerMetric.create({ data: { workerId, at, metrics } });
    };
    const bucket = Math.floor(daysAgo(2).getTime() / 300_000) * 300_000;
    for (const n of [0, 1, 2]) await make(new Date(bucket + n * 30_000), { load: n, text: 'x' });
    const hour = Math.floor(daysAgo(8).getTime() / 3_600_000) * 3_600_000;
    for (const n of [0, 1]) await make(new Date(hour + n * 1_800_000), { load: 10 * n });
    await make(new Date(), { load: 7 });
    await make(daysAgo(31), { load: 99 });
    expect(await clear(part)).toBeGreaterThan(0);
    const rows =
      part === 'systemMetrics'
        ? await db.systemMetric.findMany({ orderBy: { at: 'asc' } })
        : await db.workerMetric.findMany({ where: { workerId }, orderBy: { at: 'asc' } });
    expect(rows.map(({ step, metrics }) => [step, metrics])).toEqual([
      [3_600, { load: 5 }],
      [300, { load: 1 }],
      [30, { load: 7 }],
    ]);
    expect(await clear(part)).toBe(0);
  });

  it('takes audit rows from the front alone and notes the hash that the first kept row goes on from', async () => {
    const { db } = api.deps;
    const row = { actor: 'a', action: 'x', subject: 's', detail: {} };
    for (const [n, days] of [50, 40, 2, 45].entries()) {
      await db.auditEvent.create({ data: { ...row, prevHash: `h${n}`, hash: `h${n + 1}`, at: daysAgo(days) } });
    }
    expect(await clear('audit')).toBe(0);
    await keep({ audit: 30 });
    expect(await clear('audit')).toBe(2);
    const [first] = await db.auditEvent.findMany({ orderBy: { id: 'asc' } });
    const anchor = await db.setting.findUniqueOrThrow({ where: { key: 'audit.anchor' } });
    expect(anchor.value).toMatchObject({ hash: first!.prevHash });
  });

  it('removes nothing while its setting cannot be read', async () => {
    await keep({ tasks: 'soon' });
    const answer = await api.call('/api/worker/retention', { method: 'POST', body: { part: 'tasks' } });
    expect(answer.status).toBe(500);
    await keep({});
  });

  it('clears the rest by age, and shows what the last run removed', async () => {
    const { db } = api.deps;
    await db.signInFailure.create({ data: { key: 'name/x', updatedAt: daysAgo(3) } });
    await db.idempotentAnswer.create({
      data: { actorId: 'a', operationId: 'o', key: 'k', requestHash: 'h', createdAt: daysAgo(8) },
    });
    await db.errorLog.create({ data: { source: 's', type: 't', message: 'm', at: daysAgo(91) } });
    await db.accountAction.create({ data: { accountId, action: 'a', key: 'k', at: daysAgo(11) } });
    const counts: Record<string, number> = {};
    for (const part of RETENTION_PARTS) counts[part] = await clear(part);
    expect(counts).toMatchObject({ signInFailures: 1, idempotentAnswers: 1, errors: 1, accountActions: 1 });
    await api.call('/api/worker/retention', { method: 'PUT', body: { counts } });
    const { json } = await api.call('/api/system/retention');
    expect(json).toMatchObject({ lastRun: { counts }, settings: { errors: 90 } });
  });
});
