import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { z } from 'zod';
import { ROOT } from '../../stack/paths.ts';
import { SERVICE_NAMES } from '../../stack/services.ts';
import { type Alerts, listenForAlerts } from '../support/alerts.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTasksOf, orderAndStart, runKind, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';
import { createWorkerHost, type WorkerHost } from '../support/worker-host.ts';

jest.setTimeout(300_000);

const SLOTS = 2;

const workerSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.string(),
  state: z.enum(['ready', 'draining', 'drained', 'lost']),
  order: z.string(),
  slots: z.int(),
  pid: z.int(),
  detail: z.record(z.string(), z.unknown()),
});
type Worker = z.infer<typeof workerSchema>;

let bench: Bench;
let east: WorkerHost;
let west: WorkerHost;
let videos: Video[];
let alerts: Alerts;
let database: pg.Pool;
/** How many submits the workers must have told of, once they have told all. */
let submits = 0;

beforeAll(async () => {
  bench = await startBench({ parts: SERVICE_NAMES.filter((name) => name !== 'browser') });
  videos = await bench.addVideos(1);
  alerts = await listenForAlerts(bench);
  database = new pg.Pool({ connectionString: bench.stack.databaseUrl });
  const slots = { FLOTILLA_BROWSER_SLOTS: String(SLOTS) };
  east = await createWorkerHost(bench, 'east', { ...slots, FLOTILLA_DRAIN_SECONDS: '2' });
  west = await createWorkerHost(bench, 'west', { ...slots, FLOTILLA_DRAIN_SECONDS: '60' });
  for (const host of [east, west]) {
    host.start();
    await untilState(host, 'ready');
  }
});
afterEach(() => bench?.site.break());
afterAll(async () => {
  for (const host of [east, west]) {
    if (process.env.FLOTILLA_TEST_LOGS) console.log(host?.output());
    await host?.stop();
  }
  await database?.end();
  await bench?.stop();
  await alerts?.close();
});

async function workerOf(host: WorkerHost): Promise<Worker | undefined> {
  const { items } = await bench.call('GET', '/api/workers', z.object({ items: z.array(workerSchema) }));
  return items.find(({ name, role }) => name === host.name && role === 'browser');
}

function untilState(host: WorkerHost, state: Worker['state'], withinMs = 60_000): Promise<Worker | undefined> {
  return until(
    () => workerOf(host),
    (worker) => worker?.state === state,
    { what: `${host.name} is ${state}`, withinMs },
  );
}

async function order(host: WorkerHost, what: 'drain' | 'restart'): Promise<void> {
  const worker = await workerOf(host);
  await bench.call('POST', `/api/workers/${worker?.id}/${what}`, z.unknown());
}

const openedBy = async (host: WorkerHost): Promise<number> =>
  Number((await workerOf(host))?.detail.sessionsOpened ?? 0);

/** Until a host holds accounts in browsers at this moment. */
function untilBusy(host: WorkerHost): Promise<unknown> {
  const open = /^flotilla_worker_open_sessions\{[^}]*\} [1-9]/m;
  return until(
    () => host.ask('/metrics'),
    ({ text }) => open.test(text),
    { what: `${host.name} has accounts in browsers` },
  );
}

function upload(accounts: readonly TestAccount[]): Promise<string> {
  const params = { mediaIds: videos.map(({ id }) => id), captions: ['From {{username}}'] };
  return orderAndStart(bench, { accounts, params, window: 10 });
}

/** Until the API has a report of this host that was made from now on. */
async function untilReported(host: WorkerHost): Promise<void> {
  const [now, worker] = [Date.now(), await workerOf(host)];
  const metrics = z.object({ metrics: z.array(z.object({ at: z.iso.datetime() })) });
  await until(
    async () => Date.parse((await bench.call('GET', `/api/workers/${worker?.id}`, metrics)).metrics[0]?.at ?? ''),
    (at) => at > now,
    { what: `${host.name} has reported` },
  );
}

async function expectAllTold(): Promise<void> {
  await until(
    () => timed('upload', 'submitPost'),
    (n) => n >= submits,
    { what: 'all durations have been told' },
  );
  expect(await timed('upload', 'submitPost')).toBe(submits);
}

