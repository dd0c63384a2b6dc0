import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Credentials } from '../../activities/platforms/driver.ts';
import { createSandboxDriver } from '../../activities/platforms/sandbox/driver.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { DriverBench, SiteFault, SitePost } from './driver-suite.ts';

const run = promisify(execFile);

/** A second of H.264 film. */
export async function makeVideo(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10:duration=1'];
  const codec = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
  await run(process.env.FFMPEG_PATH || 'ffmpeg', ['-v', 'error', '-y', ...source, ...codec, path]);
}

export interface HarborBench extends DriverBench {
  url: string;
}

/** A Harbor of its own, steered through its control routes. */
export async function startHarborBench(port: number): Promise<HarborBench> {
  const folder = await mkdtemp(join(tmpdir(), 'harbor-bench-'));
  const videoPath = join(folder, 'video.mp4');
  await makeVideo(videoPath);
  const site = await startSandbox({
    port,
    dataFolder: join(folder, 'site'),
    processingDelayMs: 4_000,
    ratePerMinute: 10_000,
  });
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

  return {
    url: site.url,
    driver: createSandboxDriver({ baseUrl: site.url }),
    videoPath,
    async newAccount({ totp = false } = {}) {
      made += 1;
      const { accounts } = await control<{ accounts: (Omit<Credentials, 'totpSecret'> & { totpSecret?: string })[] }>(
        'accounts',
        { count: 1, prefix: `sailor${made}-`, password: `Pa ss"w&ör<d!${made}`, totp },
      );
      const account = accounts[0]!;
      return { ...account, totpSecret: account.totpSecret ?? null };
    },
    async breakSite(username: string, fault: SiteFault, detail = {}) {
      await control('faults', {
        faults: [{ fault, username: fault === 'move-buttons' ? undefined : username, ...detail }],
      });
    },
    async mendSite() {
      await control('faults', { faults: [] });
    },
    async emailCode(username) {
      const { messages } = await control<{ messages: { code: string }[] }>(`mailbox/${username}`);
      return messages.at(-1)!.code;
    },
    async posts(username) {
      const { accounts } = await control<{ accounts: { posts: SitePost[] }[] }>(`truth?username=${username}`);
      return accounts[0]!.posts;
    },
    async close() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
