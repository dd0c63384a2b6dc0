import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';
import { outsideOfWork } from '../../config/log-context.ts';
import type { Logger } from '../../config/logger.ts';
import type { ProxySettings, StorageState } from '../sessions/link.ts';
import { launchArgs, launchEnv } from './chromium.ts';
import { createSlots } from './slots.ts';
import { tracesIn } from './trace-files.ts';
import { makeWorkFolder } from './work-folder.ts';

export interface BrowserPoolOptions {
  maxContextsPerBrowser: number;
  maxBrowsers: number;
  executablePath: string;
  log: Logger;
  /** A browser that has served this many contexts is replaced once they are closed: its memory only grows. */
  recycleAfterContexts?: number;
  /** A browser without contexts is closed after this time, milliseconds. */
  idleBrowserMs?: number;
  /** Parent of this pool's folder for files in the making. */
  workFolder?: string;
}

export interface ContextRequest {
  storageState?: StorageState | null;
  proxy?: ProxySettings | null;
  /** IANA name; one that Chromium does not know is left out. */
  timeZone?: string | null;
  signal?: AbortSignal;
}

/** One isolated context; belongs to the caller until `release`. */
export interface PooledContext {
  context: BrowserContext;
  /** Aborted when the context has gone, be it by `release` or because its browser died. */
  gone: AbortSignal;
  /** Closes the context and gives its place to the next caller. Safe to call twice. */
  release(): Promise<void>;
}

export interface BrowserPool {
  /** Waits for a free place, in order of calling. @throws the signal's reason; Error when Chromium cannot start */
  acquireContext(request: ContextRequest): Promise<PooledContext>;
  /** `contexts` counts those that are alive. */
  stats(): { browsers: number; contexts: number; waiting: number };
  /** Closes every context and browser and waits until their processes have ended. */
  close(): Promise<void>;
  /** Only this user can read it; removed with the pool. */
  readonly folder: string;
}

interface Host {
  ready: Promise<Browser>;
  load: number;
  served: number;
  retired: boolean;
  idleTimer: NodeJS.Timeout | null;
}

const STUCK_MS = 20_000;

function withinTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Chromium did not ${what} in ${STUCK_MS / 1000} s.`)), STUCK_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function contextOptions({ storageState, proxy, timeZone }: ContextRequest): BrowserContextOptions {
  return {
    ...(storageState ? { storageState } : {}),
    ...(proxy ? { proxy } : {}),
    ...(timeZone && isTimeZone(timeZone) ? { timezoneId: timeZone } : {}),
  };
}

/** Shares few browser processes between many isolated contexts. */
export function createBrowserPool(options: BrowserPoolOptions): BrowserPool {
  const { maxContextsPerBrowser, maxBrowsers, executablePath, log } = options;
  const recycleAfterContexts = options.recycleAfterContexts ?? 100;
  const idleBrowserMs = options.idleBrowserMs ?? 60_000;
  const folder = makeWorkFolder(options.workFolder ?? join(tmpdir(), 'flotilla-browser'));
  const slots = createSlots(maxContextsPerBrowser * maxBrowsers);
  const hosts = new Set<Host>();
  const closing = new Set<Promise<void>>();
  const contexts = new Set<PooledContext>();
  let closed = false;

  function launch(): Host {
    // The pool's owner decides what a signal means. Chromium is spoken to through pipes and ends when they close, so
    // it does not outlive a worker that was killed.
    const launching = () =>
      chromium.launch({
        executablePath,
        args: launchArgs(),
        env: launchEnv(),
        tracesDir: tracesIn(folder),
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    // Other accounts' contexts follow in the same browser.
    const ready = outsideOfWork(launching);
    const host: Host = { ready, load: 0, served: 0, retired: false, idleTimer: null };
    hosts.add(host);
    ready.then(
      (browser) =>
        browser.on('disconnected', () => {
          if (!host.retired) log.warn({ contexts: host.load }, 'a browser ended unexpectedly and will be replaced');
          retire(host);
        }),
      () => hosts.delete(host),
    );
    return host;
  }

  /** Takes a browser out of service; it closes when its last context has been released. */
  function retire(host: Host): void {
    host.retired = true;
    if (host.idleTimer) clearTimeout(host.idleTimer);
    if (host.load > 0 || !hosts.delete(host)) return;
    const done = host.ready
      .then((browser) => browser.close())
      .catch(() => undefined)
      .finally(() => closing.delete(done));
    closing.add(done);
  }

  function reserve(): Host {
    const free = [...hosts].find((host) => !host.retired && host.load < maxContextsPerBrowser);
    const host = free ?? launch();
    if (host.idleTimer) clearTimeout(host.idleTimer);
    host.load += 1;
    host.served += 1;
    if (host.served >= recycleAfterContexts) host.retired = true;
    return host;
  }

  function giveBack(host: Host): void {
    host.load -= 1;
    if (host.load > 0) return;
    if (host.retired || closed) {
      retire(host);
      return;
    }
    host.idleTimer = setTimeout(() => retire(host), idleBrowserMs);
    host.idleTimer.unref();
  }

  async function makeContext(request: ContextRequest): Promise<PooledContext> {
    const host = reserve();
    let context: BrowserContext;
    try {
      const browser = await host.ready;
      context = await withinTime(browser.newContext(contextOptions(request)), 'open a context');
    } catch (error) {
      const browser = await host.ready.catch(() => null);
      if (browser && (!browser.isConnected() || String(error).includes('did not'))) host.retired = true;
      giveBack(host);
      throw error;
    }
    const gone = new AbortController();
    context.on('close', () => gone.abort());
    let released: Promise<void> | null = null;
    const release = async () => {
      contexts.delete(pooled);
      try {
        await withinTime(context.close(), 'close a context');
      } catch (error) {
        host.retired = true;
        log.warn({ reason: String(error) }, 'a context did not close; its browser will be replaced');
      }
      gone.abort();
      giveBack(host);
      slots.free();
    };
    const pooled: PooledContext = {
      context,
      gone: gone.signal,
      release: () => {
        released ??= release();
        return released;
      },
    };
    contexts.add(pooled);
    return pooled;
  }

  async function acquireContext(request: ContextRequest): Promise<PooledContext> {
    await slots.take(request.signal);
    let pooled: PooledContext;
    try {
      // A browser may have died since it last served: the second try meets a new one.
      pooled = await makeContext(request).catch((error) => {
        if (closed || request.signal?.aborted || !/closed|crash|disconnected/i.test(String(error))) throw error;
        return makeContext(request);
      });
    } catch (error) {
      slots.free();
      throw error;
    }
    if (closed || request.signal?.aborted) {
      await pooled.release();
      throw request.signal?.reason ?? new Error('The browser pool is closed.');
    }
    return pooled;
  }

  return {
    folder,
    acquireContext,
    stats: () => ({
      browsers: hosts.size,
      contexts: [...contexts].filter((pooled) => !pooled.gone.aborted).length,
      waiting: slots.waiting(),
    }),
    async close() {
      closed = true;
      slots.close(new Error('The browser pool is closed.'));
      await Promise.all([...contexts].map((pooled) => pooled.release()));
      for (const host of hosts) if (host.load === 0) retire(host);
      await Promise.all([...hosts].map((host) => host.ready.then((browser) => browser.close()).catch(() => undefined)));
      await Promise.all(closing);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
