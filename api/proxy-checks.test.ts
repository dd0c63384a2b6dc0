import { randomUUID } from 'node:crypto';
import { startTestApi, type TestApi, type TestCall } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

const proxy = { name: 'Berlin', protocol: 'http', host: 'proxy.example.com', port: 8080 };
const call = (path: string, more: TestCall = {}) => api.call(path, more);
const patch = (id: string, body: object) => call(`/api/proxies/${id}`, { method: 'PATCH', body });
const add = async (more: object = {}) =>
  String((await call('/api/proxies', { method: 'POST', body: { ...proxy, ...more } })).json.id);

describe('what is known of a proxy', () => {
  it('is whether it is a spare, which exit is expected, and what the last check said', async () => {
    const made = await call('/api/proxies', {
      method: 'POST',
      body: { ...proxy, spare: true, exitAddress: '2001:db8::7' },
    });
    const fresh = { spare: true, exitAddress: '2001:db8::7', status: 'unknown', verdict: null, checkedAt: null };
    expect([made.status, made.json]).toEqual([201, expect.objectContaining(fresh)]);
    expect((await call('/api/proxies')).json.items).toEqual([expect.objectContaining(fresh)]);
    expect((await call(`/api/proxies/${await add()}`)).json).toMatchObject({ spare: false, exitAddress: null });
  });

  it('outlasts a new name and a place in the pool, and nothing else', async () => {
    const id = await add();
    const checked = { status: 'healthy', verdict: 'Healthy.', checkedAt: new Date('2026-01-31T10:00:00Z') };
    await api.deps.db.proxy.update({ where: { id }, data: checked });
    const kept = { status: 'healthy', verdict: 'Healthy.', checkedAt: '2026-01-31T10:00:00.000Z' };
    expect((await patch(id, { name: 'Bern', spare: true })).json).toMatchObject({ ...kept, name: 'Bern', spare: true });
    const forgotten = { status: 'unknown', verdict: null, checkedAt: null };
    for (const change of [{ port: 8081 }, { password: 'new' }, { exitAddress: '203.0.113.7' }]) {
      await api.deps.db.proxy.update({ where: { id }, data: checked });
      expect((await patch(id, change)).json).toMatchObject(forgotten);
    }
  });

  it.each([
    ['exitAddress', 'proxy.example.com', /IP address/],
    ['exitAddress', '203.0.113.256', /IP address/],
    ['spare', 'yes', /boolean/],
    ['host', 'http://proxy.example.com', /scheme goes into protocol/],
    ['host', 'ann:secret@proxy.example.com', /fields of their own/],
  ])('is refused with a sentence where %s is %s', async (path, value, sentence) => {
    const { status, json, text } = await call('/api/proxies', { method: 'POST', body: { ...proxy, [path]: value } });
    expect([status, json.errors]).toMatchObject([400, [{ path, message: expect.stringMatching(sentence) }]]);
    expect(text).not.toContain('secret');
  });

  it('never shows credentials that stand in a host which came from elsewhere', async () => {
    const id = await add();
    await api.deps.db.proxy.update({ where: { id }, data: { host: 'ann:secret@proxy.example.com' } });
    expect((await call(`/api/proxies/${id}`)).json).toMatchObject({ host: '…@proxy.example.com' });
  });
});

describe('the checks of a proxy', () => {
  it('are listed newest first, page by page, each once', async () => {
    const [id, other] = [await add(), await add()];
    for (const [proxyId, count] of [
      // So many that their numbers do not all have as many digits.
      [id, 12],
      [other, 2],
    ] as const) {
      for (let n = 0; n < count; n += 1) {
        const detail = { changes: [`change ${n}`] };
        await api.deps.db.proxyCheck.create({ data: { proxyId, verdict: `check ${n}`, detail } });
      }
    }
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { status, json } = await call(`/api/proxies/${id}/checks?limit=2${cursor}`);
      expect(status).toBe(200);
      seen.push(...(json.items as unknown as { verdict: string }[]).map(({ verdict }) => verdict));
      if (json.nextCursor === null) break;
      cursor = `&cursor=${String(json.nextCursor)}`;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => `check ${11 - n}`));
  });

  it('are empty before the first one, and unknown with the proxy', async () => {
    expect((await call(`/api/proxies/${await add()}/checks`)).json).toEqual({ items: [], nextCursor: null });
    expect((await call(`/api/proxies/${randomUUID()}/checks`)).status).toBe(404);
    expect((await call(`/api/proxies/${randomUUID()}/checks?cursor=x`)).status).toBe(400);
  });

  it('are written by workers alone', async () => {
    const path = `/api/worker/accounts/${randomUUID()}/proxy`;
    for (const rest of ['', '/checks', '/repair', '/switch']) {
      expect((await call(path + rest, { method: 'POST', body: {}, token: null })).status).toBe(401);
    }
    const token = api.deps.keys.workerToken;
    const lost = await call(path, { method: 'POST', body: { fencingToken: '1' }, token });
    expect([lost.status, lost.json.detail]).toEqual([409, expect.stringMatching(/lease .* is lost/)]);
  });
});

