import { randomUUID } from 'node:crypto';
import { makeAccounts } from './door/test-data.ts';
import { startSweeper } from './sweeper.ts';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ portBase: 5599, routes: [] });
});
afterAll(() => api.stop());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

async function makeTask(data: object) {
  const own = { kind: 'upload', name: 's', params: {}, selection: {}, window: 1, total: 1, workflowId: randomUUID() };
  return api.deps.db.bulkTask.create({ data: { ...own, ...data } });
}

describe('the sweeper', () => {
  it('deletes old evidence and metrics, and takes up due tasks', async () => {
    const { db } = api.deps;
    const [accountId = ''] = await makeAccounts(api, 'sweep', 1);
    const due = await makeTask({ state: 'scheduled', startAt: daysAgo(1) });
    const later = await makeTask({ state: 'scheduled', startAt: daysAgo(-1) });
    const accountTask = await db.accountTask.create({
      data: { taskId: due.id, ordinal: 0, accountId, username: 'sweep0', plan: {} },
    });
    const evidence = { accountTaskId: accountTask.id, step: 's', kind: 'trace', contentType: 'x', bytes: 1 };
    await db.evidence.createMany({
      data: [
        { ...evidence, sha256: 'a'.repeat(64), createdAt: daysAgo(31) },
        { ...evidence, sha256: 'b'.repeat(64), createdAt: daysAgo(29) },
      ],
    });
    const host = { name: 'h', role: 'media', taskQueues: [], pid: 1, version: '1', slots: 1 };
    const worker = await db.workerHost.create({ data: host });
    await db.workerMetric.createMany({
      data: [8, 6].map((days) => ({ workerId: worker.id, metrics: {}, at: daysAgo(days) })),
    });

    const asked: string[] = [];
    const temporal = () => {
      asked.push('temporal');
      return Promise.reject(new Error('away'));
    };
    // Two processes at once: the work is done all the same, and by one of them.
    const sweepers = [startSweeper({ ...api.deps, temporal }), startSweeper({ ...api.deps, temporal })];
    await Promise.all(sweepers.map((sweeper) => sweeper.close()));

    expect((await db.evidence.findMany()).map(({ sha256 }) => sha256)).toEqual(['b'.repeat(64)]);
    expect(await db.workerMetric.count()).toBe(1);
    expect((await db.bulkTask.findUniqueOrThrow({ where: { id: due.id } })).startRequestedAt).not.toBeNull();
    expect((await db.bulkTask.findUniqueOrThrow({ where: { id: later.id } })).startRequestedAt).toBeNull();
    expect(asked).toEqual(['temporal']);
  });
});
