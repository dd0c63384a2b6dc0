import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { createAddressGuard } from '../../config/address-guard.ts';
import { makeCertificate } from './certificate.ts';
import { type CheckOptions, checkProxy, type ProxyToCheck } from './check.ts';
import { type Checker, startChecker } from './checker.ts';
import {
  blackHole,
  closeProxyHost,
  flapping,
  httpProxy,
  mute,
  portal,
  refusedPort,
  slamming,
  socksProxy,
  type TestProxy,
  tcpServer,
} from './proxies.fixture.ts';

const credentials = { username: 'mole', password: 'tunnel/of:secrets@9' };
const never = new AbortController().signal;
const guard = createAddressGuard(['0.0.0.0/0', '::/0']);

let checker: Checker;
const running: TestProxy[] = [];
beforeAll(async () => {
  checker = await startChecker();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((proxy) => proxy.close()));
});
afterAll(async () => {
  await checker.close();
  await closeProxyHost();
});

async function started(proxy: Promise<TestProxy>): Promise<TestProxy> {
  const one = await proxy;
  running.push(one);
  return one;
}

function check(proxy: Partial<ProxyToCheck> & { port: number }, options: Partial<CheckOptions> = {}) {
  const stored = {
    ...{ protocol: 'http', host: '127.0.0.1', username: null, password: null, exitAddress: null, country: null },
    ...proxy,
  };
  const limits = { connectMs: 700, answerMs: 1_500, signal: never, guard };
  return checkProxy(stored, { targets: checker, limits, requests: 3, stabilitySeconds: 0, ...options });
}

type Findings = Awaited<ReturnType<typeof check>>;
const outcomes = ({ checks }: Findings) => Object.fromEntries(checks.map((one) => [one.check, one.outcome]));
const detailOf = ({ checks }: Findings, name: string) => checks.find((one) => one.check === name)?.detail;
const firstFailed = ({ checks }: Findings) => checks.find(({ outcome }) => outcome === 'failed')?.check;

describe('a proxy that works', () => {
  it.each([
    ['http', 'without credentials', undefined],
    ['http', 'with credentials', credentials],
    ['socks5', 'without credentials', undefined],
    ['socks5', 'with credentials', credentials],
  ] as const)('over %s %s is healthy, and everything was looked at', async (protocol, _, wanted) => {
    const make = protocol === 'http' ? httpProxy : socksProxy;
    const { port } = await started(make(wanted ? { credentials: wanted } : {}));
    const found = await check({ protocol, port, ...wanted, exitAddress: '127.0.0.1' }, { stabilitySeconds: 1 });
    expect(found.status).toBe('healthy');
    expect(outcomes(found)).toEqual({
      ...{ address: 'passed', connect: 'passed', authentication: 'passed', http: 'passed', https: 'passed' },
      ...{ exit: 'passed', country: 'not-checked', latency: 'passed', stability: 'passed' },
    });
    expect(found.exitAddress).toBe('127.0.0.1');
    expect(found.latency).toMatchObject({ requests: 3, failed: 0 });
    expect(found.latency!.p95Ms).toBeGreaterThanOrEqual(found.latency!.p50Ms);
    expect(found.stability!.requests).toBeGreaterThanOrEqual(2);
    expect(found.verdict).toMatch(/^Healthy\. The exit address is 127\.0\.0\.1, as expected\. The country was not/);
  });

  it('may itself be called over TLS, when its certificate is trusted', async () => {
    const certificate = makeCertificate(['127.0.0.1']);
    const { port } = await started(httpProxy({ certificate, credentials }));
    const limits = { connectMs: 1_000, answerMs: 2_000, signal: never, guard };
    const trusted = await check(
      { protocol: 'https', port, ...credentials },
      { limits: { ...limits, proxyCa: certificate.cert } },
    );
    expect(trusted.status).toBe('healthy');
    const stranger = await check({ protocol: 'https', port, ...credentials }, { limits });
    expect([stranger.status, firstFailed(stranger)]).toEqual(['failing', 'connect']);
    expect(stranger.verdict).toContain('certificate is not valid');
  });

  it('is not asked for more than was ordered', async () => {
    const { port } = await started(httpProxy());
    const found = await check({ port }, { requests: 0 });
    expect([found.status, found.latency, found.stability]).toEqual(['healthy', null, null]);
    expect(outcomes(found)).toMatchObject({ latency: 'not-checked', stability: 'not-checked' });
  });

  it('is held against its exit address, whatever else works', async () => {
    const { port } = await started(httpProxy({ localAddress: '127.0.0.2' }));
    const right = await check({ port, exitAddress: '127.0.0.2' });
    expect([right.status, right.exitAddress]).toEqual(['healthy', '127.0.0.2']);
    const wrong = await check({ port, exitAddress: '203.0.113.7' });
    expect([wrong.status, firstFailed(wrong)]).toEqual(['failing', 'exit']);
    expect(wrong.verdict).toContain('The exit address is 127.0.0.2; expected was 203.0.113.7.');
  });
});

