import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { startTestStack } from '../../stack/testing.ts';
import { type Bench, startBench, type TestAccount } from '../support/bench.ts';
import {
  accountTasksOf,
  order,
  orderAndStart,
  runKind,
  start,
  taskOf,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { openBrowser } from './dashboard-browser.ts';

jest.setTimeout(240_000);

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../cli/flotilla.mjs', import.meta.url));
const PASSWORD = 'a sentence that is remembered';
const withId = z.object({ id: z.uuid() });

let folder: string;
let bench: Bench;
/** Of the installation that was backed up. */
let adminToken: string;
let accounts: TestAccount[];
const tasks = { login: '', draft: '', running: '' };
let scheduleId: string;
let token: string;

const place = (name: string) => join(folder, name);

/** The command line on the machine of an installation, whether it runs or not. */
async function flotilla(data: string, words: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env.PATH, FLOTILLA_DATA: place(data), TZ: 'UTC', ...more };
  return (await run(process.execPath, [CLI, ...words, '--json'], { cwd: folder, env })).stdout;
}

async function signIn(name: string, password: string): Promise<{ status: number; cookie: string; csrf: string }> {
  const answer = await fetch(`${bench.stack.apiUrl}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  const { csrf = '' } = (await answer.json()) as { csrf?: string };
  return { status: answer.status, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', csrf };
}

async function addPerson(): Promise<void> {
  const made = z.object({ password: z.string() });
  const { password } = await bench.call('POST', '/api/users', made, { name: 'ada', role: 'operator' });
  const { cookie, csrf } = await signIn('ada', password);
  const changed = await fetch(`${bench.stack.apiUrl}/api/auth/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrf },
    body: JSON.stringify({ current: password, next: PASSWORD }),
  });
  if (changed.status !== 204) throw new Error(await changed.text());
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-restore-'));
  await chmod(folder, 0o711);
  for (const name of ['before', 'histories']) await mkdir(place(name), { mode: 0o711 });
  bench = await startBench({ dataFolder: place('before') });
  adminToken = bench.stack.adminToken;
  await addPerson();
  const body = { name: 'reader', scopes: ['viewer'] };
  token = (await bench.call('POST', '/api/tokens', z.object({ token: z.string() }), body)).token;
  const [video] = await bench.addVideos(1);
  accounts = await bench.addAccounts({ count: 4, prefix: 'crew' });
  tasks.login = await runKind(bench, 'login', { accounts: accounts.slice(0, 3) });
  await untilEnded(bench, tasks.login);
  const params = (caption: string) => ({ mediaIds: [video!.id], captions: [`${caption}, {{username}}`] });
  tasks.draft = await order(bench, { accounts: accounts.slice(0, 2), params: params('Planned before') });
  scheduleId = (
    await bench.call('POST', '/api/schedules', withId, {
      ...{ name: 'nightly', kind: 'login', timeZone: 'UTC', overlap: 'skip', spec: { cron: '0 3 * * *' } },
      order: { accounts: { ids: [accounts[0]!.id] }, params: {} },
    })
  ).id;
  await bench.site.break({ fault: 'slow', ms: 300_000 });
  tasks.running = await orderAndStart(bench, { accounts: accounts.slice(2), params: params('Cut off'), window: 1 });
  await untilTotals(bench, tasks.running, 'one account is at work', ({ totals }) => totals.running === 1);

  await flotilla('before', ['backup', 'all.tar.gz'], { POSTGRES_PORT: new URL(bench.stack.databaseUrl).port });
  await bench.stop();
  await cp(join(place('before'), 'temporal'), join(place('histories'), 'temporal'), { recursive: true });
  await flotilla('after', ['restore', 'all.tar.gz']);
  // The site is the world outside: it is what it was, whatever becomes of an installation.
  await cp(join(place('before'), 'sandbox'), join(place('after'), 'sandbox'), { recursive: true });
  await rm(place('before'), { recursive: true });
  bench = await startBench({ dataFolder: place('after') });
});
afterAll(async () => {
  await bench?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an installation that was restored to another place, on other ports', () => {
  it('lets people, programs and its admin in with what they had', async () => {
    expect(bench.stack.adminToken).toBe(adminToken);
    expect((await signIn('ada', PASSWORD)).status).toBe(200);
    expect((await signIn('ada', `${PASSWORD}!`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${bench.stack.apiUrl}/api/accounts`, { headers })).status).toBe(200);

    const { page, complaints, close } = await openBrowser();
    try {
      await page.goto(`${bench.stack.apiUrl}/sign-in#token=${adminToken}`);
      await page.getByRole('link', { name: 'Accounts', exact: true }).click();
      await page.getByText(accounts[0]!.username).first().waitFor();
      expect(complaints.list).toEqual([]);
    } finally {
      await close();
    }
  });

  it('shows what ran as ended, says why, and has begun nothing by itself', async () => {
    const task = await taskOf(bench, tasks.running);
    expect(task).toMatchObject({ state: 'completed_with_failures', totals: { failed: 2, running: 0, pending: 0 } });
    expect(task.stateReason).toMatch(/^Restored from a backup of .* then try again/);
    for (const { state, error } of await accountTasksOf(bench, tasks.running)) {
      expect([state, error?.type]).toEqual(['failed', 'OutcomeUnknown']);
    }
    expect(await taskOf(bench, tasks.draft)).toMatchObject({ state: 'draft', totals: { pending: 2 } });
    expect(await taskOf(bench, tasks.login)).toMatchObject({ state: 'completed', totals: { succeeded: 3 } });
    const schedule = await bench.send('GET', `/api/schedules/${scheduleId}`);
    expect(schedule.body).toMatchObject({
      state: 'paused',
      lastError: expect.stringContaining('Restored from a backup'),
    });
    const running = bench.temporal.workflow.list({ query: `ExecutionStatus = 'Running'` });
    for await (const { workflowId } of running) expect(workflowId).not.toMatch(/^bulk\//);
    expect((await bench.site.truth(accounts.map(({ username }) => username))).flatMap(({ posts }) => posts)).toEqual(
      [],
    );
  });

  it('opens what was sealed: stored sessions are used again, and passwords log in anew', async () => {
    const before = await bench.site.truth(accounts.map(({ username }) => username));
    expect(before.map(({ logins }) => logins)).toEqual([1, 1, 1, 0]);
    const reused = await untilEnded(bench, await runKind(bench, 'login', { accounts: accounts.slice(0, 2) }));
    expect(reused).toMatchObject({ state: 'completed', counters: { reused: 2, loggedIn: 0 } });
    const anew = await runKind(bench, 'login', { accounts: accounts.slice(2), params: { force: true } });
    expect(await untilEnded(bench, anew)).toMatchObject({ state: 'completed', counters: { loggedIn: 2 } });
  });

  it('carries out the draft of before, and what was cut off when a person says so, each post once', async () => {
    await start(bench, tasks.draft);
    expect(await untilEnded(bench, tasks.draft)).toMatchObject({ state: 'completed', totals: { succeeded: 2 } });
    const again = await bench.send('POST', `/api/bulk/upload/${tasks.running}/retry-failed`, {});
    expect(again).toMatchObject({ status: 202, body: { retried: 2 } });
    const ended = await untilTotals(bench, tasks.running, 'both have succeeded', ({ state }) => state === 'completed');
    expect(ended.totals).toMatchObject({ succeeded: 2, failed: 0 });
    await expectEveryPostOnce(bench, tasks.draft, tasks.running);
    await expectOneAnswer(bench, tasks.draft);
    const resumed = await bench.send('POST', `/api/schedules/${scheduleId}/resume`, {});
    expect(resumed.body).toMatchObject({ state: 'active' });
  });
});

describe('the histories of before, copied while the stack stood still', () => {
  it('can be read beside it, where no worker goes on with them', async () => {
    const stack = await startTestStack({ dataFolder: place('histories'), parts: ['temporal'] });
    const connection = await Connection.connect({ address: stack.temporalAddress });
    try {
      const handle = new Client({ connection }).workflow.getHandle(`bulk/${tasks.login}`);
      expect((await handle.describe()).status.name).toBe('COMPLETED');
      expect((await handle.fetchHistory()).events?.length).toBeGreaterThan(5);
    } finally {
      await connection.close();
      await stack.stop();
    }
  });
});
