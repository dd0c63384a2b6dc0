import { randomUUID } from 'node:crypto';
import { makeAccounts } from './door/test-data.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('editing and deleting many accounts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });

  const edit = (body: object) => api.call('/api/accounts/bulk-edit', { body });
  const undo = (undoToken: unknown) => api.call('/api/accounts/bulk-edit/undo', { body: { undoToken } });
  const account = (id: string | undefined) => api.deps.db.account.findUniqueOrThrow({ where: { id: id ?? '' } });
  const proxy = async (name: string, more: object = {}) =>
    (await api.deps.db.proxy.create({ data: { name, protocol: 'http', host: 'p', port: 1, ...more } })).id;

  it('changes what is named and leaves the rest, whole accounts or not at all', async () => {
    const ids = await makeAccounts(api, 'fields', 3, { dailyLimits: { posts: 9, minGapMinutes: 30 } });
    await api.deps.db.account.update({ where: { id: ids[2] ?? '' }, data: { dailyLimits: { minGapMinutes: 120 } } });
    const unknown = randomUUID();
    const { status, json } = await edit({
      ids: [...ids, unknown],
      tags: { add: ['news', 'b'], remove: ['fields'] },
      dailyLimits: { posts: null, follows: 4, maxGapMinutes: 60 },
      timeZone: 'Asia/Tokyo',
      quietHours: { from: '22:00', to: '07:00' },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ changed: 2, unchanged: 0, refusedTotal: 2 });
    expect(json.refused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ accountId: unknown, username: null, reason: 'There is no such account.' }),
        expect.objectContaining({
          ...{ accountId: ids[2], username: 'fields2' },
          reason: expect.stringMatching(/shorter than the least/),
        }),
      ]),
    );
    expect(await account(ids[0])).toMatchObject({
      tags: ['b', 'news'],
      dailyLimits: { minGapMinutes: 30, follows: 4, maxGapMinutes: 60 },
      timeZone: 'Asia/Tokyo',
      quietHours: { from: '22:00', to: '07:00' },
      status: 'active',
    });
    expect(await account(ids[2])).toMatchObject({ tags: ['fields'], timeZone: 'UTC', quietHours: null });
    const again = await edit({ ids: [ids[0]], timeZone: 'Asia/Tokyo', tags: { remove: ['fields'] } });
    expect(again.json).toMatchObject({ changed: 0, unchanged: 1, undoToken: null });
  });

  it('says beforehand how many would change and what, and writes nothing', async () => {
    const ids = await makeAccounts(api, 'preview', 25, { dailyLimits: { posts: 9, follows: 3 } });
    await api.deps.db.account.update({ where: { id: ids[0] ?? '' }, data: { dailyLimits: { follows: 3 } } });
    await api.deps.db.account.update({ where: { id: ids[1] ?? '' }, data: { tags: ['preview', 'blocked'] } });
    const order = { filter: { tag: 'preview' }, dailyLimits: { posts: null } };
    const asked = await api.call('/api/accounts/bulk-edit?dryRun=true', { body: order });
    expect(asked.json).toMatchObject({ changed: 24, unchanged: 1, refusedTotal: 0, undoToken: null });
    const examples = asked.json.examples as unknown as { username: string; before: object; after: object }[];
    expect(examples).toHaveLength(20);
    expect(examples[0]).toMatchObject({
      username: 'preview1',
      before: { dailyLimits: { posts: 9, follows: 3 } },
      after: { dailyLimits: { follows: 3 } },
    });
    expect((await account(ids[1])).dailyLimits).toEqual({ posts: 9, follows: 3 });
    expect(await api.deps.db.accountEvent.count({ where: { accountId: ids[1] ?? '' } })).toBe(0);

    const done = await edit(order);
    expect(done.json).toMatchObject({ changed: 24, unchanged: 1, examples: [] });
    expect((await account(ids[1])).dailyLimits).toEqual({ follows: 3 });
    expect((await undo(done.json.undoToken)).json).toMatchObject({ restored: 24 });
    expect((await account(ids[1])).dailyLimits).toEqual({ posts: 9, follows: 3 });
  });

  it('is on the audit log once, and on the timeline of each account with what it was before', async () => {
    const [id] = await makeAccounts(api, 'logged', 1);
    await edit({ ids: [id], timeZone: 'Europe/Berlin' });
    const { json } = await api.call(`/api/accounts/${id}/timeline?kind=edit`);
    expect(json.items).toMatchObject([
      { title: 'Changed: time zone', detail: 'time zone: UTC → Europe/Berlin', by: 'admin' },
    ]);
    const audit = await api.call('/api/audit?action=editAccounts&limit=1');
    expect(audit.json.items).toMatchObject([
      { subject: 'accounts', detail: { changed: 1, timeZone: 'Europe/Berlin' } },
    ]);
  });

  it.each([
    ['platform', 'platform=sandbox'],
    ['several states', 'status=blocked,disabled'],
    ['a tag', 'tag=pick-a'],
    ['the lack of a tag', 'withoutTag=pick-a'],
    ['a proxy', 'proxy=some'],
    ['no proxy', 'proxy=none'],
    ['a failing proxy', 'proxy=failing'],
    ['no session', 'session=none'],
    ['a session', 'session=stored'],
    ['a part of the name', 'q=PICK1'],
    ['a name with a wildcard of SQL in it', 'q=%25ick'],
    ['a time', `createdFrom=2000-01-01T00:00:00Z&createdTo=2001-01-01T00:00:00Z`],
  ])('means by %s the accounts that the list and the export show', async (_, search) => {
    const { db } = api.deps;
    if ((await db.account.count({ where: { username: 'pick0' } })) === 0) {
      const ids = await makeAccounts(api, 'pick', 6);
      const at = (place: number) => ({ where: { id: ids[place] ?? '' } });
      await db.account.update({ ...at(0), data: { tags: ['pick-a'], sessionAt: new Date() } });
      await db.account.update({ ...at(1), data: { status: 'blocked', proxyId: await proxy('good') } });
      await db.account.update({
        ...at(2),
        data: { status: 'disabled', proxyId: await proxy('bad', { status: 'failing' }) },
      });
      await db.account.update({ ...at(3), data: { createdAt: new Date('2000-06-01T00:00:00Z') } });
    }
    const mark = `mark-${randomUUID().slice(0, 8)}`;
    const { json } = await api.call(`/api/accounts?limit=200&${search}`);
    const listed = (json.items as unknown as { id: string }[]).map(({ id }) => id);
    const filter = Object.fromEntries(new URLSearchParams(search));
    const { json: edited } = await edit({ filter, tags: { add: [mark] } });
    const marked = await db.account.findMany({ where: { tags: { has: mark } }, select: { id: true } });
    expect(marked.map(({ id }) => id).sort()).toEqual(listed.sort());
    expect([json.total, edited.changed]).toEqual([listed.length, listed.length]);
    if (!search.includes('%25')) expect(listed.length).toBeGreaterThan(0);
    const csv = await api.call(`/api/accounts/export?${search}`);
    expect(csv.text.trim().split('\r\n').length - 1).toBe(listed.length);
  });

  it('gives one proxy, none, or those of the spare pool in turn, up to so many accounts each', async () => {
    const ids = await makeAccounts(api, 'proxied', 5);
    const none = await edit({ ids, proxy: { mode: 'spread' } });
    expect(none.status).toBe(409);
    const one = await proxy('one');
    expect((await edit({ ids, proxy: { mode: 'set', proxyId: one } })).json).toMatchObject({ changed: 5 });
    expect((await edit({ ids, proxy: { mode: 'set', proxyId: randomUUID() } })).status).toBe(400);
    const spares = [await proxy('s1', { spare: true, status: 'healthy' }), await proxy('s2', { spare: true })];
    await proxy('s3', { spare: true, status: 'failing' });
    const [busy] = await makeAccounts(api, 'busy', 1);
    await edit({ ids: [busy], proxy: { mode: 'set', proxyId: spares[0] } });
    const { json } = await edit({ ids, proxy: { mode: 'spread', perProxy: 2 } });
    expect(json).toMatchObject({ changed: 3, refusedTotal: 2 });
    expect(json.refused).toMatchObject([{ reason: expect.stringMatching(/room/) }, {}]);
    const used = await Promise.all(
      [...spares, one].map((proxyId) => api.deps.db.account.count({ where: { proxyId } })),
    );
    expect(used).toEqual([2, 2, 2]);
    expect((await edit({ ids, proxy: { mode: 'none' } })).json).toMatchObject({ changed: 5 });
  });

  it('takes accounts out of use and back, and says which it cannot', async () => {
    const { db } = api.deps;
    const ids = await makeAccounts(api, 'paused', 3);
    await db.account.update({ where: { id: ids[0] ?? '' }, data: { secret: Buffer.from('x'), sessionAt: new Date() } });
    await db.account.update({ where: { id: ids[1] ?? '' }, data: { status: 'blocked', secret: Buffer.from('x') } });
    const paused = await edit({ ids, status: 'pause' });
    expect(paused.json).toMatchObject({ changed: 2, refused: [{ accountId: ids[1] }] });
    expect(await account(ids[0])).toMatchObject({ status: 'disabled', statusReason: 'Paused by admin.' });
    const resumed = await edit({ ids, status: 'resume' });
    expect(resumed.json).toMatchObject({
      changed: 2,
      refused: [{ accountId: ids[2], reason: expect.stringMatching(/no password/) }],
    });
    expect(await account(ids[0])).toMatchObject({ status: 'active', statusReason: null });
    expect(await account(ids[1])).toMatchObject({ status: 'new' });
  });

  it('is taken back for an hour, but for what somebody has changed since', async () => {
    const { db } = api.deps;
    const ids = await makeAccounts(api, 'undone', 4, { dailyLimits: { posts: 1 } });
    const old = await proxy('old');
    await db.account.update({ where: { id: ids[0] ?? '' }, data: { proxyId: old, statusReason: 'kept' } });
    const first = await edit({
      ids,
      tags: { add: ['x'] },
      dailyLimits: null,
      proxy: { mode: 'none' },
      quietHours: { from: '01:00', to: '02:00' },
      status: 'pause',
    });
    expect(first.json).toMatchObject({ changed: 4 });
    await db.account.update({ where: { id: ids[1] ?? '' }, data: { tags: ['mine'] } });
    await db.account.delete({ where: { id: ids[3] ?? '' } });
    const back = await undo(first.json.undoToken);
    expect(back.json).toEqual({ restored: 3, changedSince: 1 });
    const before = { dailyLimits: { posts: 1 }, quietHours: null, status: 'active' };
    expect(await account(ids[0])).toMatchObject({ ...before, tags: ['undone'], proxyId: old, statusReason: 'kept' });
    expect(await account(ids[1])).toMatchObject({ ...before, tags: ['mine'] });
    const { json } = await api.call(`/api/accounts/${ids[2]}/timeline?kind=edit`);
    expect(json.items).toMatchObject([{ title: expect.stringMatching(/^Edit taken back: .*tags/) }, {}]);
    expect((await undo(first.json.undoToken)).status).toBe(409);
    expect((await undo(randomUUID())).status).toBe(404);

    const second = await edit({ ids: [ids[0]], timeZone: 'Asia/Tokyo' });
    const createdAt = new Date(Date.now() - 61 * 60_000);
    await db.accountEdit.update({ where: { id: String(second.json.undoToken) }, data: { createdAt } });
    expect((await undo(second.json.undoToken)).status).toBe(409);
    expect(await account(ids[0])).toMatchObject({ timeZone: 'Asia/Tokyo' });
  });

  it('deletes only when the number is right, archives what history names, and leaves who is at work', async () => {
    const { db } = api.deps;
    const ids = await makeAccounts(api, 'gone', 4);
    for (const [place, state] of [
      [1, 'succeeded'],
      [2, 'running'],
    ] as const) {
      const taskId = randomUUID();
      const task = { kind: 'login', name: 'one', params: {}, selection: {}, window: 1, total: 1, state: 'running' };
      await db.bulkTask.create({ data: { ...task, id: taskId, workflowId: `bulk/${taskId}` } });
      const accountId = ids[place] ?? '';
      await db.accountTask.create({ data: { taskId, ordinal: 0, accountId, username: 'x', plan: {}, state } });
    }
    const remove = (body: object) => api.call('/api/accounts/bulk-delete', { body });
    const wrong = await remove({ filter: { tag: 'gone' }, confirm: 3 });
    expect(wrong.status).toBe(409);
    expect(wrong.json).toMatchObject({ errors: [{ path: 'confirm' }] });
    expect(await db.account.count({ where: { tags: { has: 'gone' } } })).toBe(4);
    const { json } = await remove({ filter: { tag: 'gone' }, confirm: 4 });
    expect(json).toEqual({
      deleted: 2,
      archived: 1,
      refusedTotal: 1,
      refused: [{ accountId: ids[2], username: 'gone2', reason: 'It has one unfinished account task.' }],
    });
    expect(await account(ids[1])).toMatchObject({ status: 'disabled', secret: null, session: null });
    expect(await db.account.count({ where: { tags: { has: 'gone' } } })).toBe(2);
    const missing = await remove({ ids: [ids[0]], confirm: 1 });
    expect(missing.json).toMatchObject({ deleted: 0, refused: [{ reason: 'There is no such account.' }] });
  });

  it('refuses what says nothing, or two things at once', async () => {
    const [id] = await makeAccounts(api, 'odd', 1);
    const bodies = [
      {},
      { ids: [id] },
      { ids: [id], filter: {}, timeZone: 'UTC' },
      { ids: [id], tags: {} },
      { ids: [id], dailyLimits: {} },
      { ids: [id], proxy: { mode: 'set' } },
      { ids: [id], status: 'blocked' },
      { filter: { nonsense: 1 }, timeZone: 'UTC' },
    ];
    expect(await Promise.all(bodies.map(async (body) => (await edit(body)).status))).toEqual(bodies.map(() => 400));
  });
});