async function expectAllPosted(id: string, accounts: readonly TestAccount[]): Promise<void> {
  const ended = await untilEnded(bench, id, 240_000);
  expect(ended.totals).toMatchObject({ total: accounts.length, succeeded: accounts.length });
  await expectEveryPostOnce(bench, id);
  await expectOneAnswer(bench, id);
  submits += accounts.length;
}

/** How often steps of a kind went well, as the workers have told. */
async function timed(kind: string, step: string): Promise<number> {
  const { rows } = await database.query<{ n: string }>(
    `SELECT coalesce(sum(n), 0)::text AS n FROM "StepTiming" WHERE kind = $1 AND step = $2 AND outcome = 'ok'`,
    [kind, step],
  );
  return Number(rows[0]?.n);
}

describe('two browser hosts', () => {
  it('share the work, and what one of them held when it was killed goes on at the other', async () => {
    const before = await untilState(east, 'ready');
    const accounts = await bench.addAccounts({ count: 20, prefix: 'shared' });
    await bench.site.break({ fault: 'slow', ms: 1_200, count: 1_000 });
    const id = await upload(accounts);
    for (const host of [east, west]) {
      await until(
        () => openedBy(host),
        (sessions) => sessions > 0,
        { what: `the API says that ${host.name} has opened sessions` },
      );
    }
    await untilBusy(east);
    expect(before?.slots).toBe(SLOTS);
    east.kill();
    await bench.site.break();
    expect(await east.leftovers()).not.toEqual([]);
    const half = await openedBy(west);
    await expectAllPosted(id, accounts);
    await until(
      () => openedBy(west),
      (sessions) => sessions > half,
      { what: 'west has gone on' },
    );

    await untilState(east, 'lost', 90_000);
    expect((await alerts.untilTold('host.lost', before?.id ?? '')).data).toMatchObject({
      ...{ workerId: before?.id, name: east.name, role: 'browser' },
    });
    east.start();
    const after = await untilState(east, 'ready');
    expect(after?.id).toBe(before?.id);
    expect(after?.pid).not.toBe(before?.pid);
    expect(await east.leftovers()).toEqual([]);
  });

  it('lose and double nothing when one is restarted and the other drained during a run', async () => {
    const ids = [(await workerOf(east))?.id, (await workerOf(west))?.id];
    await untilReported(west);
    submits = await timed('upload', 'submitPost');
    const accounts = await bench.addAccounts({ count: 14, prefix: 'turns' });
    const walkers = await bench.addAccounts({ count: 2 * SLOTS, prefix: 'walker' });
    // Looking around takes longer than the host that is drained waits for it: it is broken off there.
    const walk = await runKind(bench, 'warmup', {
      accounts: walkers,
      params: { days: 1, sessionsPerDay: 1, minutesPerSession: 0.5 },
    });
    await untilTotals(bench, walk, 'accounts look around', ({ totals }) => totals.running === walkers.length);
    await bench.site.break({ fault: 'slow', ms: 500, count: 200 });
    const id = await upload(accounts);
    await Promise.all([untilBusy(east), untilBusy(west)]);
    await order(west, 'restart');
    await order(east, 'drain');
    await until(
      async () => west.ends.at(-1),
      (code) => code === 75,
      { what: 'west ends to be restarted' },
    );
    await until(
      async () => east.ends.at(-1),
      (code) => code === 0,
      { what: 'east has ended' },
    );
    await untilState(west, 'ready');
    await untilState(east, 'drained');
    await bench.site.break();
    await expectAllPosted(id, accounts);
    expect((await untilEnded(bench, walk)).totals).toMatchObject({
      ...{ total: walkers.length, succeeded: walkers.length },
    });
    const { rows } = await database.query<{ type: string; step: string }>(
      `SELECT type, step FROM "ErrorLog" WHERE "taskId" = $1`,
      [walk],
    );
    expect(rows).toEqual(expect.arrayContaining([{ type: 'Unavailable', step: 'browse' }]));
    expect([(await workerOf(east))?.id, (await workerOf(west))?.id]).toEqual(ids);

    await expectAllTold();
    expect(await timed('upload', 'claim')).toBeGreaterThan(0);
  });

  it('take no work while drained, whoever starts them, until a restart is ordered', async () => {
    east.start();
    await until(
      async () => east.output(),
      (text) => text.includes('takes no work until'),
      { what: 'east is held' },
    );
    expect(await east.ask('/healthz')).toMatchObject({ status: 503 });
    const accounts = await bench.addAccounts({ count: 3, prefix: 'held' });
    await expectAllPosted(await upload(accounts), accounts);
    expect(await openedBy(east)).toBe(0);
    expect((await workerOf(east))?.state).toBe('drained');

    await order(east, 'restart');
    await untilState(east, 'ready');
    await until(
      () => east.ask('/healthz'),
      ({ status }) => status === 200,
      { what: 'east takes work' },
    );
    const more = await bench.addAccounts({ count: 6, prefix: 'again' });
    await bench.site.break({ fault: 'slow', ms: 800, count: 60 });
    const id = await upload(more);
    await untilBusy(east);
    await bench.site.break();
    await expectAllPosted(id, more);
  });

  it("serve their metrics with the Temporal SDK's, and say when Temporal is away", async () => {
    const { status, text } = await east.ask('/metrics');
    expect(status).toBe(200);
    const lines = text.split('\n');
    const has = (pattern: RegExp) => expect(lines.filter((line) => pattern.test(line))).not.toEqual([]);
    has(/^flotilla_activities_total\{.*step="submitPost",outcome="ok".*role="browser",host="east"\} [1-9]/);
    has(/^flotilla_activity_duration_seconds_bucket\{/);
    has(/^flotilla_worker_slots\{.*\} 2$/);
    has(/^flotilla_worker_open_sessions\{/);
    has(/^temporal_request_latency_seconds_bucket\{/);
    has(/^temporal_worker_task_slots_available\{/);
    expect(lines.filter((line) => /^# TYPE /.test(line)).length).toBe(
      new Set(lines.filter((line) => /^# TYPE /.test(line)).map((line) => line.split(' ')[2])).size,
    );
    expect(await east.ask('/healthz')).toMatchObject({ status: 200 });
    bench.stack.kill('temporal', 'SIGSTOP');
    try {
      const away = await east.ask('/healthz');
      expect([away.status, away.text]).toEqual([503, 'Temporal does not answer.\n']);
    } finally {
      bench.stack.kill('temporal', 'SIGCONT');
    }
    await until(
      () => east.ask('/healthz'),
      ({ status: now }) => now === 200,
      { what: 'Temporal is back' },
    );
  });

  it('go on while the API is away, and are told of afterwards', async () => {
    const accounts = await bench.addAccounts({ count: 4, prefix: 'apart' });
    const id = await upload(accounts);
    await untilTotals(bench, id, 'accounts are at work', ({ totals }) => totals.running > 0);
    bench.stack.kill('api');
    await expectAllPosted(id, accounts);
    await expectAllTold();
    for (const host of [east, west]) expect((await workerOf(host))?.state).toBe('ready');
  });

  it('tell what failed: of which kind, platform, step, account and run', async () => {
    const [account] = await bench.addAccounts({ count: 1, prefix: 'wrong' });
    await bench.call('PATCH', `/api/accounts/${account!.id}`, z.unknown(), { password: 'not-the-password' });
    const id = await upload([account!]);
    await untilEnded(bench, id);
    const [item] = await accountTasksOf(bench, id);
    const { rows } = await until(
      () => database.query(`SELECT * FROM "ErrorLog" WHERE "accountTaskId" = $1`, [item!.id]),
      (found) => found.rows.some(({ source }) => source === 'worker/browser'),
      { what: 'the failure has been told' },
    );
    // The ledger tells of the account task's end, the host of the step that failed.
    expect(rows.map(({ source }) => source)).toEqual(expect.arrayContaining(['account-task', 'worker/browser']));
    expect(rows.find(({ source }) => source === 'worker/browser')).toMatchObject({
      ...{ source: 'worker/browser', type: 'InvalidCredentials', kind: 'upload', platform: 'sandbox' },
      ...{ step: 'openSession', taskId: id, accountId: account!.id, runId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(JSON.stringify(rows)).not.toContain('not-the-password');
  });
});

describe('a worker that is not the orchestrator', () => {
  it.each(['browser', 'media', 'network'])('does not start with the address of a database: %s', (role) => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'workers/main.ts', role], {
      cwd: ROOT,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        FLOTILLA_DATA: east.folder,
        FLOTILLA_WORKER_TOKEN: 'a-token-of-sufficient-length',
        DATABASE_URL: 'postgresql://someone:secret@db/flotilla',
      },
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`a ${role} worker must not have it`)]);
    expect(stderr).not.toContain('secret');
  });
});
