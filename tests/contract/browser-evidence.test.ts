import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { fromBufferPromise } from 'yauzl';
import { findChromium } from '../../activities/browser/chromium.ts';
import { createEvidence } from '../../activities/browser/evidence.ts';
import { memoryLink } from '../../activities/browser/memory-link.fixture.ts';
import type { BrowserPool } from '../../activities/browser/pool.ts';
import { createBrowserPool } from '../../activities/browser/pool.ts';
import { createBrowserSessions } from '../../activities/browser/session.ts';
import { createDriverLookup } from '../../activities/platforms/registry.ts';
import { createMasker, totpCodesBetween } from '../../activities/sessions/secrets.ts';
import { createAddressGuard } from '../../config/address-guard.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { HarborBench } from './harbor-bench.ts';
import { startHarborBench } from './harbor-bench.ts';

const log = pino({ level: 'silent' });
const guard = createAddressGuard(['127.0.0.0/8', '::1/128']);
let bench: HarborBench;
let pool: BrowserPool;
let work: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'evidence-test-'));
  bench = await startHarborBench(4623);
  const executablePath = findChromium()!;
  pool = createBrowserPool({ maxBrowsers: 1, maxContextsPerBrowser: 4, executablePath, log, workFolder: work });
});

afterAll(async () => {
  await pool?.close();
  await bench?.close();
  await rm(work, { recursive: true, force: true });
});

async function unzip(zip: Buffer): Promise<{ name: string; bytes: Buffer }[]> {
  const archive = await fromBufferPromise(zip);
  const entries: { name: string; bytes: Buffer }[] = [];
  for await (const entry of archive.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    entries.push({ name: entry.fileName, bytes: Buffer.concat(chunks) });
  }
  return entries;
}

describe('the evidence of a failed step', () => {
  it('explains the failure and holds no password, seed, code or cookie, and nor does the error', async () => {
    const account = await bench.newAccount({ totp: true });
    const connect = memoryLink(account);
    const evidence = createEvidence({ link: connect, folder: pool.folder, log });
    const drivers = createDriverLookup({ sandbox: bench.url });
    const manager = createBrowserSessions({ pool, drivers, connect, evidence, log, guard });
    const calm = { signal: new AbortController().signal, progress: () => {} };
    const startedAt = Date.now();
    const { sessionId } = await manager.open({
      sessionKey: 'task-1',
      accountId: 'account-1',
      accountTaskId: 'task-1',
      fencingToken: '1',
      platform: 'sandbox',
      ...calm,
    });

    const error: unknown = await manager
      .step(
        sessionId,
        'publish',
        async (page, driver, step) => {
          await page.context().clearCookies();
          await driver.logIn(page, account, step);
          await page.goto(`${bench.url}/settings/profile`);
          await page.getByLabel('Bio').fill(`mine is ${account.password}`);
          await page.getByLabel('Nothing of that name').fill(account.password, { timeout: 500 });
        },
        calm,
      )
      .catch((thrown: unknown) => thrown);
    await manager.close(sessionId);
    await manager.closeAll();

    const cookies = connect.saved.flatMap((state) => state.cookies.map((cookie) => cookie.value));
    expect(cookies.length).toBeGreaterThan(0);
    const codes = totpCodesBetween(account.totpSecret!, startedAt, Date.now());
    const secrets = [account.password, account.totpSecret!, ...codes, ...cookies];

    expect(error).toBeInstanceOf(TaskError);
    const { message, details, cause } = error as TaskError;
    expect(details.evidenceIds).toHaveLength(2);
    expect(cause).toBeUndefined();
    expect(createMasker(secrets)(message)).toBe(message);

    expect(connect.files.map(({ kind, step, contentType }) => ({ kind, step, contentType }))).toEqual([
      { kind: 'screenshot', step: 'publish', contentType: 'image/png' },
      { kind: 'trace', step: 'publish', contentType: 'application/zip' },
    ]);
    const entries = await unzip(connect.files[1]!.buffer);
    const all = entries.map(({ name, bytes }) => `${name}\n${bytes.toString('latin1')}`).join('\n');
    expect(all).toContain('Nothing of that name');
    expect(all).toContain('/settings/profile');
    expect(all).toContain('[masked]');
    // The same sieve, which the unit tests prove, finds nothing more to mask, in any encoding.
    const sieve = createMasker(secrets, 'latin1');
    expect(entries.filter(({ bytes }) => sieve(bytes.toString('latin1')) !== bytes.toString('latin1'))).toEqual([]);
    for (const secret of secrets) expect(all.includes(secret)).toBe(false);

    for (const { bytes } of entries.filter(({ name }) => name.endsWith('.trace'))) {
      const lines = bytes.toString('utf8').split('\n').filter(Boolean);
      expect(() => lines.map((line) => JSON.parse(line))).not.toThrow();
    }
    expect(await readdir(pool.folder)).toEqual(['traces']);
    // What was recorded in clear goes with its session.
    const recordings = async () =>
      (await readdir(join(pool.folder, 'traces'), { recursive: true })).filter((name) => /[.]/.test(name));
    while ((await recordings()).length > 0) await new Promise((done) => setTimeout(done, 50));
  });

  it('has a screenshot in which fields with secrets are covered', async () => {
    const connect = memoryLink(await bench.newAccount());
    const evidence = createEvidence({ link: connect, folder: pool.folder, log });
    const pooled = await pool.acquireContext({});
    const recorder = await evidence.record(pooled.context);
    const page = await pooled.context.newPage();
    await recorder.begin('look');
    await page.setContent(`<body style="margin:0;background:#fff"><style>* { position: absolute; left: 0; width: 300px;
      height: 60px; border: 0; margin: 0; padding: 0 } body { width: 600px; height: 600px }</style>
      <input type="password" style="top:0" value="x"><input name="otp" style="top:100px"><input style="top:200px"
      value="it is hunter22"><p style="top:300px">hunter22</p><p style="top:400px">harmless</p></body>`);
    await recorder.capture({ page, accountTaskId: 'task-1', step: 'look', secrets: ['hunter22'] });
    await pooled.release();
    const { data, info } = await sharp(connect.files[0]!.buffer).raw().toBuffer({ resolveWithObject: true });
    const colourAt = (y: number) => [...data.subarray((y * info.width + 150) * info.channels).subarray(0, 3)];
    const grey = [125, 138, 151];
    expect([30, 130, 230, 330].map(colourAt)).toEqual([grey, grey, grey, grey]);
    expect(colourAt(430)).not.toEqual(grey);
  });

  it('is left out when it cannot be kept, and the failure stays what it was', async () => {
    const evidence = createEvidence({
      link: { saveEvidence: () => Promise.reject(new Error('no room')) },
      folder: pool.folder,
      log,
    });
    const pooled = await pool.acquireContext({});
    const recorder = await evidence.record(pooled.context);
    await recorder.begin('look');
    const page = await pooled.context.newPage();
    expect(await recorder.capture({ page, accountTaskId: 'task-1', step: 'look', secrets: [] })).toEqual([]);
    await pooled.release();
  });
});