describe('the health of proxies and their spare pool', () => {
  const findings = (status: string, p50Ms: number | null) => ({
    status,
    verdict: status,
    checks: [],
    exitAddress: '203.0.113.7',
    latency: p50Ms === null ? null : { requests: 10, failed: 0, p50Ms, p95Ms: p50Ms * 2 },
    stability: null,
  });

  it('shows the last twenty checks of each proxy of a page, oldest first, without what checked nothing', async () => {
    const id = await add({ name: 'Watched' });
    for (let n = 0; n < 24; n += 1) {
      const at = new Date(Date.UTC(2026, 0, 1, n));
      const detail =
        n === 23 ? { changes: ['port'] } : { findings: findings(n % 2 ? 'failing' : 'healthy', n || null) };
      await api.deps.db.proxyCheck.create({ data: { proxyId: id, verdict: `check ${n}`, detail, checkedAt: at } });
    }
    const { items } = (await call('/api/proxies?q=Watched')).json as unknown as { items: { recent: object[] }[] };
    const recent = items[0]?.recent as { at: string; status: string; p50Ms: number | null }[];
    expect(recent).toHaveLength(20);
    expect(recent[0]).toMatchObject({ status: 'failing', p50Ms: 3 });
    expect(Date.parse(recent[0]!.at)).toBe(Date.UTC(2026, 0, 1, 3));
    expect(recent.at(-1)).toMatchObject({ status: 'healthy', p50Ms: 22 });
  });

  it('counts the free spares by their health, and the accounts that could do with one', async () => {
    const { db } = api.deps;
    await db.proxy.deleteMany({});
    expect((await call('/api/proxies/pool')).json).toMatchObject({ spares: 0, accounts: { without: 0, failing: 0 } });
    const make = async (name: string, spare: boolean, status: string) =>
      (await db.proxy.create({ data: { name, protocol: 'http', host: 'p', port: 1, spare, status } })).id;
    for (const status of ['healthy', 'healthy', 'unknown', 'failing']) await make('free', true, status);
    await make('idle', false, 'healthy');
    const used = [await make('lent', true, 'healthy'), await make('bad', false, 'failing'), null, null, null];
    for (const [n, proxyId] of used.entries()) {
      await db.account.create({ data: { platform: 'sandbox', username: `pool${n}`, proxyId } });
    }
    expect((await call('/api/proxies/pool')).json).toEqual({
      spares: 5,
      free: { healthy: 2, unknown: 1, unstable: 0, failing: 1 },
      idle: 1,
      accounts: { without: 3, failing: 1 },
    });
    const body = { filter: { proxy: 'none' }, proxy: { mode: 'spread', perProxy: 1 } };
    const preview = await call('/api/accounts/bulk-edit?dryRun=true', { body });
    // Two healthy ones and the unchecked one are free; the lent one has its account already.
    expect(preview.json).toMatchObject({ changed: 3, refusedTotal: 0 });
    const done = await call('/api/accounts/bulk-edit', { body });
    expect((await call('/api/proxies/pool')).json).toMatchObject({ accounts: { without: 0 } });
    await call('/api/accounts/bulk-edit/undo', { body: { undoToken: done.json.undoToken } });
    expect((await call('/api/proxies/pool')).json).toMatchObject({ accounts: { without: 3, failing: 1 } });
  });
});
