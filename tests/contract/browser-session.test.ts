import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { findChromium } from '../../activities/browser/chromium.ts';
import { createEvidence } from '../../activities/browser/evidence.ts';
import type { MemoryLink } from '../../activities/browser/memory-link.fixture.ts';
import { memoryLink } from '../../activities/browser/memory-link.fixture.ts';
import type { BrowserPool } from '../../activities/browser/pool.ts';
import { createBrowserPool } from '../../activities/browser/pool.ts';
import { browserProcessesOf, eventually } from '../../activities/browser/processes.fixture.ts';
import type { BrowserSessionsOptions } from '../../activities/browser/session.ts';
import { createBrowserSessions } from '../../activities/browser/session.ts';
import type { Credentials, PostDraft } from '../../activities/platforms/driver.ts';
import { createDriverLookup } from '../../activities/platforms/registry.ts';
import { closeProxyHost, httpProxy, type TestProxy } from '../../activities/proxies/proxies.fixture.ts';
import type { OpenRequest, SessionManager } from '../../activities/sessions/manager.ts';
import { uuidV7 } from '../../activities/uuid-v7.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import type { HarborBench } from './harbor-bench.ts';
import { startHarborBench } from './harbor-bench.ts';

const log = pino({ level: 'silent' });
const guard = createAddressGuard(['127.0.0.0/8', '::1/128']);
let bench: HarborBench;
let pool: BrowserPool;
let work: string;
const managers: SessionManager<Page>[] = [];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'session-test-'));
  bench = await startHarborBench(4622);
  const executablePath = findChromium()!;
  pool = createBrowserPool({ maxBrowsers: 1, maxContextsPerBrowser: 4, executablePath, log, workFolder: work });
});

afterEach(async () => {
  await bench.mendSite();
  await Promise.all(managers.splice(0).map((manager) => manager.closeAll()));
  expect(pool.stats()).toMatchObject({ contexts: 0, waiting: 0 });
});

afterAll(async () => {
  await pool?.close();
  await bench?.close();
  await rm(work, { recursive: true, force: true });
});

function manage(connect: MemoryLink, options: Partial<BrowserSessionsOptions> = {}): SessionManager<Page> {
  const evidence = createEvidence({ link: connect, folder: pool.folder, log });
  const drivers = createDriverLookup({ sandbox: bench.url });
  const manager = createBrowserSessions({ pool, drivers, connect, evidence, log, guard, ...options });
  managers.push(manager);
  return manager;
}

const calm = () => ({ signal: new AbortController().signal, progress: () => {} });
const request = (more: Partial<OpenRequest> = {}): OpenRequest => ({
  sessionKey: 'task-1',
  accountId: 'account-1',
  accountTaskId: 'task-1',
  fencingToken: '1',
  platform: 'sandbox',
  ...calm(),
  ...more,
});
const draft = (caption: string): PostDraft => ({
  key: uuidV7(),
  filePath: bench.videoPath,
  caption,
  location: null,
  mentions: [],
});

async function logIns(account: Credentials): Promise<number> {
  return (await bench.truth(account.username)).logins;
}

function submit(manager: SessionManager<Page>, sessionId: string, caption: string) {
  return manager.step(
    sessionId,
    'publish',
    (page, driver, step) => driver.submitPost(page, draft(caption), step),
    calm(),
  );
}

describe('opening a session', () => {
  it('logs in once, saves the state, and another host goes on with it', async () => {
    const account = await bench.newAccount();
    const connect = memoryLink(account);
    const first = await manage(connect).open(request());
    expect(first).toMatchObject({ entered: 'logged-in', ownPostIds: [] });
    expect(connect.saved).toHaveLength(1);
    const second = await manage(connect).open(request());
    expect(second.entered).toBe('reused');
    expect(await logIns(account)).toBe(1);
  });

  it('finds the same session under the same key, also when two ask at once', async () => {
    const account = await bench.newAccount();
    const manager = manage(memoryLink(account));
    const [one, two] = await Promise.all([manager.open(request()), manager.open(request())]);
    const later = await manager.open(request());
    expect(new Set([one.sessionId, two.sessionId, later.sessionId]).size).toBe(1);
    expect(await logIns(account)).toBe(1);
  });

  it('closes the session of an older lease first', async () => {
    const manager = manage(memoryLink(await bench.newAccount()));
    const old = await manager.open(request());
    const fresh = await manager.open(request({ fencingToken: '2' }));
    expect(fresh.sessionId).not.toBe(old.sessionId);
    expect(manager.openCount()).toBe(1);
    expect(pool.stats().contexts).toBe(1);
  });

  it('knows the own posts from before and those it made, but none whose outcome is unknown', async () => {
    const account = await bench.newAccount();
    const manager = manage(memoryLink(account));
    const { sessionId } = await manager.open(request());
    const made = await submit(manager, sessionId, 'made');
    await bench.breakSite(account.username, 'drop-after', { count: 1 });
    await expect(submit(manager, sessionId, 'unknown')).rejects.toMatchObject({ type: 'OutcomeUnknown' });
    expect((await manager.open(request())).ownPostIds).toEqual([made.id]);
  });

  it('keeps the state of a challenge, so that the answer works when the account comes back', async () => {
    const account = await bench.newAccount();
    await bench.breakSite(account.username, 'challenge', { count: 1 });
    const connect = memoryLink(account);
    await expect(manage(connect).open(request())).rejects.toMatchObject({ type: 'ChallengeRequired' });
    expect(pool.stats().contexts).toBe(0);
    const challengeAnswer = await bench.emailCode!(account.username);
    connect.answer(challengeAnswer);
    const opened = await manage(connect).open(request({ fencingToken: '2' }));
    expect(opened.ownPostIds).toEqual([]);
    expect(await logIns(account)).toBe(1);
  });

  it('is stopped by its signal and gives the context back', async () => {
    const account = await bench.newAccount();
    await bench.breakSite(account.username, 'slow', { ms: 1_000 });
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const manager = manage(memoryLink(account));
    const opening = manager.open(request({ signal: stop.signal, progress: () => stop.abort(reason) }));
    await expect(opening).rejects.toBe(reason);
    expect(manager.openCount()).toBe(0);
  });
});

