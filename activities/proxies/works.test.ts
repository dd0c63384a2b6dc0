import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { asSql } from '../../api/door/sql.ts';
import { makeAccounts } from '../../api/door/test-data.ts';
import { openProxyPassword, sealProxyPassword } from '../../api/secrets.ts';
import { startTestApi, type TestApi } from '../../api/testing.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import { readEnv } from '../../config/env.ts';
import { accountLeaseResource } from '../../contracts/worker-api.ts';
import type { CheckedProxy } from '../../contracts/works.ts';
import { acquireLease, releaseLease } from '../leases.ts';
import { createLink } from '../link.ts';
import { closeProxyHost, httpProxy, refusedPort, socksProxy, type TestProxy } from './proxies.fixture.ts';
import { createProxyWorks } from './works.ts';

const credentials = { username: 'mole', password: 'tunnel-of-secrets' };
const order = { requests: 2, stabilitySeconds: 0 };

let api: TestApi;
let works: ReturnType<typeof createProxyWorks>;
let good: TestProxy;
let guarded: TestProxy;
let socks: TestProxy;
let dead: number;
beforeAll(async () => {
  api = await startTestApi();
  const link = createLink({ apiUrl: api.url, workerToken: api.deps.keys.workerToken });
  works = createProxyWorks({
    link,
    env: readEnv({ FLOTILLA_PROXY_CONNECT_MS: '1000', FLOTILLA_PROXY_ANSWER_MS: '1000' }),
    guard: api.deps.addressGuard,
  });
  good = await httpProxy();
  guarded = await httpProxy({ credentials });
  socks = await socksProxy();
  dead = await refusedPort();
});
afterAll(async () => {
  await Promise.all([good, guarded, socks].map((proxy) => proxy?.close()));
  await closeProxyHost();
  await api?.stop();
});
afterEach(async () => {
  await api.deps.db.proxy.updateMany({ data: { spare: false } });
});

interface NewProxy {
  port: number;
  protocol?: string;
  host?: string;
  username?: string;
  password?: string;
  spare?: boolean;
  status?: string;
  exitAddress?: string;
  country?: string;
}

/** A proxy row as it may stand in the ledger, however it came there. */
async function addProxy({ password, ...row }: NewProxy): Promise<string> {
  const id = randomUUID();
  const secret = password === undefined ? null : sealProxyPassword(api.deps.sealer, id, password);
  await api.deps.db.proxy.create({
    data: { id, name: `p-${id}`, protocol: 'http', host: '127.0.0.1', ...row, secret },
  });
  return id;
}

interface User {
  accountId: string;
  accountTaskId: string;
  fencingToken: string;
  platform: string;
}

/** An account with this proxy, under a lease. */
async function user(proxyId: string): Promise<User> {
  const [accountId = ''] = await makeAccounts(api, `u-${randomUUID()}-`, 1);
  await api.deps.db.account.update({ where: { id: accountId }, data: { proxyId } });
  const resource = accountLeaseResource(accountId);
  const lease = await acquireLease(asSql(api.deps.db), { resource, owner: 'test', ttlMs: 60_000 });
  if (!lease.acquired) throw new Error('The lease is held.');
  return { accountId, accountTaskId: randomUUID(), fencingToken: lease.lease.fencingToken, platform: 'sandbox' };
}

// Each call is a run of its own, as Temporal would make it.
const run = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR', () => undefined) });
const check = (who: User): Promise<CheckedProxy> => run().run(works.checkProxy, { ...who, input: order });
const repair = (who: User) => run().run(works.repairProxy, { ...who, input: order });
/** The same works on a host whose guard lets only the public internet through. */
const strictWorks = (more: Record<string, string> = {}) =>
  createProxyWorks({
    link: createLink({ apiUrl: api.url, workerToken: api.deps.keys.workerToken }),
    env: readEnv({ FLOTILLA_PROXY_CONNECT_MS: '1000', FLOTILLA_PROXY_ANSWER_MS: '1000', ...more }),
    guard: createAddressGuard([]),
  });
const switchFrom = (who: User, fromProxyId: string): Promise<CheckedProxy> =>
  run().run(works.switchProxy, { ...who, input: { ...order, fromProxyId, because: 'It was dead.' } });

const proxyOf = (id: string) => api.deps.db.proxy.findUniqueOrThrow({ where: { id } });
const proxyIdOf = async ({ accountId }: User) =>
  (await api.deps.db.account.findUniqueOrThrow({ where: { id: accountId } })).proxyId;

