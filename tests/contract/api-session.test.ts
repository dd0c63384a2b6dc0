import { pino } from 'pino';
import type { ApiSessionsOptions } from '../../activities/api-sessions/session.ts';
import { createApiSessions } from '../../activities/api-sessions/session.ts';
import type { MemoryLink } from '../../activities/browser/memory-link.fixture.ts';
import { memoryLink } from '../../activities/browser/memory-link.fixture.ts';
import type { ApiHandle, PostDraft } from '../../activities/platforms/driver.ts';
import { createApiDriverLookup } from '../../activities/platforms/registry.ts';
import {
  closeProxyHost,
  httpProxy,
  refusedPort,
  slamming,
  socksProxy,
  type TestProxy,
} from '../../activities/proxies/proxies.fixture.ts';
import type { AccountSecret } from '../../activities/sessions/link.ts';
import type { OpenRequest, SessionManager } from '../../activities/sessions/manager.ts';
import { createMasker } from '../../activities/sessions/secrets.ts';
import { uuidV7 } from '../../activities/uuid-v7.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import type { AtprotoBench } from './atproto-bench.ts';
import { startAtprotoBench } from './atproto-bench.ts';

const here = createAddressGuard(['127.0.0.0/8', '::1/128']);
const guards = { proxy: here, platform: here };

let bench: AtprotoBench;
const managers: SessionManager<ApiHandle>[] = [];
const proxies: TestProxy[] = [];

beforeAll(async () => {
  bench = await startAtprotoBench(4632);
});