describe('a step', () => {
  it('logs in again when the session has ended, and the post is made once', async () => {
    const account = await bench.newAccount();
    const connect = memoryLink(account);
    const manager = manage(connect);
    const { sessionId } = await manager.open(request());
    await bench.breakSite(account.username, 'expire-session', { count: 1 });
    const post = await submit(manager, sessionId, 'after all');
    expect((await bench.truth(account.username)).posts.map(({ id }) => id)).toEqual([post.id]);
    expect(await logIns(account)).toBe(2);
    expect(connect.saved).toHaveLength(2);
    expect(connect.files).toEqual([]);
  });

  it('is not run again when something was submitted before the session ended', async () => {
    const account = await bench.newAccount();
    const manager = manage(memoryLink(account));
    const { sessionId } = await manager.open(request());
    const both = manager.step(
      sessionId,
      'publish',
      async (page, driver, step) => {
        await driver.submitPost(page, draft('once'), step);
        await bench.breakSite(account.username, 'expire-session', { count: 1 });
        return driver.listOwnPosts(page, account.username, 12, step);
      },
      calm(),
    );
    await expect(both).rejects.toMatchObject({ type: 'OutcomeUnknown' });
    expect((await bench.truth(account.username)).posts).toHaveLength(1);
  });

  it('goes on in a new browser after a crash', async () => {
    const account = await bench.newAccount();
    const manager = manage(memoryLink(account));
    const { sessionId } = await manager.open(request());
    for (const pid of browserProcessesOf(process.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended with its parent.
      }
    }
    await eventually(() => pool.stats().contexts === 0, 'the browser was gone');
    await submit(manager, sessionId, 'still here');
    expect(await logIns(account)).toBe(1);
  });

  it('after an abort finds a new page', async () => {
    const account = await bench.newAccount();
    const manager = manage(memoryLink(account));
    const { sessionId } = await manager.open(request());
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const stopped = manager.step(
      sessionId,
      'publish',
      (page, driver, step) => driver.submitPost(page, draft('no'), step),
      { signal: stop.signal, progress: () => stop.abort(reason) },
    );
    await expect(stopped).rejects.toBe(reason);
    await submit(manager, sessionId, 'yes');
    expect((await bench.truth(account.username)).posts.map(({ caption }) => caption)).toEqual(['yes']);
  });

  it('needs an open session', async () => {
    await expect(submit(manage(memoryLink(await bench.newAccount())), 'gone', 'x')).rejects.toMatchObject({
      type: 'SessionExpired',
    });
  });
});

describe('a lease', () => {
  it('is renewed while the session is open', async () => {
    const connect = memoryLink(await bench.newAccount());
    await manage(connect, { leaseTtlMs: 300 }).open(request());
    await eventually(() => connect.renewals >= 2, 'the lease was renewed twice');
  });

  it.each([
    ['belongs to somebody else', { leaseIsOurs: false }],
    ['could not be renewed until it expired', { answersRenewals: false }],
  ])('that %s stops the running step and closes the context', async (_name, change) => {
    const account = await bench.newAccount();
    const connect = memoryLink(account);
    const manager = manage(connect, { leaseTtlMs: 300 });
    const { sessionId } = await manager.open(request());
    const running = manager.step(
      sessionId,
      'wait',
      (_page, _driver, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      calm(),
    );
    Object.assign(connect, change);
    await expect(running).rejects.toThrow("lost the account's lease");
    await eventually(() => pool.stats().contexts === 0, 'the context was closed');
    expect(manager.openCount()).toBe(0);
    expect(connect.files).toEqual([]);
  });
});

it('an idle session is closed', async () => {
  const manager = manage(memoryLink(await bench.newAccount()), { idleMs: 200 });
  await manager.open(request());
  await eventually(() => manager.openCount() === 0 && pool.stats().contexts === 0, 'the session was closed');
});

describe('the proxy of an account in a browser', () => {
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await httpProxy();
  });
  afterAll(async () => {
    await proxy?.close();
    await closeProxyHost();
  });

  it('is not called where its address is no public one, as it stands or behind a name', async () => {
    for (const [host, addresses] of [
      ['127.0.0.1', []],
      ['proxy.example', ['127.0.0.1']],
    ] as const) {
      const connect = memoryLink(await bench.newAccount(), { proxy: { server: `http://${host}:${proxy.port}` } });
      const strict = createAddressGuard([], async () => [...addresses]);
      await expect(manage(connect, { guard: strict }).open(request())).rejects.toMatchObject({
        type: 'ProxyFailed',
        message: expect.stringContaining('FLOTILLA_ALLOWED_NETWORKS'),
      });
    }
  });

  it('is called at the address that was checked, not at what its name leads to later', async () => {
    // The system knows no such name: only the address that the guard found can be reached.
    const connect = memoryLink(await bench.newAccount(), { proxy: { server: `http://proxy.invalid:${proxy.port}` } });
    const pinning = createAddressGuard(['127.0.0.0/8'], async () => ['127.0.0.1']);
    expect((await manage(connect, { guard: pinning }).open(request())).entered).toBe('logged-in');
  });
});