describe('a check', () => {
  it('is kept with its verdict, and shows no password', async () => {
    const id = await addProxy({ port: guarded.port, ...credentials, exitAddress: '127.0.0.1' });
    const found = await check(await user(id));
    expect(found.findings.status).toBe('healthy');
    expect(JSON.stringify(found)).not.toContain(credentials.password);
    const shown = await api.call(`/api/proxies/${id}`);
    expect(shown.json).toMatchObject({ status: 'healthy', verdict: found.findings.verdict, exitAddress: '127.0.0.1' });
    const { json, text } = await api.call(`/api/proxies/${id}/checks`);
    expect(json.items).toMatchObject([{ status: 'healthy', checks: found.findings.checks, changes: [] }]);
    expect(text).not.toContain(credentials.password);
  });

  it('tells of a dead proxy, with the verdict that is kept of it', async () => {
    const id = await addProxy({ port: dead });
    const { findings } = await check(await user(id));
    expect(findings).toMatchObject({ status: 'failing', verdict: (await proxyOf(id)).verdict });
    expect((await proxyOf(id)).status).toBe('failing');
  });

  it('is not made for who has lost the lease, and says nothing of a proxy edited meanwhile', async () => {
    const id = await addProxy({ port: good.port });
    const who = await user(id);
    const stale = { ...who, fencingToken: String(BigInt(who.fencingToken) + 1n) };
    await expect(check(stale)).rejects.toMatchObject({ type: 'Unavailable', message: expect.stringMatching(/lease/) });
    const link = createLink({ apiUrl: api.url, workerToken: api.deps.keys.workerToken });
    const call: typeof link.call = async (method, path, body, schema) => {
      if (path.endsWith('/checks')) await api.call(`/api/proxies/${id}`, { method: 'PATCH', body: { port: dead } });
      return link.call(method, path, body, schema);
    };
    const slow = createProxyWorks({ link: { ...link, call }, env: readEnv({}), guard: api.deps.addressGuard });
    const checking = run().run(slow.checkProxy, { ...who, input: order });
    await expect(checking).rejects.toMatchObject({ type: 'Unavailable', message: expect.stringMatching(/edited/) });
    expect(await proxyOf(id)).toMatchObject({ status: 'unknown', verdict: null, port: dead });
  });

  it('says that the account has no proxy any more', async () => {
    const who = await user(await addProxy({ port: good.port }));
    await api.deps.db.account.update({ where: { id: who.accountId }, data: { proxyId: null } });
    await expect(check(who)).rejects.toMatchObject({ type: 'InvalidInput', message: 'The account has no proxy.' });
  });
});

describe('a repair', () => {
  it('takes a pasted address apart and seals its password', async () => {
    const pasted = `http://${credentials.username}:${credentials.password}@127.0.0.1:${guarded.port}`;
    const id = await addProxy({ host: ` ${pasted}/ `, port: 1 });
    const who = await user(id);
    expect((await api.call('/api/proxies')).text).not.toContain(credentials.password);
    expect((await check(who)).findings.status).toBe('failing');
    const mended = await repair(who);
    expect(mended).toMatchObject({ repaired: true, findings: { status: 'healthy' } });
    expect(JSON.stringify(mended)).not.toContain(credentials.password);
    const row = await proxyOf(id);
    expect(row).toMatchObject({ host: '127.0.0.1', port: guarded.port, username: 'mole', status: 'healthy' });
    expect(openProxyPassword(api.deps.sealer, id, row.secret!)).toBe(credentials.password);
    const { json } = await api.call(`/api/proxies/${id}/checks`);
    expect(json.items).toHaveLength(3);
    expect(json.items?.[1]).toMatchObject({ verdict: expect.stringMatching(/^Repaired\. .*moved out of the host/) });
  });

  it.each([
    ['socks5', () => good, 'http'],
    ['http', () => socks, 'socks5'],
  ] as const)('changes %s to the scheme that works', async (protocol, proxy, works_) => {
    const id = await addProxy({ port: proxy().port, protocol });
    expect(await repair(await user(id))).toMatchObject({
      repaired: true,
      changes: [`The scheme was changed from ${protocol} to ${works_}.`],
    });
    expect((await proxyOf(id)).protocol).toBe(works_);
  });

  it('changes nothing where nothing helps', async () => {
    const id = await addProxy({ port: dead, host: '127.0.0.1/' });
    const before = await proxyOf(id);
    expect(await repair(await user(id))).toEqual({ repaired: false });
    expect(await proxyOf(id)).toEqual(before);
  });

  it('that was kept before its worker died is told when it is asked for again', async () => {
    const id = await addProxy({ port: socks.port, protocol: 'http' });
    const who = await user(id);
    const first = await repair(who);
    expect(await repair(who)).toMatchObject({ repaired: true, changes: (first as CheckedProxy).changes });
    expect(await repair({ ...who, accountTaskId: randomUUID() })).toEqual({ repaired: false });
  });
});