describe('a proxy that does not work', () => {
  it('refuses connections', async () => {
    const found = await check({ port: await refusedPort() });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'connect']);
    expect(found.verdict).toContain('refused');
    expect(outcomes(found)).toMatchObject({ address: 'passed', authentication: 'not-checked', https: 'not-checked' });
  });

  it('swallows connections like a black hole', async () => {
    const { port } = await started(blackHole());
    const found = await check({ port });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'connect']);
    expect(found.verdict).toContain('the connection was never made');
  });

  it.each(['http', 'socks5'])('takes connections over %s and never answers', async (protocol) => {
    const { port } = await started(mute());
    const found = await check({ protocol, port });
    expect(found.status).toBe('failing');
    expect(found.verdict).toContain('did not answer in time');
  });

  it.each(['http', 'socks5'])('cuts connections over %s at once', async (protocol) => {
    const { port } = await started(slamming());
    const found = await check({ protocol, port });
    expect(found.status).toBe('failing');
    expect(found.verdict).toMatch(/cut the connection/);
  });

  it.each([
    [
      'http',
      'a wrong password',
      { ...credentials, password: 'tunnel-of-lies' },
      /refused the user name or the password/,
    ],
    ['http', 'no password', {}, /asks for a user name/],
    [
      'socks5',
      'a wrong password',
      { ...credentials, password: 'tunnel-of-lies' },
      /refused the user name or the password/,
    ],
    ['socks5', 'no password', {}, /asks for a user name/],
  ] as const)('over %s with %s fails at authentication', async (protocol, _, given, sentence) => {
    const { port } = await started(protocol === 'http' ? httpProxy({ credentials }) : socksProxy({ credentials }));
    const found = await check({ protocol, port, ...given });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'authentication']);
    expect(found.verdict).toMatch(sentence);
    expect(outcomes(found)).toMatchObject({ connect: 'passed', http: 'not-checked' });
  });

  it('lets HTTP through and no CONNECT', async () => {
    const { port } = await started(httpProxy({ withoutConnect: true }));
    const found = await check({ port });
    expect(outcomes(found)).toMatchObject({ http: 'passed', https: 'failed', exit: 'passed', latency: 'not-checked' });
    expect(found.status).toBe('failing');
    expect(detailOf(found, 'https')).toMatch(/CONNECT was answered with \d+/);
  });

  it('answers by itself instead of asking', async () => {
    const { port } = await started(portal());
    const found = await check({ port });
    expect(firstFailed(found)).toBe('http');
    expect(found.verdict).toContain('does not come from the checker');
    const parrot = JSON.stringify({ flotillaChecker: 1, nonce: 'seen-before', address: '198.51.100.1' });
    const replay = await check({ port: (await started(portal(parrot))).port });
    expect(detailOf(replay, 'http')).toContain('it answers another request');
    expect(replay.exitAddress).toBeNull();
  });

  it('opens encrypted connections on the way', async () => {
    const middle = await startChecker();
    const { port } = await started(
      tcpServer((socket) => {
        socket.once('data', (head) => {
          const isConnect = head.toString().startsWith('CONNECT');
          if (!isConnect) socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
          else {
            const onward = connect(Number(middle.https.port), '127.0.0.1');
            onward.on('error', () => socket.destroy());
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            socket.pipe(onward).pipe(socket);
          }
        });
      }),
    );
    const found = await check({ port });
    await middle.close();
    expect(detailOf(found, 'https')).toContain("not the checker's");
    expect(found.status).toBe('failing');
  });

  it('is one of SOCKS5, stored as HTTP', async () => {
    const { port } = await started(socksProxy());
    const found = await check({ protocol: 'http', port });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'http']);
  });

  it('is one of HTTP, stored as SOCKS5', async () => {
    const { port } = await started(httpProxy());
    const found = await check({ protocol: 'socks5', port });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'authentication']);
    expect(found.verdict).toContain('does not speak SOCKS5');
  });

  it('has an address that cannot be read', async () => {
    const hosts = [
      'http://127.0.0.1',
      '127.0.0.1:80',
      `${credentials.username}:${credentials.password}@127.0.0.1`,
      ' 1.2 .3',
      '[::1]',
    ];
    for (const host of hosts) {
      const found = await check({ host, port: 80 });
      expect([found.status, firstFailed(found)]).toEqual(['failing', 'address']);
      expect(JSON.stringify(found)).not.toContain(credentials.password);
    }
  });

  it('answers too slowly', async () => {
    const { port } = await started(httpProxy({ delayMs: 3_000 }));
    const found = await check({ port }, { limits: { connectMs: 500, answerMs: 300, signal: never, guard } });
    expect([found.status, firstFailed(found)]).toEqual(['failing', 'http']);
  });
});

