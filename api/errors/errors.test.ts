import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { FAILURE_SOURCE, transition } from '../../activities/ledger.ts';
import type { TestAnswer, TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';
import { recordErrors } from './record.ts';

let api: TestApi;
let pool: pg.Pool;
beforeAll(async () => {
  api = await startTestApi();
  pool = new pg.Pool({ connectionString: api.deps.env.DATABASE_URL });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool?.end();
  await api?.stop();
});

interface Group {
  fingerprint: string;
  title: string;
  count: number;
  perHour: number[];
  resolvedAt: string | null;
  resolvedBy: string | null;
}
const items = <T>(answer: TestAnswer): T[] => answer.json.items as unknown as T[];
const groups = async (query = ''): Promise<Group[]> => items<Group>(await api.call(`/api/errors/groups${query}`));
const HOUR_MS = 3_600_000;

async function seedAccountTask(username: string) {
  const taskId = randomUUID();
  const account = await api.deps.db.account.create({ data: { platform: 'sandbox', username } });
  const task = { kind: 'upload', name: 'one', params: {}, selection: {}, window: 1, total: 1 };
  await api.deps.db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
  const { id } = await api.deps.db.accountTask.create({
    data: { taskId, ordinal: 0, accountId: account.id, username, plan: {}, state: 'running' },
  });
  return { taskId, accountTaskId: id, accountId: account.id };
}

describe('the error log', () => {
  it('gathers errors by cause, opens a resolved cause at the next one, and counts those of each hour', async () => {
    const error = { source: 'worker/browser', type: 'PageChanged' };
    const told = ['"anna"', '"bob"', '"cyd"'].map((name) => ({ ...error, message: `No button for ${name}.` }));
    await recordErrors(api.deps.db, [...told, { ...error, message: 'No field.', detail: { count: 4 } }]);
    await api.deps.db.errorLog.updateMany({
      where: { message: 'No button for "anna".' },
      data: { at: new Date(Date.now() - 2.5 * HOUR_MS) },
    });

    const seen = await groups('?type=PageChanged');
    expect(seen.map(({ title, count }) => ({ title, count }))).toEqual(
      expect.arrayContaining([
        { title: 'No button for <name>.', count: 3 },
        { title: 'No field.', count: 4 },
      ]),
    );
    const button = seen.find(({ title }) => title.startsWith('No button'));
    expect(button?.perHour).toEqual([...new Array(21).fill(0), 1, 0, 2]);
    expect(seen.find(({ title }) => title === 'No field.')?.perHour.at(-1)).toBe(4);

    const path = `/api/errors/groups/${button?.fingerprint}`;
    const resolved = await api.call(`${path}/resolve`, { method: 'POST' });
    expect(resolved.json).toMatchObject({ resolvedAt: expect.any(String), resolvedBy: expect.any(String) });
    const open = (await groups('?state=open')).map(({ title }) => title);
    expect(open).toEqual(['No field.']);
    expect((await groups('?state=resolved')).map(({ title }) => title)).toEqual(['No button for <name>.']);

    await recordErrors(api.deps.db, [{ ...error, message: 'No button for "dan".' }]);
    const again = (await groups(`?fingerprint=${button?.fingerprint}`))[0];
    expect(again).toMatchObject({ count: 4, resolvedAt: null, resolvedBy: null });

    await api.call(`${path}/resolve`, { method: 'POST' });
    expect((await api.call(`${path}/reopen`, { method: 'POST' })).json).toMatchObject({ resolvedAt: null });
  });

  it('lets viewers read and operators resolve, and knows which causes there are', async () => {
    const make = await api.call('/api/tokens', { body: { name: 'viewer', scopes: ['viewer'] } });
    const token = String(make.json.token);
    expect((await api.call('/api/errors/groups', { token })).status).toBe(200);
    const path = '/api/errors/groups/0123456789abcdef';
    expect((await api.call(`${path}/resolve`, { method: 'POST', token })).status).toBe(403);
    expect((await api.call(`${path}/resolve`, { method: 'POST' })).status).toBe(404);
    expect((await api.call('/api/errors/groups/abc/reopen', { method: 'POST' })).status).toBe(400);
    expect((await api.call('/api/errors/groups?cursor=abc')).status).toBe(400);
  });

  it('holds every account task that ends failed, with its kind, platform and a link to its run', async () => {
    const ids = await seedAccountTask('failing');
    const change = { accountTaskId: ids.accountTaskId, from: ['running' as const] };
    const error = { type: 'Throttled', message: 'Too fast: wait 30 s.' };
    await transition(pool, { ...change, to: 'failed', error });
    // It was failed already, so nothing moves and nothing is logged.
    await transition(pool, { ...change, to: 'failed', error });

    const log = items<{ temporalUrl: string }>(await api.call(`/api/errors?accountTaskId=${ids.accountTaskId}`));
    expect(log).toMatchObject([{ ...ids, ...error, source: FAILURE_SOURCE, kind: 'upload', platform: 'sandbox' }]);
    expect(log[0]?.temporalUrl).toContain(encodeURIComponent(`bulk/${ids.taskId}/${ids.accountTaskId}`));
    expect(await groups(`?taskId=${ids.taskId}`)).toMatchObject([{ title: 'Too fast: wait <n> s.', count: 1 }]);
  });

  it('leaves account tasks out that end well', async () => {
    const { accountTaskId } = await seedAccountTask('fine');
    await transition(pool, { accountTaskId, from: ['running'], to: 'succeeded' });
    expect(items(await api.call(`/api/errors?accountTaskId=${accountTaskId}`))).toEqual([]);
  });

  it('knows the kind and platform of what a worker reports of an account task', async () => {
    const ids = await seedAccountTask('reported');
    const runId = randomUUID();
    const { accountTaskId } = ids;
    await recordErrors(api.deps.db, [{ source: 'worker/media', type: 'X', message: 'x', accountTaskId, runId }]);
    const [row] = items<{ temporalUrl: string }>(await api.call(`/api/errors?accountTaskId=${accountTaskId}`));
    expect(row).toMatchObject({ ...ids, kind: 'upload', platform: 'sandbox', runId });
    expect(row?.temporalUrl).toContain(runId);
  });

  it('is narrowed by everything that it names, page by page', async () => {
    const workerId = randomUUID();
    const made = Array.from({ length: 5 }, (_, n) => ({
      ...{ source: 'worker/network', type: `Type${n % 2}`, message: `50%_off ${'abcde'[n]}` },
      ...{ kind: 'visit', platform: 'web', step: 'look', workerId },
    }));
    await recordErrors(api.deps.db, made);
    const count = async (query: string) => items(await api.call(`/api/errors?workerId=${workerId}&${query}`)).length;
    expect(await count('source=worker/network&kind=visit&platform=web')).toBe(5);
    expect(await count('type=Type1')).toBe(2);
    expect(await count(`text=${encodeURIComponent('50%_OFF a')}`)).toBe(1);
    expect(await count('text=50__off')).toBe(0);
    const soon = new Date(Date.now() + HOUR_MS).toISOString();
    expect(await count(`from=${soon}`)).toBe(0);
    expect(await count(`to=${soon}`)).toBe(5);
    expect(await count('kind=other')).toBe(0);

    for (const [path, total] of [
      ['/api/errors', 5],
      ['/api/errors/groups', 5],
    ] as const) {
      const ids = new Set<string>();
      let cursor: string | null = '';
      while (cursor !== null) {
        const answer: TestAnswer = await api.call(
          `${path}?workerId=${workerId}&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
        );
        for (const item of items<{ id?: string; fingerprint: string }>(answer)) ids.add(item.id ?? item.fingerprint);
        cursor = answer.json.nextCursor as unknown as string | null;
      }
      expect(ids.size).toBe(total);
    }
    const csv = await api.call(`/api/errors/export?workerId=${workerId}&type=Type0`);
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(4);
  });
});
