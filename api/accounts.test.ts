import { randomUUID } from 'node:crypto';
import { openAccountLogin, sealStorageState } from './secrets.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const PASSWORD = 'canary-password-Zq7';
const SEED = 'JBSWY3DPEHPK3PXPCANARY77';
const nobody = randomUUID();

describe('accounts', () => {
  let api: TestApi;
  const answers: string[] = [];
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });

  async function call(...args: Parameters<TestApi['call']>) {
    const answer = await api.call(...args);
    answers.push(answer.text);
    return answer;
  }
  const newAccount = (username: string, more: object = {}) =>
    call('/api/accounts', { body: { platform: 'sandbox', username, password: PASSWORD, ...more } });
  async function idOf(username: string, more: object = {}): Promise<string> {
    return String((await newAccount(username, more)).json.id);
  }
  const usernames = async (query: string) => {
    const items = (await call(`/api/accounts?${query}`)).json.items as unknown as { username: string }[];
    return items.map(({ username }) => username);
  };

  async function finishedTask(accountId: string, state: string, taskState: string) {
    const task = await api.deps.db.bulkTask.create({
      data: {
        kind: 'upload',
        name: 't',
        state: taskState,
        params: {},
        selection: {},
        window: 1,
        total: 1,
        workflowId: randomUUID(),
      },
    });
    await api.deps.db.accountTask.create({
      data: { taskId: task.id, ordinal: 0, accountId, username: 'x', state, plan: {} },
    });
    return task.id;
  }

  it('adds one and shows what it has, never what that is', async () => {
    const { status, json, headers } = await newAccount(' ada ', {
      totpSecret: 'jbsw y3dp ehpk 3pxp canary77',
      email: 'ada@example.com',
      tags: ['crew-a', 'crew-a', 'b'],
      timeZone: 'Europe/Berlin',
      dailyLimits: { posts: 3, minGapMinutes: 10 },
      quietHours: { from: '22:00', to: '07:00' },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/accounts/${String(json.id)}`);
    expect(json).toMatchObject({
      platform: 'sandbox',
      username: 'ada',
      status: 'new',
      tags: ['crew-a', 'b'],
      timeZone: 'Europe/Berlin',
      dailyLimits: { posts: 3, minGapMinutes: 10 },
      hasPassword: true,
      hasTotp: true,
      session: 'none',
      sessionAt: null,
    });
    const row = await api.deps.db.account.findUniqueOrThrow({ where: { id: String(json.id) } });
    expect(Buffer.from(row.secret ?? []).includes(PASSWORD)).toBe(false);
    expect(openAccountLogin(api.deps.sealer, row.id, row.secret ?? new Uint8Array())).toEqual({
      password: PASSWORD,
      totpSecret: SEED,
    });
  });

  it.each([
    ['platform', { platform: 'myspace' }],
    ['platform', { platform: 'constructor' }],
    ['username', { username: '   ' }],
    ['username', { username: 'x'.repeat(65) }],
    ['username', { username: 'a\u0000b' }],
    ['password', { password: '' }],
    ['totpSecret', { totpSecret: 'not base32!' }],
    ['email', { email: 'nobody' }],
    ['proxyId', { proxyId: 'seven' }],
    ['proxyId', { proxyId: nobody }],
    ['tags.0', { tags: ['a;b'] }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['timeZone', { timeZone: '+02:00' }],
    ['dailyLimits.posts', { dailyLimits: { posts: -1 } }],
    ['dailyLimits.post', { dailyLimits: { post: 1 } }],
    ['quietHours.from', { quietHours: { from: '25:00', to: '07:00' } }],
    ['quietHours.to', { quietHours: { from: '07:00', to: '07:00' } }],
    ['nickname', { nickname: 'x' }],
  ])('refuses a wrong %s by name: %j', async (path, wrong) => {
    const { status, json } = await newAccount('wrong', wrong);
    expect(status).toBe(400);
    expect(json.errors).toEqual([expect.objectContaining({ path })]);
  });

  it('refuses a second one of the same name on a platform', async () => {
    await newAccount('twin');
    const { status, json } = await newAccount('twin');
    expect(status).toBe(409);
    expect(json.errors).toEqual([expect.objectContaining({ path: 'username' })]);
    const other = await idOf('other-twin');
    expect((await call(`/api/accounts/${other}`, { method: 'PATCH', body: { username: 'twin' } })).status).toBe(409);
  });

  it('pages through all of them once, whatever their times', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
    const createdAt = new Date('2026-01-01T00:00:00.123Z');
    await api.deps.db.account.createMany({
      data: names.map((username, n) => ({ platform: 'sandbox', username, createdAt: n < 5 ? createdAt : new Date() })),
    });
    const seen: string[] = [];
    let path: string | null = '/api/accounts?q=page-&limit=2';
    while (path) {
      const { json } = await call(path);
      seen.push(...(json.items as unknown as { username: string }[]).map(({ username }) => username));
      expect(json.total).toBe(seen.length <= 2 ? 7 : null);
      path = json.nextCursor ? `/api/accounts?q=page-&limit=2&cursor=${String(json.nextCursor)}` : null;
    }
    expect(seen).toHaveLength(7);
    expect([...seen].sort()).toEqual(names);
    // The same order is read from any place.
    const placed = (await call('/api/accounts?q=page-&limit=2&offset=4')).json;
    expect((placed.items as unknown as { username: string }[]).map(({ username }) => username)).toEqual(
      seen.slice(4, 6),
    );
    expect(placed.total).toBeNull();
    expect((await call('/api/accounts?q=page-&offset=7')).json).toMatchObject({ items: [], nextCursor: null });
  });

  it('filters by platform, status, tag, proxy and part of the name', async () => {
    await newAccount('Filter_One', { tags: ['filtered'] });
    await idOf('filterXtwo', { tags: ['filtered', 'blue'] });
    expect(await usernames('tag=blue')).toEqual(['filterXtwo']);
    expect(await usernames('q=FILTER_')).toEqual(['Filter_One']);
    expect(await usernames('tag=filtered&status=blocked')).toEqual([]);
    expect((await usernames('tag=filtered&platform=sandbox')).sort()).toEqual(['Filter_One', 'filterXtwo']);
    const proxy = { name: 'Filter', protocol: 'http', host: 'proxy.example.com', port: 8080 };
    const proxyId = (await call('/api/proxies', { body: proxy })).json.id as unknown as string;
    const id = await idOf('filterByProxy', { proxyId });
    expect(await usernames(`proxyId=${proxyId}`)).toEqual(['filterByProxy']);
    expect((await call('/api/accounts/tags', { body: { filter: { proxyId }, add: ['behind'] } })).json).toEqual({
      changed: 1,
    });
    await call(`/api/accounts/${id}`, { method: 'DELETE' });
    await call(`/api/proxies/${proxyId}`, { method: 'DELETE' });
  });

  it.each(['cursor=nonsense', 'limit=0', 'limit=201', 'limit=ten', 'status=odd', 'offset=-1', 'colour=red', 'q=%00'])(
    'refuses the query %s',
    async (query) => {
      const { status, json } = await call(`/api/accounts?${query}`);
      expect(status).toBe(400);
      expect(json.errors).toEqual([expect.objectContaining({ path: query.split('=')[0] })]);
    },
  );

  it('changes only what is given, and clears what is null', async () => {
    const id = await idOf('changing', { email: 'c@example.com', notes: 'keep', dailyLimits: { posts: 1 } });
    const { json } = await call(`/api/accounts/${id}`, { method: 'PATCH', body: { email: null, dailyLimits: null } });
    expect(json).toMatchObject({
      email: null,
      dailyLimits: null,
      notes: 'keep',
      username: 'changing',
      hasPassword: true,
    });
  });

  it('tries an account with refused credentials again after a new password, without its old session', async () => {
    const id = await idOf('refused', { totpSecret: SEED });
    await api.deps.db.account.update({
      where: { id },
      data: {
        status: 'bad_credentials',
        statusReason: 'refused',
        session: sealStorageState(api.deps.sealer, id, { cookies: [] }),
        sessionAt: new Date(),
      },
    });
    expect((await call(`/api/accounts/${id}`)).json.session).toBe('stored');
    const { json } = await call(`/api/accounts/${id}`, { method: 'PATCH', body: { password: `${PASSWORD}-new` } });
    expect(json).toMatchObject({ status: 'new', statusReason: null, session: 'none', hasTotp: true });
    const row = await api.deps.db.account.findUniqueOrThrow({ where: { id } });
    expect(row.session).toBeNull();
    expect(openAccountLogin(api.deps.sealer, id, row.secret ?? new Uint8Array())).toEqual({
      password: `${PASSWORD}-new`,
      totpSecret: SEED,
    });
  });

  it('deletes one without history', async () => {
    const id = await idOf('gone');
    expect((await call(`/api/accounts/${id}`, { method: 'DELETE' })).json).toMatchObject({ outcome: 'deleted' });
    expect((await call(`/api/accounts/${id}`)).status).toBe(404);
    expect((await call(`/api/accounts/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('keeps one at work, and archives one that history names', async () => {
    const id = await idOf('working');
    const taskId = await finishedTask(id, 'parked', 'running');
    const refused = await call(`/api/accounts/${id}`, { method: 'DELETE' });
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toMatch(/unfinished account task/);
    await api.deps.db.bulkTask.update({ where: { id: taskId }, data: { state: 'cancelled' } });
    expect((await call(`/api/accounts/${id}`, { method: 'DELETE' })).json).toMatchObject({ outcome: 'archived' });
    expect((await call(`/api/accounts/${id}`)).json).toMatchObject({ status: 'disabled', hasPassword: false });
  });

  it('edits tags of many, by id or by filter', async () => {
    const ids = [await idOf('tag-1', { tags: ['old'] }), await idOf('tag-2')];
    const edit = (body: object) => call('/api/accounts/tags', { body });
    expect((await edit({ ids, add: ['fresh'], remove: ['old'] })).json).toEqual({ changed: 2 });
    expect((await edit({ ids, add: ['fresh'] })).json).toEqual({ changed: 0 });
    expect((await edit({ filter: { tag: 'fresh', q: 'TAG-1' }, add: ['first'] })).json).toEqual({ changed: 1 });
    const { items } = (await call('/api/accounts/tags')).json as unknown as { items: { tag: string; count: number }[] };
    expect(items).toEqual(
      expect.arrayContaining([
        { tag: 'first', count: 1 },
        { tag: 'fresh', count: 2 },
      ]),
    );
    expect(items.some(({ tag }) => tag === 'old')).toBe(false);
    expect((await edit({ add: ['x'] })).status).toBe(400);
    expect((await edit({ ids })).status).toBe(400);
  });

  it('answers 404 and 400 for ids that are none', async () => {
    expect((await call(`/api/accounts/${nobody}`)).status).toBe(404);
    expect((await call(`/api/accounts/${nobody}`, { method: 'PATCH', body: { notes: 'x' } })).status).toBe(404);
    expect((await call('/api/accounts/seven')).json.errors).toEqual([expect.objectContaining({ path: 'id' })]);
  });

  it('keeps proxies with a password that is never shown, while accounts use them', async () => {
    const proxy = {
      name: 'Berlin',
      protocol: 'socks5',
      host: 'proxy.example.com',
      port: 1080,
      username: 'u',
      password: PASSWORD,
    };
    const made = await call('/api/proxies', { body: proxy });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      name: 'Berlin',
      hasPassword: true,
      status: 'unknown',
      accounts: 0,
      country: null,
    });
    const path = `/api/proxies/${String(made.json.id)}`;
    const user = await idOf('proxied', { proxyId: made.json.id });
    expect((await call(path)).json.accounts).toBe(1);
    expect((await call('/api/proxies')).json.items).toHaveLength(1);
    expect((await call(path, { method: 'DELETE' })).status).toBe(409);
    expect((await call(path, { method: 'PATCH', body: { password: null, country: 'DE' } })).json).toMatchObject({
      hasPassword: false,
      country: 'DE',
      port: 1080,
    });
    await call(`/api/accounts/${user}`, { method: 'PATCH', body: { proxyId: null } });
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await call(path)).status).toBe(404);
    expect((await call(path, { method: 'PATCH', body: { port: 1 } })).status).toBe(404);
    for (const wrong of [{ port: 0 }, { protocol: 'ftp' }, { host: 'a b' }, { country: 'de' }, { name: '' }]) {
      const { status, json } = await call('/api/proxies', { body: { ...proxy, ...wrong } });
      expect([status, json.errors]).toEqual([400, [expect.objectContaining({ path: Object.keys(wrong)[0] })]]);
    }
  });

  it('takes no proxy inside a network that is not public, unless it is allowed', async () => {
    const proxy = { name: 'Inner', protocol: 'http', host: '127.0.0.1', port: 8080 };
    const made = await call('/api/proxies', { body: proxy });
    expect(made.status).toBe(201);
    const path = `/api/proxies/${String(made.json.id)}`;
    for (const host of ['10.0.0.1', '169.254.169.254', '[::1]', '::ffff:10.0.0.1', '0xa000001']) {
      const errors = [{ path: 'host', message: expect.stringContaining('FLOTILLA_ALLOWED_NETWORKS') }];
      for (const answer of [
        await call('/api/proxies', { body: { ...proxy, host } }),
        await call(path, { method: 'PATCH', body: { host } }),
      ]) {
        expect([answer.status, answer.json.errors]).toEqual([400, errors]);
      }
    }
    expect((await call(path, { method: 'PATCH', body: { name: 'Inner 2' } })).status).toBe(200);
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
  });

  it('has let no password and no seed into any answer', () => {
    expect(answers.length).toBeGreaterThan(50);
    for (const secret of [PASSWORD, SEED]) expect(answers.join('\n')).not.toContain(secret);
  });
});
