import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { findChromium } from './chromium.ts';
import type { BrowserPool, BrowserPoolOptions, PooledContext } from './pool.ts';
import { createBrowserPool } from './pool.ts';
import { browserProcessesOf, eventually, isRunning } from './processes.fixture.ts';

const executablePath = findChromium() ?? '';
const log = pino({ level: 'silent' });
const work = mkdtempSync(join(tmpdir(), 'pool-test-'));
let pool: BrowserPool;

function makePool(options: Partial<BrowserPoolOptions> = {}): BrowserPool {
  pool = createBrowserPool({
    maxBrowsers: 1,
    maxContextsPerBrowser: 2,
    executablePath,
    log,
    workFolder: work,
    ...options,
  });
  return pool;
}

afterEach(() => pool?.close());
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A proxy that lets in one user and answers every address itself with its own name. */
async function startProxy(name: string): Promise<{ server: Server; url: string }> {
  const wanted = `Basic ${Buffer.from(`${name}:pw-${name}`).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers['proxy-authorization'] === wanted) response.end(`through ${name}`);
    else response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('the browser pool', () => {
  it('shares one browser between contexts that know nothing of one another', async () => {
    makePool();
    const [one, two] = await Promise.all([pool.acquireContext({}), pool.acquireContext({})]);
    const cookie = { name: 'who', value: 'one', domain: 'harbor.example', path: '/' };
    await one.context.addCookies([cookie]);
    expect(await two.context.cookies()).toEqual([]);
    expect(pool.stats()).toEqual({ browsers: 1, contexts: 2, waiting: 0 });
  });

  it('starts a further browser when the first is full, and no more than allowed', async () => {
    makePool({ maxBrowsers: 2, maxContextsPerBrowser: 1 });
    await pool.acquireContext({});
    const second = await pool.acquireContext({});
    const third = pool.acquireContext({});
    expect(pool.stats()).toEqual({ browsers: 2, contexts: 2, waiting: 1 });
    await second.release();
    expect((await third).gone.aborted).toBe(false);
    expect(pool.stats()).toMatchObject({ contexts: 2, waiting: 0 });
  });

  it('serves those who wait in the order they came, and lets them leave', async () => {
    makePool({ maxContextsPerBrowser: 1 });
    const first = await pool.acquireContext({});
    const stop = new AbortController();
    const order: string[] = [];
    const leaving = pool.acquireContext({ signal: stop.signal });
    const served = ['second', 'third'].map(async (name) => {
      const context = await pool.acquireContext({});
      order.push(name);
      await context.release();
    });
    stop.abort(new Error('no longer wanted'));
    await expect(leaving).rejects.toThrow('no longer wanted');
    await first.release();
    await Promise.all(served);
    expect(order).toEqual(['second', 'third']);
  });

  it('replaces a browser that crashed, and tells the holders of its contexts', async () => {
    makePool();
    const before = browserProcessesOf(process.pid);
    const lost = await pool.acquireContext({});
    for (const pid of browserProcessesOf(process.pid).filter((pid) => !before.includes(pid)))
      process.kill(pid, 'SIGKILL');
    await eventually(() => lost.gone.aborted, 'the holder was told');
    const next = await pool.acquireContext({});
    await expect((await next.context.newPage()).goto('data:text/html,alive')).resolves.toBeDefined();
    await lost.release();
    expect(pool.stats()).toEqual({ browsers: 1, contexts: 1, waiting: 0 });
  });

  it('replaces a browser that has served its number of contexts, without touching those in use', async () => {
    makePool({ maxContextsPerBrowser: 3, recycleAfterContexts: 2 });
    const kept = await pool.acquireContext({});
    const browser = kept.context.browser();
    await (await pool.acquireContext({})).release();
    const fresh = await pool.acquireContext({});
    expect(fresh.context.browser()).not.toBe(browser);
    expect(browser?.isConnected()).toBe(true);
    await kept.release();
    await eventually(() => browser?.isConnected() === false, 'the old browser was closed');
  });

  it('gives each context its own proxy, with user name and password', async () => {
    makePool();
    const proxies = await Promise.all(['red', 'blue'].map(startProxy));
    const texts = await Promise.all(
      ['red', 'blue'].map(async (name, index) => {
        const proxy = { server: proxies[index]!.url, username: name, password: `pw-${name}` };
        const page = await (await pool.acquireContext({ proxy })).context.newPage();
        await page.goto('http://somewhere.example/');
        return page.textContent('body');
      }),
    );
    expect(texts).toEqual(['through red', 'through blue']);
    for (const { server } of proxies) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('sets the time zone, and leaves out one that does not exist', async () => {
    makePool();
    const zoneIn = async ({ context }: PooledContext) =>
      (await context.newPage()).evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone');
    expect(await zoneIn(await pool.acquireContext({ timeZone: 'Asia/Tokyo' }))).toBe('Asia/Tokyo');
    expect(await zoneIn(await pool.acquireContext({ timeZone: 'Moon/Crater' }))).toEqual(expect.any(String));
  });

  it('leaves no process and no file behind when it is closed, and refuses those who wait', async () => {
    const before = browserProcessesOf(process.pid);
    makePool({ maxContextsPerBrowser: 1 });
    await pool.acquireContext({});
    const waiting = pool.acquireContext({});
    const refused = expect(waiting).rejects.toThrow('closed');
    const mine = browserProcessesOf(process.pid).filter((pid) => !before.includes(pid));
    expect(mine.length).toBeGreaterThan(0);
    await pool.close();
    await refused;
    await eventually(() => !mine.some(isRunning), 'every browser process had ended');
    expect(existsSync(pool.folder)).toBe(false);
  });

  it('leaves no browser behind when its process is killed, and the next pool clears its files away', async () => {
    const holder = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'pool-holder.fixture.ts'), work], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('exit', () => reject(new Error('The holder did not start.')));
    });
    const browsers = browserProcessesOf(holder.pid ?? 0);
    expect(browsers.length).toBeGreaterThan(2);
    expect(readdirSync(work)).toContainEqual(expect.stringContaining(`pid-${holder.pid}-`));
    holder.kill('SIGKILL');
    await eventually(() => !browsers.some(isRunning), 'every browser process had ended');
    makePool();
    expect(readdirSync(work)).not.toContainEqual(expect.stringContaining(`pid-${holder.pid}-`));
  });
});
