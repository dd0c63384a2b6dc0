import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import type { Page, Request } from 'playwright-core';
import { findChromium } from '../../activities/browser/chromium.ts';
import type { BrowserPool, PooledContext } from '../../activities/browser/pool.ts';
import { createBrowserPool } from '../../activities/browser/pool.ts';
import type { Credentials } from '../../activities/platforms/driver.ts';
import { platformProfiles } from '../../activities/platforms/profiles.ts';
import { browserDrivers } from '../../activities/platforms/registry.ts';
import type { StorageState } from '../../activities/sessions/link.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { accountTruth } from '../../sandbox/truth.ts';
import type { DriverBench, Offers } from './driver-suite-bench.ts';

const run = promisify(execFile);

/** A second of H.264 film. */
export async function makeVideo(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10:duration=1'];
  const codec = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
  await run(process.env.FFMPEG_PATH || 'ffmpeg', ['-v', 'error', '-y', ...source, ...codec, path]);
}

async function makePicture(path: string, colour: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', `color=${colour}:size=96x96`];
  await run(process.env.FFMPEG_PATH || 'ffmpeg', ['-v', 'error', '-y', ...source, '-frames:v', '1', path]);
}

export type HarborPlatform = 'sandbox' | 'sandbox-clips';

/** Harbor can be broken in every way there is. */
export function harborOffers(platform: HarborPlatform): Offers {
  return {
    profile: platformProfiles[platform]!,
    site: [
      ...(['slow', 'error', 'drop-before', 'drop-after', 'expire-session', 'challenge'] as const),
      ...(['throttle', 'suspend', 'move-buttons'] as const),
      ...(['totp', 'proxy', 'processing', 'location', 'media-check'] as const),
    ],
  };
}

export interface HarborBench extends DriverBench<Page> {
  url: string;
}

/** Forms that the log-in consists of change nothing of the account. */
const isChange = (request: Request) =>
  request.method() === 'POST' && !/^\/(login|logout|challenge)/.test(new URL(request.url()).pathname);

/** A Harbor of its own, steered through its control routes, and a browser to see it with. */
export async function startHarborBench(port: number, platform: HarborPlatform = 'sandbox'): Promise<HarborBench> {
  const folder = await mkdtemp(join(tmpdir(), 'harbor-bench-'));
  const videoPath = join(folder, 'video.mp4');
  const imagePaths = [join(folder, 'blue.png'), join(folder, 'red.jpg')] as const;
  await Promise.all([makeVideo(videoPath), makePicture(imagePaths[0], 'blue'), makePicture(imagePaths[1], 'red')]);
  const site = await startSandbox({
    port,
    dataFolder: join(folder, 'site'),
    processingDelayMs: 4_000,
    ratePerMinute: 10_000,
  });
  let pool: BrowserPool | null = null;
  let held: PooledContext[] = [];
  let made = 0;

  async function control<T>(path: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${site.url}/_control/${path}`, {
      ...sent,
      headers: { 'content-type': 'application/json' },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  const bench: HarborBench = {
    url: site.url,
    driver: browserDrivers[platform]!({ baseUrl: site.url }),
    videoPath,
    imagePaths,
    unknownTarget: 'nobody-at-all',
    gonePost: () => ({
      id: 'gone',
      permalink: `${site.url}${platform === 'sandbox-clips' ? '/clips' : ''}/p/gone`,
      caption: 'gone',
    }),
    async newAccount({ totp = false } = {}) {
      made += 1;
      const { accounts } = await control<{ accounts: (Omit<Credentials, 'totpSecret'> & { totpSecret?: string })[] }>(
        'accounts',
        { count: 1, prefix: `sailor${made}-`, password: `Pa ss"w&ör<d!${made}`, totp },
      );
      const account = accounts[0]!;
      return { ...account, totpSecret: account.totpSecret ?? null };
    },
    async newHandle({ session = null, proxy = null }: { session?: unknown; proxy?: { server: string } | null } = {}) {
      pool ??= createBrowserPool({
        maxBrowsers: 1,
        maxContextsPerBrowser: 4,
        executablePath: findChromium()!,
        log: pino({ level: 'silent' }),
      });
      const pooled = await pool.acquireContext({ storageState: session as StorageState | null, proxy });
      held.push(pooled);
      return pooled.context.newPage();
    },
    sessionOf: (page) => page.context().storageState(),
    isStopped: (page) => page.isClosed(),
    async watch(page, listener) {
      page.on('request', (request) => listener({ type: 'request', changes: isChange(request) }));
      page.on('response', (response) => listener({ type: 'answer', changes: isChange(response.request()) }));
    },
    async endHandles() {
      const ending = held;
      held = [];
      await Promise.all(ending.map((pooled) => pooled.release()));
    },
    async breakSite(username, fault, detail = {}) {
      await control('faults', {
        // The page of the log-in belongs to no account, and shall have moved its buttons too.
        faults: [{ fault, username: fault === 'move-buttons' ? undefined : username, ...detail }],
      });
    },
    async breakAtChange(page, username, fault, detail = {}) {
      let broken = false;
      await page.route('**/*', async (route) => {
        if (!broken && isChange(route.request())) {
          broken = true;
          await bench.breakSite(username, fault, detail);
        }
        await route.continue();
      });
    },
    async mendSite() {
      await control('faults', { faults: [] });
    },
    async emailCode(username) {
      const { messages } = await control<{ messages: { code: string }[] }>(`mailbox/${username}`);
      return messages.at(-1)!.code;
    },
    async truth(username) {
      const { accounts } = await control<{ accounts: ReturnType<typeof accountTruth>[] }>(`truth?username=${username}`);
      const account = accounts[0]!;
      const posts = platform === 'sandbox-clips' ? account.clips : account.posts;
      return {
        posts: posts.map(({ id, caption, location, mentions, mediaSha256 }) => ({
          id,
          caption,
          location,
          mentions,
          mediaSha256,
        })),
        bio: account.bio,
        avatar: account.avatarSha256,
        follows: account.follows,
        logins: account.logins,
        changes:
          account.posts.length +
          account.clips.length +
          account.bioChanges.length +
          account.avatarChanges.length +
          account.followChanges.length,
      };
    },
    async close() {
      await bench.endHandles();
      await pool?.close();
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
