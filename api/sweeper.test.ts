import { randomUUID } from 'node:crypto';
import { startSweeper } from './sweeper.ts';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes: [] });
});
afterAll(() => api.stop());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

async function makeTask(data: object) {
  const own = { kind: 'upload', name: 's', params: {}, selection: {}, window: 1, total: 1, workflowId: randomUUID() };
  return api.deps.db.bulkTask.create({ data: { ...own, ...data } });
}

describe('the sweeper', () => {
  it('takes up due tasks, and hands the retention to Temporal', async () => {
    const { db } = api.deps;
    const due = await makeTask({ state: 'scheduled', startAt: daysAgo(1) });
    const later = await makeTask({ state: 'scheduled', startAt: daysAgo(-1) });
    const asked: string[] = [];
    const temporal = () => {
      asked.push('temporal');
      return Promise.reject(new Error('away'));
    };
    // Two processes at once: the work is done all the same, and by one of them.
    const sweepers = [startSweeper({ ...api.deps, temporal }), startSweeper({ ...api.deps, temporal })];
    await Promise.all(sweepers.map((sweeper) => sweeper.close()));

    expect((await db.bulkTask.findUniqueOrThrow({ where: { id: due.id } })).startRequestedAt).not.toBeNull();
    expect((await db.bulkTask.findUniqueOrThrow({ where: { id: later.id } })).startRequestedAt).toBeNull();
    // Once for the due task, and once or, one process after the other, twice for the schedule of the retention.
    expect([2, 3]).toContain(asked.length);
  });
});
