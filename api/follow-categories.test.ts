import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFacts } from './door/facts.ts';
import { followCategoriesRoutes } from './follow-categories.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

interface Import {
  added: number;
  duplicates: { line: number; username: string }[];
  duplicatesTotal: number;
  rejected: { line: number; message: string }[];
  rejectedTotal: number;
}
interface Targets {
  items: { id: string; username: string }[];
  nextCursor: string | null;
  total: number | null;
}

const BASE = '/api/follow-categories';

describe('follow categories', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ routes: followCategoriesRoutes });
  });
  afterAll(async () => {
    await api?.stop();
  });
  afterEach(async () => {
    await api.deps.db.bulkTask.deleteMany();
    await api.deps.db.followCategory.deleteMany();
  });

  async function create(name: string): Promise<string> {
    const { status, json } = await api.call(BASE, { body: { name } });
    expect(status).toBe(201);
    return json.id as unknown as string;
  }
  const add = async (id: string, usernames: readonly string[]): Promise<Import> =>
    (await api.call(`${BASE}/${id}/targets`, { body: { usernames } })).json as unknown as Import;
  async function sendFile(id: string, content: string | Uint8Array<ArrayBuffer>) {
    const form = new FormData();
    form.set('file', new Blob([content]), 'targets.csv');
    const { status, json } = await api.call(`${BASE}/${id}/targets`, { body: form });
    expect(await readdir(join(api.dataFolder, 'tmp'))).toEqual([]);
    return { status, json, report: json as unknown as Import };
  }
  const list = async (id: string, query = ''): Promise<Targets> =>
    (await api.call(`${BASE}/${id}/targets${query}`)).json as unknown as Targets;
  const names = async (id: string, query = '') => (await list(id, query)).items.map(({ username }) => username);

  it('are made, read, renamed, listed with their counts, and deleted', async () => {
    const id = await create(' Harbour towns ');
    await add(id, ['ada', 'grace']);
    const renamed = await api.call(`${BASE}/${id}`, { method: 'PATCH', body: { name: 'Ports' } });
    expect(renamed.json).toMatchObject({ id, name: 'Ports', targets: 2 });
    await create('Lighthouses');
    const { json } = await api.call(BASE);
    expect(json.items).toMatchObject([
      { name: 'Lighthouses', targets: 0 },
      { name: 'Ports', targets: 2 },
    ]);
    expect((await api.call(`${BASE}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await api.call(`${BASE}/${id}`)).status).toBe(404);
    expect(await api.deps.db.followTarget.count()).toBe(0);
  });

  it('have names of their own', async () => {
    await create('Ports');
    const other = await create('Others');
    const again = await api.call(BASE, { body: { name: 'Ports' } });
    expect([again.status, again.json.detail]).toEqual([409, 'There is a follow category named "Ports" already.']);
    expect((await api.call(`${BASE}/${other}`, { method: 'PATCH', body: { name: 'Ports' } })).status).toBe(409);
    expect((await api.call(BASE, { body: { name: '  ' } })).status).toBe(400);
  });

  it('take names with and without @, and tell duplicates and what is no name by its place', async () => {
    const id = await create('Ports');
    expect(await add(id, ['Grace'])).toMatchObject({ added: 1 });
    const report = await add(id, ['@ada', ' ADA ', 'grace', 'no name', '', '@', 'ada.example.com', 'jos\u00e9']);
    expect(report).toMatchObject({ added: 3, duplicatesTotal: 2, rejectedTotal: 3 });
    expect(report.duplicates).toEqual([
      { line: 2, username: 'ADA' },
      { line: 3, username: 'grace' },
    ]);
    expect(report.rejected.map(({ line }) => line)).toEqual([4, 5, 6]);
    expect(report.rejected[0]?.message).toContain('"no name" is not a user name');
    expect((await names(id)).sort()).toEqual(['Grace', 'ada', 'ada.example.com', 'jos\u00e9']);
  });

  it('take a file of one name a line, with the numbers of its own lines', async () => {
    const id = await create('Ports');
    const { status, report } = await sendFile(id, '\uFEFF@ada\r\n\r\ngrace\r\nnot a name\r\nADA');
    expect(status).toBe(200);
    expect(report).toMatchObject({ added: 2, duplicates: [{ line: 5, username: 'ADA' }], rejected: [{ line: 4 }] });
    expect(await names(id)).toEqual(['ada', 'grace']);
  });

  it('take the column username of a CSV file', async () => {
    const id = await create('Ports');
    const { report } = await sendFile(id, 'name,Username,note\n"Ada, the first",@ada,x\nGrace,grace,y\nNobody,,z\n');
    expect(report).toMatchObject({ added: 2, rejected: [{ line: 4, message: 'There is no user name here.' }] });
  });

  it('refuse a file that is empty, has no such column, or is not UTF-8, and add nothing', async () => {
    const id = await create('Ports');
    expect((await sendFile(id, '\n\n')).json.detail).toContain('The file is empty');
    const { status, json } = await sendFile(id, 'name,handle\nAda,ada\n');
    expect([status, json.errors]).toMatchObject([400, [{ path: 'username', message: 'The column is missing' }]]);
    const latin = await sendFile(id, new Uint8Array(Buffer.from('ada\njos\xe9\n', 'latin1')));
    expect([latin.status, latin.json.detail]).toEqual([400, expect.stringContaining('Line 2 is not UTF-8')]);
    expect((await list(id)).total).toBe(0);
  });

  it('are searched, and read page by page without a gap', async () => {
    const id = await create('Ports');
    await add(
      id,
      Array.from({ length: 45 }, (_, n) => `town_${String(n).padStart(2, '0')}`),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Targets = await list(id, `?limit=20${cursor ? `&cursor=${cursor}` : ''}`);
      expect(page.total).toBe(cursor === null ? 45 : null);
      seen.push(...page.items.map(({ username }) => username));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(45);
    expect(seen).toHaveLength(45);
    expect(await names(id, '?q=@TOWN_4')).toEqual(['town_40', 'town_41', 'town_42', 'town_43', 'town_44']);
    expect((await api.call(`${BASE}/${id}/targets?cursor=nonsense`)).status).toBe(400);
  });

  it('give up one name at a time, and only their own', async () => {
    const [id, other] = [await create('Ports'), await create('Others')];
    await add(id, ['ada', 'grace']);
    const [ada] = (await list(id)).items;
    const wrong = await api.call(`${BASE}/${other}/targets/${ada!.id}`, { method: 'DELETE' });
    expect(wrong.status).toBe(404);
    expect((await api.call(`${BASE}/${id}/targets/${ada!.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await names(id)).toEqual(['grace']);
  });

  it('take a hundred thousand names at once, in their order, and none of them again', async () => {
    const id = await create('Crowd');
    const crowd = Array.from({ length: 100_000 }, (_, n) => `user_${n}`);
    expect(await add(id, crowd)).toMatchObject({ added: 100_000, duplicatesTotal: 0 });
    expect(await api.deps.db.followTarget.count({ where: { categoryId: id } })).toBe(100_000);
    expect((await readFacts(api.deps.db, { followCategoryId: id })).targets).toEqual(crowd);
    const { report } = await sendFile(id, crowd.map((name) => `@${name.toUpperCase()}`).join('\n'));
    expect(report).toMatchObject({ added: 0, duplicatesTotal: 100_000 });
    expect(report.duplicates).toHaveLength(1_000);
    expect(report.duplicates[0]).toEqual({ line: 1, username: 'USER_0' });
  }, 120_000);

  it('add a name once when two imports bring it at the same time', async () => {
    const id = await create('Ports');
    const crowd = Array.from({ length: 500 }, (_, n) => `user_${n}`);
    const reports = await Promise.all([
      add(id, crowd),
      add(
        id,
        crowd.map((name) => name.toUpperCase()),
      ),
    ]);
    expect(reports.map(({ added }) => added).sort((a, b) => a - b)).toEqual([0, 500]);
    expect((await list(id)).total).toBe(500);
  });

  it('stay while a bulk task that has not ended uses them, and say which', async () => {
    const id = await create('Ports');
    const task = { kind: 'follow', name: 'Evening round', selection: {}, window: 5, total: 0, workflowId: 'w' };
    const row = await api.deps.db.bulkTask.create({ data: { ...task, params: { categoryId: id }, state: 'running' } });
    const refused = await api.call(`${BASE}/${id}`, { method: 'DELETE' });
    expect([refused.status, refused.json.detail]).toEqual([409, expect.stringContaining('"Evening round"')]);
    await api.deps.db.bulkTask.update({ where: { id: row.id }, data: { state: 'completed' } });
    expect((await api.call(`${BASE}/${id}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('answer 404 for a category that is not there', async () => {
    const missing = `${BASE}/3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11`;
    expect((await api.call(`${missing}/targets`)).status).toBe(404);
    expect((await api.call(`${missing}/targets`, { body: { usernames: ['ada'] } })).status).toBe(404);
    expect((await api.call(missing, { method: 'DELETE' })).status).toBe(404);
  });
});
