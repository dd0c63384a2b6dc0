import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, launchArgs } from '../activities/browser/chromium.ts';
import { renderSampleVideos } from '../activities/media/samples.ts';
import { createSandboxDriver } from '../activities/platforms/sandbox/driver.ts';
import type { Aggregate } from '../contracts/bulk.ts';
import type { TestStack } from '../stack/testing.ts';
import { startTestStack } from '../stack/testing.ts';
import { benchClient } from './client.ts';
import { machine, table } from './report.ts';

/**
 * Browser: sandbox uploads a minute through the whole platform, against a plain pool of as many workers that launch a
 * browser for each account, log in and upload with the same driver. `npx tsx bench/browser.ts [accounts] [slots]`
 */
const [accounts = 60, slots = 6] = process.argv.slice(2).map(Number);

interface SandboxAccount {
  username: string;
  password: string;
  email: string;
}

async function createAccounts(stack: TestStack, count: number, prefix: string): Promise<SandboxAccount[]> {
  const response = await fetch(`${stack.sandboxUrl}/_control/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ count, prefix }),
  });
  return ((await response.json()) as { accounts: SandboxAccount[] }).accounts;
}

async function postsOf(stack: TestStack): Promise<number> {
  const response = await fetch(`${stack.sandboxUrl}/_control/truth/summary`);
  return ((await response.json()) as { posts: number }).posts;
}

/** Uploads a minute when every account gets a browser of its own. */
async function launchOnePerAccount(stack: TestStack, people: SandboxAccount[], video: string): Promise<number> {
  const executablePath = findChromium() ?? undefined;
  const driver = createSandboxDriver({ baseUrl: stack.sandboxUrl });
  const queue = [...people];
  const begin = performance.now();
  async function lane(): Promise<void> {
    for (let person = queue.shift(); person; person = queue.shift()) {
      const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: launchArgs() });
      const options = { signal: new AbortController().signal, progress: () => undefined };
      const page = await browser.newPage();
      await driver.logIn(page, { ...person, totpSecret: null }, options);
      const draft = { key: randomUUID(), filePath: video, caption: 'bare', location: null, mentions: [] };
      await driver.submitPost(page, draft, options);
      await browser.close();
    }
  }
  await Promise.all(Array.from({ length: slots }, lane));
  return (people.length * 60_000) / (performance.now() - begin);
}

async function bulkUpload(stack: TestStack, ids: string[], mediaId: string, caption: string): Promise<number> {
  const api = benchClient(stack);
  const task = await api.call<{ id: string }>('POST', '/api/bulk/upload', {
    accounts: { ids },
    params: { mediaIds: [mediaId], captions: [caption] },
    window: slots * 2,
  });
  await api.call('POST', `/api/bulk/upload/${task.id}/start`, {});
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await api.call<Aggregate>('GET', `/api/bulk/upload/${task.id}/aggregate`);
    if (!now.startedAt || !now.finishedAt) continue;
    if (now.totals.succeeded !== ids.length) throw new Error(`Not all succeeded: ${JSON.stringify(now.totals)}`);
    return (ids.length * 60_000) / (Date.parse(now.finishedAt) - Date.parse(now.startedAt));
  }
}

const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
const stack = await startTestStack({ env: { FLOTILLA_BROWSER_SLOTS: String(slots), FLOTILLA_DEMO: '0' } });
try {
  const [video] = await renderSampleVideos(folder, 1);
  if (!video) throw new Error('No sample video was rendered.');
  const videoPath = typeof video === 'string' ? video : (video as { path: string }).path;
  const bare = await createAccounts(stack, accounts, 'bare');
  const ours = await createAccounts(stack, accounts, 'ours');
  const api = benchClient(stack);
  const ids: string[] = [];
  for (const { username, password } of ours) {
    ids.push((await api.call<{ id: string }>('POST', '/api/accounts', { platform: 'sandbox', username, password })).id);
  }
  const mediaId = await api.uploadMedia(videoPath);
  const bareRate = await launchOnePerAccount(stack, bare, videoPath);
  const first = await bulkUpload(stack, ids, mediaId, 'first {{username}}');
  const second = await bulkUpload(stack, ids, mediaId, 'second {{username}}');
  const third = await bulkUpload(stack, ids, mediaId, 'third {{username}}');
  const posts = await postsOf(stack);
  if (posts !== accounts * 4) throw new Error(`${posts} posts exist instead of ${accounts * 4}.`);
  const saved = (second + third) / 2;
  console.log(`\n### Browser, ${accounts} accounts, ${slots} at once (${machine()})\n`);
  console.log(
    table(
      ['way', 'uploads a minute', 'ratio'],
      [
        ['a browser launched for each account', bareRate.toFixed(0), '1.00'],
        ['bulk upload, first time (logs in)', first.toFixed(0), (first / bareRate).toFixed(2)],
        ['bulk upload, saved sessions', saved.toFixed(0), (saved / bareRate).toFixed(2)],
      ],
    ),
  );
} finally {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
}
