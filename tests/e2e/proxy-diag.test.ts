import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  closeProxyHost,
  httpProxy,
  refusedPort,
  socksProxy,
  type TestProxy,
} from '../../activities/proxies/proxies.fixture.ts';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import { filesWith } from '../support/secrets.ts';
import { accountTaskOf, accountTasksOf, runKind, untilEnded } from '../support/tasks.ts';
import { expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

const credentials = { username: 'mole', password: `tunnel-${randomBytes(6).toString('hex')}` };
const BRIEF = { requests: 2, stabilitySeconds: 0 };

const proxySchema = z.object({
  ...{ id: z.uuid(), protocol: z.string(), host: z.string(), port: z.int(), accounts: z.int(), spare: z.boolean() },
  ...{ status: z.string(), verdict: z.string().nullable(), checkedAt: z.string().nullable() },
});
const checksSchema = z.object({
  items: z.array(z.object({ verdict: z.string(), changes: z.array(z.string()), checks: z.array(z.unknown()) })),
});

let bench: Bench;
let proxies: Record<'plain' | 'guarded' | 'socks' | 'guardedSocks', TestProxy>;
let dead: number;
beforeAll(async () => {
  proxies = {
    plain: await httpProxy(),
    guarded: await httpProxy({ credentials }),
    socks: await socksProxy(),
    guardedSocks: await socksProxy({ credentials }),
  };
  dead = await refusedPort();
  bench = await startBench({ parts: ['postgres', 'temporal', 'prepare', 'api', 'orchestrator', 'network'] });
});
afterAll(async () => {
  await bench?.stop();
  await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
  await closeProxyHost();
});

const addProxy = (port: number, more: object = {}) =>
  bench.call('POST', '/api/proxies', proxySchema, { name: 'p', protocol: 'http', host: '127.0.0.1', port, ...more });
const proxyOf = (id: string) => bench.call('GET', `/api/proxies/${id}`, proxySchema);
const checksOf = async (id: string) => (await bench.call('GET', `/api/proxies/${id}/checks`, checksSchema)).items;

let accounts = 0;
async function addAccount(proxyId: string | null): Promise<TestAccount> {
  accounts += 1;
  const username = `caller${accounts}`;
  const body = { platform: 'sandbox', username, password: 'not-used-here', ...(proxyId && { proxyId }) };
  const { id } = await bench.call('POST', '/api/accounts', z.object({ id: z.uuid() }), body);
  return { id, username, password: 'not-used-here' };
}

async function proxyIdOf({ id }: TestAccount): Promise<string | null> {
  const schema = z.object({ proxyId: z.uuid().nullable() });
  return (await bench.call('GET', `/api/accounts/${id}`, schema)).proxyId;
}

describe('checks of proxies', () => {
  it('are foretold by a dry run, which refuses accounts without a proxy and asks nothing', async () => {
    const { id: proxyId } = await addProxy(proxies.plain.port);
    const users = [await addAccount(proxyId), await addAccount(null)];
    const body = { accounts: { ids: users.map(({ id }) => id) }, params: { repair: true, ...BRIEF } };
    const foretold = await bench.send('POST', '/api/bulk/proxy-diag?dryRun=true', body);
    expect(foretold).toMatchObject({
      status: 200,
      body: {
        total: 1,
        plans: [{ accountId: users[0]!.id, plan: { proxyId, repair: true, ...BRIEF } }],
        refused: [{ accountId: users[1]!.id, reason: 'The account has no proxy.' }],
      },
    });
    const refused = await bench.send('POST', '/api/bulk/proxy-diag', body);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('The account has no proxy.');
    expect(await proxyOf(proxyId)).toMatchObject({ status: 'unknown', checkedAt: null });
  });

  it('tell healthy from dead over HTTP and SOCKS5, with and without credentials, and give no password away', async () => {
    const made = [
      await addProxy(proxies.plain.port, { exitAddress: '127.0.0.1' }),
      await addProxy(proxies.guarded.port, credentials),
      await addProxy(proxies.socks.port, { protocol: 'socks5' }),
      await addProxy(proxies.guardedSocks.port, { protocol: 'socks5', ...credentials }),
      await addProxy(dead),
      await addProxy(proxies.guarded.port, { ...credentials, password: `${credentials.password}-old` }),
      await addProxy(proxies.plain.port, { exitAddress: '203.0.113.9' }),
    ];
    const users: TestAccount[] = [];
    for (const { id } of made) users.push(await addAccount(id));
    const id = await runKind(bench, 'proxy-diag', { accounts: users, params: { ...BRIEF, stabilitySeconds: 1 } });
    const ended = await untilEnded(bench, id);
    expect(ended).toMatchObject({ state: 'completed_with_failures', totals: { succeeded: 4, failed: 3 } });
    expect(ended.counters).toMatchObject({ healthy: 4 });
    await expectOneAnswer(bench, id);

    const shown = await Promise.all(made.map((one) => proxyOf(one.id)));
    expect(shown.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 4 }, () => 'healthy'),
      ...Array.from({ length: 3 }, () => 'failing'),
    ]);
    expect(shown.slice(4).map(({ verdict }) => verdict)).toEqual([
      expect.stringMatching(/^Failing at connecting: The connection was refused/),
      expect.stringMatching(/^Failing at authentication: The proxy refused/),
      expect.stringMatching(/^Failing at the exit address: The exit address is 127\.0\.0\.1; expected was 203/),
    ]);
    for (const [index, user] of users.slice(4).entries()) {
      const { state, error } = await accountTaskOf(bench, id, user.username);
      expect({ state, error }).toMatchObject({
        state: 'failed',
        error: { type: 'ProxyFailed', message: shown[4 + index]!.verdict },
      });
    }
    expect(await checksOf(made[0]!.id)).toMatchObject([{ verdict: shown[0]!.verdict, changes: [] }]);
    const secrets = [credentials.password, Buffer.from(Object.values(credentials).join(':')).toString('base64')];
    expect(await filesWith(bench, ['logs', 'temporal', 'postgres'], secrets)).toEqual([]);
  });

  it('with repair, put an address right, change the scheme, and switch one account each to a spare', async () => {
    const pasted = await addProxy(1, { host: `127.0.0.1:${proxies.guarded.port}`, ...credentials });
    const wrongScheme = await addProxy(proxies.socks.port);
    const lost = await addProxy(dead);
    const spares = [
      await addProxy(proxies.plain.port, { spare: true }),
      await addProxy(proxies.socks.port, { protocol: 'socks5', spare: true }),
    ];
    const users: TestAccount[] = [];
    for (const { id } of [pasted, wrongScheme, lost, lost, lost]) users.push(await addAccount(id));
    const id = await runKind(bench, 'proxy-diag', { accounts: users, params: { repair: true, ...BRIEF } });
    const ended = await untilEnded(bench, id);
    expect(ended.totals).toMatchObject({ succeeded: 4, failed: 1 });
    expect(ended.counters).toMatchObject({ failing: 4, repaired: 2, switched: 2 });
    await expectOneAnswer(bench, id);

    expect(await proxyOf(pasted.id)).toMatchObject({
      host: '127.0.0.1',
      port: proxies.guarded.port,
      status: 'healthy',
    });
    expect(await proxyOf(wrongScheme.id)).toMatchObject({ protocol: 'socks5', status: 'healthy' });
    expect((await checksOf(wrongScheme.id)).flatMap(({ changes }) => changes)).toContain(
      'The scheme was changed from http to socks5.',
    );
    const items = await accountTasksOf(bench, id);
    const reasonOf = ({ username }: TestAccount) => items.find((item) => item.username === username)?.stateReason;
    expect(reasonOf(users[0]!)).toMatch(/^The port was moved out of the host\. .* Healthy\./);
    const now = await Promise.all(users.slice(2).map(proxyIdOf));
    expect(now.filter((one) => one !== lost.id).sort()).toEqual(spares.map((one) => one.id).sort());
    for (const spare of spares) expect(await proxyOf(spare.id)).toMatchObject({ status: 'healthy', accounts: 1 });
    const failed = items.find((item) => item.state === 'failed');
    expect(failed?.error).toMatchObject({
      type: 'ProxyFailed',
      message: expect.stringMatching(/No spare of the pool/),
    });
  });

  it('go on where they were when their worker is killed after it has repaired half of them', async () => {
    const made: z.infer<typeof proxySchema>[] = [];
    for (let n = 0; n < 6; n += 1) made.push(await addProxy(proxies.socks.port));
    const users: TestAccount[] = [];
    for (const { id } of made) users.push(await addAccount(id));
    const params = { repair: true, requests: 1, stabilitySeconds: 4 };
    const id = await runKind(bench, 'proxy-diag', { accounts: users, params, window: 3 });
    await until(
      async () => (await Promise.all(made.map((one) => proxyOf(one.id)))).map(({ protocol }) => protocol),
      (protocols) => protocols.includes('socks5'),
      { what: 'a proxy has been repaired' },
    );
    bench.stack.kill('network');
    const ended = await untilEnded(bench, id, 150_000);
    expect(ended.totals).toMatchObject({ total: 6, succeeded: 6 });
    expect(ended.counters).toMatchObject({ failing: 6, repaired: 6 });
    await expectOneAnswer(bench, id);
    for (const one of made) {
      expect(await proxyOf(one.id)).toMatchObject({ protocol: 'socks5', status: 'healthy' });
      const repairs = (await checksOf(one.id)).filter(({ verdict }) => verdict.startsWith('Repaired.'));
      expect(repairs).toHaveLength(1);
    }
  });
});