describe('a switch', () => {
  it('takes the healthy spare before an unknown one, and never one that is in use', async () => {
    const own = await addProxy({ port: dead });
    const used = await addProxy({ port: good.port, spare: true, status: 'healthy' });
    await user(used);
    await addProxy({ port: good.port, spare: true });
    await addProxy({ port: good.port, status: 'healthy' });
    const best = await addProxy({ port: good.port, spare: true, status: 'healthy' });
    const who = await user(own);
    const given = await switchFrom(who, own);
    expect(given).toMatchObject({ proxyId: best, findings: { status: 'healthy' } });
    expect(await proxyIdOf(who)).toBe(best);
    // A worker that died after this is followed by one that finds it done.
    expect((await switchFrom(who, own)).proxyId).toBe(best);
  });

  it('looks at a spare before it stays with it', async () => {
    const own = await addProxy({ port: dead });
    const bad = await addProxy({ port: dead, spare: true, status: 'healthy' });
    const fine = await addProxy({ port: socks.port, protocol: 'socks5', spare: true });
    const who = await user(own);
    expect((await switchFrom(who, own)).proxyId).toBe(fine);
    expect((await proxyOf(bad)).status).toBe('failing');
    expect((await api.call(`/api/proxies/${bad}/checks`)).json.items).toMatchObject([
      { status: 'failing', changes: [] },
    ]);
  });

  it('leaves the account with what it had when no spare is any good', async () => {
    const own = await addProxy({ port: dead });
    const bad = await addProxy({ port: dead, spare: true });
    const who = await user(own);
    const failing = { type: 'ProxyFailed', message: 'It was dead. None of the free spares is healthy.' };
    await expect(switchFrom(who, own)).rejects.toMatchObject(failing);
    expect(await proxyIdOf(who)).toBe(own);
    await api.deps.db.proxy.update({ where: { id: bad }, data: { spare: false } });
    await expect(switchFrom(who, own)).rejects.toMatchObject({ message: 'It was dead. No spare of the pool is free.' });
  });

  it('never gives two accounts the same spare', async () => {
    const own = await addProxy({ port: dead });
    const spares = await Promise.all(
      Array.from({ length: 6 }, () => addProxy({ port: good.port, spare: true, status: 'healthy' })),
    );
    const users = await Promise.all(Array.from({ length: 10 }, () => user(own)));
    const results = await Promise.allSettled(users.map((who) => switchFrom(who, own)));
    const given = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.proxyId] : []));
    expect(given.sort()).toEqual(spares.sort());
    const now = await Promise.all(users.map(proxyIdOf));
    expect(now.filter((id) => id === own)).toHaveLength(4);
  });

  it('is not made for who has lost the lease', async () => {
    const own = await addProxy({ port: dead });
    await addProxy({ port: good.port, spare: true });
    const who = await user(own);
    await releaseLease(asSql(api.deps.db), accountLeaseResource(who.accountId), who.fencingToken);
    await expect(switchFrom(who, own)).rejects.toMatchObject({ type: 'Unavailable' });
    expect(await proxyIdOf(who)).toBe(own);
  });
});

describe('the guard of addresses', () => {
  it('keeps a proxy that was stored earlier from being called', async () => {
    const who = await user(await addProxy({ port: good.port }));
    const strict = strictWorks();
    const { findings }: CheckedProxy = await run().run(strict.checkProxy, { ...who, input: order });
    expect(findings).toMatchObject({
      status: 'failing',
      verdict: expect.stringContaining('FLOTILLA_ALLOWED_NETWORKS'),
    });
    expect((await check(who)).findings.status).toBe('healthy');
  });

  it('keeps proxies from being told to call a checker inside', async () => {
    const addresses = {
      FLOTILLA_CHECKER_URL: 'http://127.0.0.1:1/',
      FLOTILLA_CHECKER_HTTPS_URL: 'https://127.0.0.1:1/',
    };
    const who = await user(await addProxy({ port: good.port }));
    await expect(run().run(strictWorks(addresses).checkProxy, { ...who, input: order })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('The address of the checker may not be called'),
    });
  });
});
