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
    expect([status, json.errors]).toEqual([400, [{ path, message: expect.stringMatching(sentence) }]]);
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
      [id, 5],
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
    expect(seen).toEqual(['check 4', 'check 3', 'check 2', 'check 1', 'check 0']);
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