afterEach(async () => {
  await bench.mendSite();
  for (const manager of managers.splice(0)) {
    await manager.closeAll();
    expect(manager.openCount()).toBe(0);
  }
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

afterAll(async () => {
  await bench?.close();
  await closeProxyHost();
});

function manage(connect: MemoryLink, options: Partial<ApiSessionsOptions> = {}): SessionManager<ApiHandle> {
  const drivers = createApiDriverLookup({ atproto: bench.gateway.url });
  const manager = createApiSessions({ drivers, connect, guards, log: pino({ level: 'silent' }), ...options });
  managers.push(manager);
  return manager;
}

async function account(more: Partial<AccountSecret> = {}) {
  const credentials = await bench.newAccount();
  const connect = memoryLink(credentials, { platform: 'atproto', ...more });
  return { ...credentials, connect, did: bench.didOf(credentials.username) };
}

const calm = () => ({ signal: new AbortController().signal, progress: () => {} });
const request = (more: Partial<OpenRequest> = {}): OpenRequest => ({
  sessionKey: 'task-1',
  accountId: 'account-1',
  accountTaskId: 'task-1',
  fencingToken: '1',
  platform: 'atproto',
  ...calm(),
  ...more,
});
const draft = (caption: string, key = uuidV7()): PostDraft => ({
  key,
  filePath: bench.imagePaths[0],
  caption,
  location: null,
  mentions: [],
});

function submit(manager: SessionManager<ApiHandle>, sessionId: string, post: PostDraft) {
  return manager.step(sessionId, 'publish', (handle, driver, step) => driver.submitPost(handle, post, step), calm());
}

const posts = async (username: string) => (await bench.truth(username)).posts.map(({ id }) => id);
const logins = (did: string) => bench.gateway.counts(did).logins;

describe('opening a session over an API', () => {
  it('logs in once, saves the tokens, and another host goes on with them', async () => {
    const { connect, did } = await account();
    const first = await manage(connect).open(request());
    expect(first).toMatchObject({ entered: 'logged-in', ownPostIds: [] });
    expect(connect.saved).toHaveLength(1);
    expect((await manage(connect).open(request())).entered).toBe('reused');
    expect(logins(did)).toBe(1);
    expect(connect.saved).toHaveLength(1);
  });

  it('logs in anew where it is asked to', async () => {
    const { connect, did } = await account();
    await manage(connect).open(request());
    expect((await manage(connect).open(request({ forceLogIn: true }))).entered).toBe('logged-in');
    expect(logins(did)).toBe(2);
  });

  it('renews an access token that has expired, without a log-in, and saves what it got', async () => {
    const { connect, did } = await account();
    await manage(connect).open(request());
    bench.gateway.expireAccess(did);
    expect((await manage(connect).open(request())).entered).toBe('reused');
    expect(bench.gateway.counts(did)).toMatchObject({ logins: 1, refreshes: 1 });
    expect(connect.saved).toHaveLength(2);
    expect((await manage(connect).open(request())).entered).toBe('reused');
    expect(bench.gateway.counts(did)).toMatchObject({ logins: 1, refreshes: 1 });
  });

  it('takes a code that a person gave along with the log-in, so that it stays the newest one', async () => {
    const { connect, did, username } = await account();
    await bench.breakSite(username, 'challenge');
    await expect(manage(connect).open(request())).rejects.toMatchObject({
      type: 'ChallengeRequired',
      details: { challenge: 'email-code' },
    });
    connect.answer('wrong');
    await expect(manage(connect).open(request())).rejects.toMatchObject({ type: 'ChallengeRequired' });
    connect.answer(bench.gateway.code(did));
    expect((await manage(connect).open(request())).entered).toBe('logged-in');
    expect(logins(did)).toBe(1);
  });

  it('is stopped by its signal', async () => {
    const { connect, username } = await account();
    await bench.breakSite(username, 'slow', { ms: 5_000 });
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const opening = manage(connect).open(request({ signal: stop.signal, progress: () => stop.abort(reason) }));
    await expect(opening).rejects.toBe(reason);
  });

  it('is refused for a platform without such a driver', async () => {
    const { connect } = await account({ platform: 'sandbox' });
    await expect(manage(connect).open(request({ platform: 'sandbox' }))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });
});

describe('a step over an API', () => {
  it('logs in again when the session has ended, and the post is made once', async () => {
    const { connect, did, username } = await account();
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    await bench.breakSite(username, 'expire-session');
    const post = await submit(manager, sessionId, draft('after all'));
    expect(await posts(username)).toEqual([post.id]);
    expect(logins(did)).toBe(2);
    expect(connect.saved.at(-1)).not.toEqual(connect.saved[0]);
    expect((await manage(connect).open(request())).entered).toBe('reused');
  });

  it('is not run again when something was submitted before the session ended', async () => {
    const { connect, did, username } = await account();
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    const both = manager.step(
      sessionId,
      'publish',
      async (handle, driver, step) => {
        await driver.submitPost(handle, draft('once'), step);
        await bench.breakSite(username, 'expire-session');
        return driver.listOwnPosts(handle, username, 1, step);
      },
      calm(),
    );
    await expect(both).rejects.toMatchObject({ type: 'OutcomeUnknown' });
    expect(await posts(username)).toHaveLength(1);
    expect(logins(did)).toBe(1);
  });

  it('whose answer was lost finds its post by the key when it is sent again', async () => {
    const { connect, username } = await account();
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    const post = draft('kept');
    await bench.breakSite(username, 'drop-after', { count: 1 });
    await expect(submit(manager, sessionId, post)).rejects.toMatchObject({ type: 'OutcomeUnknown' });
    const found = await submit(manager, sessionId, post);
    expect(await posts(username)).toEqual([found.id]);
    expect((await manager.open(request())).ownPostIds).toEqual([found.id]);
  });

  it('tells nothing of password or tokens when it fails, and keeps no screenshot', async () => {
    const { connect, password } = await account();
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    const stored = connect.saved[0] as unknown as { session: { accessJwt: string; refreshJwt: string } };
    const { accessJwt, refreshJwt } = stored.session;
    const work = () => Promise.reject(new Error(`no: ${password} ${accessJwt} ${refreshJwt}`));
    const error = (await manager.step(sessionId, 'look', work, calm()).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ type: 'Unavailable' });
    expect(error.cause).toBeUndefined();
    expect(error.message).toMatch(/^no: /);
    expect(createMasker([password, accessJwt, refreshJwt])(error.message)).toBe(error.message);
    expect(connect.files).toEqual([]);
  });

  it('is stopped at once when its host loses the lease', async () => {
    const { connect, username } = await account();
    const manager = manage(connect, { leaseTtlMs: 300 });
    const { sessionId } = await manager.open(request());
    await bench.breakSite(username, 'slow', { ms: 20_000 });
    connect.leaseIsOurs = false;
    await expect(submit(manager, sessionId, draft('never'))).rejects.toThrow('lost the account');
    expect(manager.openCount()).toBe(0);
  });
});

describe('the proxy of an account', () => {
  const credentials = { username: 'captain', password: 'p:w@rd' };

  async function through(proxy: TestProxy, scheme: string, login: Partial<typeof credentials> = {}) {
    proxies.push(proxy);
    const server = `${scheme}://127.0.0.1:${proxy.port}`;
    return (await account({ proxy: { server, ...login } })).connect;
  }

  it.each([
    ['http', () => httpProxy({ credentials })],
    ['socks5', () => socksProxy({ credentials })],
  ] as const)('carries every request (%s), and its end is the end of the connection', async (scheme, start) => {
    const proxy = await start();
    const connect = await through(proxy, scheme, credentials);
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    await expect(submit(manager, sessionId, draft('by proxy'))).resolves.toMatchObject({ caption: 'by proxy' });
    await proxy.close();
    proxies.length = 0;
    await expect(submit(manager, sessionId, draft('without'))).rejects.toMatchObject({ type: 'ProxyFailed' });
  });

  it.each([
    ['http', () => httpProxy({ credentials })],
    ['socks5', () => socksProxy({ credentials })],
  ] as const)('that refuses the credentials is told from a site that does (%s)', async (scheme, start) => {
    const connect = await through(await start(), scheme, { ...credentials, password: 'wrong' });
    const error = await manage(connect)
      .open(request())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'ProxyFailed' });
    expect((error as Error).message).not.toMatch(/captain|wrong/);
  });

  it.each(['http', 'socks5'])('that is not there or hangs up is named as the cause (%s)', async (scheme) => {
    const gone = memoryLink(await bench.newAccount(), {
      platform: 'atproto',
      proxy: { server: `${scheme}://127.0.0.1:${await refusedPort()}` },
    });
    await expect(manage(gone).open(request())).rejects.toMatchObject({ type: 'ProxyFailed' });
    const rude = await through(await slamming(), scheme);
    await expect(manage(rude).open(request())).rejects.toMatchObject({ type: 'ProxyFailed' });
  });

  it('is not called where its address is no public one', async () => {
    const proxy = await httpProxy();
    const connect = await through(proxy, 'http');
    const strict = { proxy: createAddressGuard([]), platform: here };
    const opening = manage(connect, { guards: strict }).open(request());
    await expect(opening).rejects.toMatchObject({
      type: 'ProxyFailed',
      message: expect.stringContaining('FLOTILLA_ALLOWED_NETWORKS'),
    });
    expect((await manage(connect).open(request())).entered).toBe('logged-in');
  });

  it('without which the site itself is what could not be reached', async () => {
    const baseUrl = `http://127.0.0.1:${await refusedPort()}`;
    const { connect } = await account({ baseUrl });
    await expect(manage(connect).open(request())).rejects.toMatchObject({ type: 'Unavailable' });
  });
});