describe('a proxy that works now and then', () => {
  it('is unstable when some requests fail', async () => {
    const proxy = await started(httpProxy());
    const { port } = await started(flapping(proxy, (n) => n > 2 && n % 2 === 0));
    const found = await check({ port }, { requests: 6 });
    expect(found.status).toBe('unstable');
    expect(found.latency).toMatchObject({ requests: 6, failed: 3 });
    expect(found.verdict).toMatch(/^Unstable\. 3 of 6 requests failed/);
  });

  it('is unstable when only a second try comes through', async () => {
    const proxy = await started(httpProxy());
    const { port } = await started(flapping(proxy, (n) => n === 1));
    const found = await check({ port });
    expect([found.status, found.latency?.failed]).toEqual(['unstable', 0]);
    expect(found.verdict).toContain('only at the second try');
  });

  it('is unstable when it fails while it is watched', async () => {
    const proxy = await started(httpProxy());
    const { port } = await started(flapping(proxy, (n) => n === 4));
    const found = await check({ port }, { requests: 1, stabilitySeconds: 1 });
    expect([found.status, found.stability?.failed]).toEqual(['unstable', 1]);
  });

  it('is failing once it never works again', async () => {
    const proxy = await started(httpProxy());
    const { port } = await started(flapping(proxy, (n) => n > 2));
    const found = await check({ port }, { requests: 50, stabilitySeconds: 30 });
    expect(found.status).toBe('failing');
    expect(found.latency!.requests).toBeLessThan(50);
  });
});

describe('a check', () => {
  it('stops at once when it is cancelled', async () => {
    const { port } = await started(mute());
    const stop = new AbortController();
    const limits = { connectMs: 60_000, answerMs: 60_000, signal: stop.signal, guard };
    const checking = check({ port }, { limits });
    setTimeout(() => stop.abort(new Error('cancelled by a test')), 50);
    await expect(checking).rejects.toThrow('cancelled by a test');
  });

  it.each([
    ['an inner address', '127.0.0.1', []],
    ['one written as a number', '2130706433', []],
    ['one in brackets or mapped', '::ffff:127.0.0.1', []],
    ['a name that leads to one', 'proxy.example', ['127.0.0.1']],
    ['a name that leads to one beside a public one', 'proxy.example', ['93.184.215.14', '169.254.169.254']],
  ])('is not called at %s, whatever protocol it is to speak', async (_what, host, addresses) => {
    let calls = 0;
    const { port } = await started(
      tcpServer((socket) => {
        calls += 1;
        socket.destroy();
      }),
    );
    const strict = createAddressGuard([], async () => addresses);
    const limits = { connectMs: 2_000, answerMs: 2_000, signal: never, guard: strict };
    for (const protocol of ['http', 'https', 'socks5']) {
      const found = await check({ protocol, host, port }, { limits });
      expect(firstFailed(found)).toMatch(/^(address|connect)$/);
      expect(found.status).toBe('failing');
      if (firstFailed(found) === 'connect') expect(detailOf(found, 'connect')).toContain('FLOTILLA_ALLOWED_NETWORKS');
    }
    expect(calls).toBe(0);
  });

  it('never repeats a password, whatever becomes of it', async () => {
    const proxies = [
      await started(httpProxy({ credentials: { username: 'else', password: 'else' } })),
      await started(socksProxy({ credentials: { username: 'else', password: 'else' } })),
      await started(portal(`<p>${credentials.password}</p>`)),
      await started(slamming()),
    ];
    for (const { port } of proxies) {
      for (const protocol of ['http', 'https', 'socks5']) {
        const text = JSON.stringify(await check({ protocol, port, ...credentials }));
        expect(text).not.toContain(credentials.password);
        expect(text).not.toContain(Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64'));
      }
    }
  });

  it('says that a checker on this machine is out of reach for a proxy elsewhere', async () => {
    const serve = (socket: Socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'));
    };
    const here = await check({ port: (await started(tcpServer(serve))).port });
    expect(here.verdict).toContain('status 502');
    expect(here.verdict).not.toContain('FLOTILLA_CHECKER_URL');
    // Any name of this machine that is not plainly loopback stands for a machine elsewhere.
    const { port } = await started(tcpServer(serve, 0, '0.0.0.0'));
    const elsewhere = await check({ host: hostname(), port });
    expect(elsewhere.verdict).toContain('set FLOTILLA_CHECKER_URL');
  });
});
