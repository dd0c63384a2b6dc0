import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';

/** The test's own address is a proxy that is believed, so that calls can come from anywhere. */
describe('the settings', () => {
  let api: TestApi;
  let second: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    const env = {
      FLOTILLA_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48',
      FLOTILLA_ALLOWED_IPS: '203.0.113.0/24',
    };
    api = await startTestApi({ env });
    second = await anotherProcess(api);
  });
  afterAll(async () => {
    await second?.close();
    await api?.stop();
  });

  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const change = (body: object, address = '203.0.113.5') =>
    api.call('/api/settings', { method: 'PATCH', body, ...from(address) });
  const status = async (address: string) => (await api.call('/api/accounts', from(address))).status;

  it('have defaults, and change only where they are told to', async () => {
    const before = await api.call('/api/settings', from('203.0.113.5'));
    expect(before.json).toMatchObject({
      ...{ allowedIps: [], rateLimitPerMinute: null, retention: { errors: 90, tasks: null } },
      environment: { allowedIps: ['203.0.113.0/24'], rateLimitPerMinute: 12_000, evidenceDays: 30 },
      yourAddress: '203.0.113.5',
    });
    const after = await change({ retention: { errors: 30 } });
    expect(after.json).toMatchObject({ rateLimitPerMinute: null, retention: { errors: 30, metrics: 30, tasks: null } });
    expect((await change({ retention: { errors: null } })).json).toMatchObject({ retention: { errors: null } });
    expect((await change({ unknown: 1 })).status).toBe(400);
    expect((await change({ rateLimitPerMinute: 1 })).status).toBe(400);
    const audited = await api.deps.db.auditEvent.findFirst({
      where: { action: 'changeSettings' },
      orderBy: { id: 'desc' },
    });
    expect(audited?.detail).toMatchObject({ retention: { errors: null }, before: { retention: { errors: 30 } } });
  });

  it('let more addresses in at once, of both families, beside those of the environment', async () => {
    expect(await status('198.51.100.7')).toBe(403);
    expect((await change({ allowedIps: ['198.51.100.0/24', '2001:db8:2::/48'] })).status).toBe(200);
    for (const address of ['198.51.100.7', '::ffff:198.51.100.7', '2001:db8:2::1', '203.0.113.9']) {
      expect([address, await status(address)]).toEqual([address, 200]);
    }
    for (const address of ['198.51.101.7', '::ffff:198.51.101.7', '2001:db8:3::1', 'nonsense']) {
      expect([address, await status(address)]).toEqual([address, 403]);
    }
    await eventually(async () => (await fetch(`${second.url}/api/settings`, as(api, '198.51.100.7'))).status === 200);
    expect((await change({ allowedIps: [] })).status).toBe(200);
    expect(await status('198.51.100.7')).toBe(403);
    await eventually(async () => (await fetch(`${second.url}/api/settings`, as(api, '198.51.100.7'))).status === 403);
  });

  it('refuse a list that would shut out who changes it', async () => {
    await change({ allowedIps: ['198.51.100.0/24'] });
    const refused = await change({ allowedIps: ['192.0.2.1'] }, '198.51.100.7');
    expect(refused.json).toMatchObject({ status: 422, errors: [{ path: 'allowedIps' }] });
    expect(refused.json.detail).toContain('198.51.100.7');
    expect(await status('198.51.100.7')).toBe(200);
    expect((await change({ allowedIps: ['198.51.100.7'] }, '198.51.100.7')).status).toBe(200);
    await change({ allowedIps: [] });
  });

  it('refuse a list that would shut out worker hosts at work', async () => {
    await change({ allowedIps: ['198.51.100.0/24'] });
    const body = { name: 'host', role: 'media', taskQueues: ['media'], pid: 1, version: '1', slots: 1 };
    const call = { token: api.deps.keys.workerToken, body, ...from('198.51.100.20') };
    expect((await api.call('/api/workers/register', call)).status).toBe(200);
    const refused = await change({ allowedIps: [] });
    expect(refused.json).toMatchObject({ status: 422, detail: expect.stringContaining('198.51.100.20') });
    expect((await change({ allowedIps: ['198.51.100.20/32'] })).status).toBe(200);
  });

  it.each(['10.0.0', '300.1.1.1', '10.0.0.0/33', 'example.com', '010.0.0.1', '::1/129', ''])(
    'take no list with "%s" in it',
    async (entry) => {
      const { json } = await change({ allowedIps: ['198.51.100.20', entry] });
      expect(json).toMatchObject({ status: 400, errors: [{ path: 'allowedIps.1' }] });
    },
  );

  describe('and forwarded addresses', () => {
    it('are believed from named proxies alone, however long the chain', async () => {
      expect(await status('203.0.113.5, 10.1.1.1')).toBe(200);
      expect(await status('203.0.113.5, 10.2.2.2, 10.1.1.1')).toBe(200);
      expect(await status('203.0.113.5, 2001:db8:1::5, ::ffff:10.1.1.1')).toBe(200);
      // Whoever is the last one not named is the caller; what he wrote before himself is his own claim.
      expect(await status('203.0.113.5, 192.0.2.66')).toBe(403);
      expect(await status('203.0.113.5, 192.0.2.66, 10.1.1.1')).toBe(403);
      expect(await status('203.0.113.5, garbage, 10.1.1.1')).toBe(403);
      expect(await status('')).toBe(403);
    });

    it('are not believed at all from an address that is no proxy', async () => {
      const env = { FLOTILLA_ALLOWED_IPS: '203.0.113.0/24', DATABASE_URL: String(api.deps.env.DATABASE_URL) };
      const alone = await anotherProcess(api, { ...env, FLOTILLA_TRUSTED_PROXIES: '' });
      try {
        for (const name of [
          'x-forwarded-for',
          'forwarded',
          'x-real-ip',
          'x-client-ip',
          'cf-connecting-ip',
          'true-client-ip',
        ]) {
          const value = name === 'forwarded' ? 'for=203.0.113.5' : '203.0.113.5';
          const headers = { authorization: `Bearer ${api.deps.keys.adminToken}`, [name]: value };
          expect([name, (await fetch(`${alone.url}/api/accounts`, { headers })).status]).toEqual([name, 403]);
        }
      } finally {
        await alone.close();
      }
    });
  });

  describe('and the rate limit', () => {
    it('counts by token, and by address for who has none, with the number of now', async () => {
      const make = async (name: string) =>
        String(
          (await api.call('/api/tokens', { body: { name, scopes: ['viewer'] }, ...from('203.0.113.5') })).json.token,
        );
      const [one, two] = [await make('one'), await make('two')];
      const statuses = async (token: string | null, address: string) => {
        const seen: number[] = [];
        for (let n = 0; n < 11; n += 1)
          seen.push((await api.call('/api/system/nothing', { token, ...from(address) })).status);
        return [seen.filter((code) => code !== 429).length, seen.at(-1)];
      };
      expect((await change({ rateLimitPerMinute: 10 })).status).toBe(200);
      expect(await statuses(one, '203.0.113.6')).toEqual([10, 429]);
      expect((await api.call('/api/system/nothing', { token: one, ...from('203.0.113.7') })).status).toBe(429);
      expect((await api.call('/api/system/nothing', { token: two, ...from('203.0.113.6') })).status).toBe(404);
      expect(await statuses(null, '203.0.113.8')).toEqual([10, 429]);
      expect((await api.call('/api/health', { token: null, ...from('203.0.113.9') })).status).toBe(200);
      const more = {
        method: 'PATCH',
        body: { rateLimitPerMinute: null },
        token: await adminToken(),
        ...from('203.0.113.5'),
      };
      expect((await api.call('/api/settings', more)).status).toBe(200);
      expect((await api.call('/api/system/nothing', { token: one, ...from('203.0.113.6') })).status).toBe(404);
    });
  });

  /** A token of its own, whose calls have not been counted yet. */
  async function adminToken(): Promise<string> {
    const { sha256Hex } = await import('../auth.ts');
    await api.deps.db.apiToken.create({
      data: { name: 'fresh', scopes: ['admin'], hash: sha256Hex('flt_fresh-admin') },
    });
    return 'flt_fresh-admin';
  }
});

const as = (api: TestApi, address: string) => ({
  headers: { authorization: `Bearer ${api.deps.keys.adminToken}`, 'x-forwarded-for': address },
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('It never came true.');
}

/** A second API on the same database, as another process would be. */
async function anotherProcess(api: TestApi, env: Record<string, string> = {}) {
  const { createApp } = await import('../app.ts');
  const { createDeps } = await import('../create-deps.ts');
  const { readEnv } = await import('../../config/env.ts');
  const given = {
    FLOTILLA_TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: String(api.deps.env.DATABASE_URL),
    FLOTILLA_DATA: api.dataFolder,
    FLOTILLA_ALLOWED_IPS: '203.0.113.0/24',
    ...env,
  };
  const { deps, close } = await createDeps(readEnv(given), api.deps.log);
  const server = createApp(deps).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await close();
    },
  };
}
