import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { TemporaryPostgres } from '../stack/temporary-postgres.ts';
import { startTemporaryPostgres } from '../stack/temporary-postgres.ts';
import { attachBulk, nextPage, resetFailed, resync, settleLost } from './bulk-ledger.ts';
import { createDesk } from './desk.ts';
import { createIntents } from './intents.ts';
import { acquireLease, releaseLease, renewLeases } from './leases.ts';
import { transition } from './ledger.ts';
import { platformProfiles } from './platforms/profiles.ts';
import type { Relay } from './relay.ts';
import { accountTaskStateCounts } from './tallies.ts';

let postgres: TemporaryPostgres;
let pool: pg.Pool;
const told: { workflowId: string; to: string }[] = [];
const relay: Relay = {
  tell: (workflowId, change) => told.push({ workflowId, to: change.to }),
  flush: async () => undefined,
};

beforeAll(async () => {
  postgres = await startTemporaryPostgres({ migrated: true });
  pool = new pg.Pool({ connectionString: postgres.databaseUrl });
  // The server stops right after the pool: a connection may hear of that before it has closed.
  pool.on('error', () => undefined);
}, 120_000);

afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
});

async function seed(count: number, over: { status?: string; dailyLimits?: object } = {}) {
  const taskId = randomUUID();
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
     VALUES ($1, 'upload', 'test', '{}', '{}', 5, $2, $3)`,
    [taskId, count, `bulk/${taskId}`],
  );
  const accounts: { id: string; accountId: string }[] = [];
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    const accountId = randomUUID();
    const id = randomUUID();
    await pool.query(
      `INSERT INTO "Account" (id, platform, username, status, "dailyLimits") VALUES ($1, 'sandbox', $2, $3, $4)`,
      [accountId, accountId.slice(0, 12), over.status ?? 'active', over.dailyLimits ?? null],
    );
    await pool.query(
      `INSERT INTO "AccountTask" (id, "taskId", ordinal, "accountId", username, plan) VALUES ($1, $2, $3, $4, 'u', '{}')`,
      [id, taskId, ordinal, accountId],
    );
    accounts.push({ id, accountId });
  }
  await pool.query(`INSERT INTO "TaskTally" ("taskId", slot, key, n) VALUES ($1, 0, 'state:pending', $2)`, [
    taskId,
    count,
  ]);
  return { taskId, accounts, desk: createDesk({ pool, relay, profiles: platformProfiles, challengeMs: 3_600_000 }) };
}

const claimOf = (taskId: string, accountTaskId: string, owner = `bulk/${taskId}/${accountTaskId}`) => ({
  taskId,
  accountTaskId,
  owner,
  accountId: null,
  uses: 'session' as const,
  action: 'post' as const,
  waits: 0,
});

describe('a change of state', () => {
  it('moves the task, its totals, its counters and its timeline together', async () => {
    const { taskId, accounts } = await seed(2);
    const id = accounts[0]!.id;
    await transition(pool, { accountTaskId: id, from: ['pending'], to: 'running', newAttempt: true });
    await transition(pool, { accountTaskId: id, from: ['running'], to: 'succeeded', counters: { posted: 2 } });
    const { totals, counters } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ total: 2, pending: 1, running: 0, succeeded: 1 });
    expect(counters).toEqual({ posted: 2 });
    const { rows } = await pool.query(`SELECT data FROM "TaskEvent" WHERE "accountTaskId" = $1 ORDER BY id`, [id]);
    expect(rows.map(({ data }) => `${data.from}>${data.to}`)).toEqual(['pending>running', 'running>succeeded']);
  });

  it('happens once, however often it is asked for', async () => {
    const { taskId, accounts } = await seed(1);
    const settle = () =>
      transition(pool, { accountTaskId: accounts[0]!.id, from: ['pending'], to: 'failed', counters: { posted: 1 } });
    const results = await Promise.all([settle(), settle(), settle()]);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect((await accountTaskStateCounts(pool, taskId)).totals).toMatchObject({ pending: 0, failed: 1, total: 1 });
  });

  it('keeps totals exact when many account tasks change at the same time', async () => {
    const { taskId, accounts } = await seed(40);
    await Promise.all(
      accounts.map(async ({ id }, index) => {
        await transition(pool, { accountTaskId: id, from: ['pending'], to: 'running' });
        await transition(pool, {
          accountTaskId: id,
          from: ['running'],
          to: index % 4 === 0 ? 'failed' : 'succeeded',
          counters: { posted: 1 },
        });
      }),
    );
    const { totals, counters } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ total: 40, pending: 0, running: 0, succeeded: 30, failed: 10 });
    expect(counters).toEqual({ posted: 40 });
  });
});

describe('a lease', () => {
  it('is held by one owner at a time, and its token grows with each new holder', async () => {
    const resource = `test/${randomUUID()}`;
    const first = await acquireLease(pool, { resource, owner: 'a', ttlMs: 60_000 });
    const second = await acquireLease(pool, { resource, owner: 'b', ttlMs: 60_000 });
    expect(second).toMatchObject({ acquired: false, holder: { owner: 'a' } });
    const token = first.acquired ? first.lease.fencingToken : '';
    expect(await releaseLease(pool, resource, token)).toBe(true);
    const third = await acquireLease(pool, { resource, owner: 'b', ttlMs: 60_000 });
    expect(third.acquired && BigInt(third.lease.fencingToken) > BigInt(token)).toBe(true);
    expect(await renewLeases(pool, [{ resource, fencingToken: token }], 60_000)).toEqual([]);
  });

  it('goes to one of many who ask at the same time', async () => {
    const resource = `test/${randomUUID()}`;
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, i) => acquireLease(pool, { resource, owner: `o${i}`, ttlMs: 60_000 })),
    );
    expect(asked.filter(({ acquired }) => acquired)).toHaveLength(1);
  });

  it('keeps its token when the same owner asks again, and gives a new one after it was fenced off', async () => {
    const { taskId, accounts, desk } = await seed(1);
    const request = claimOf(taskId, accounts[0]!.id);
    const first = await desk.claim(request);
    const again = await desk.claim(request);
    if (first.status !== 'go' || again.status !== 'go') throw new Error('not claimed');
    expect(again.fencingToken).toBe(first.fencingToken);
    await desk.fence({ accountId: first.accountId, fencingToken: first.fencingToken });
    const fenced = await desk.claim(request);
    expect(fenced.status === 'go' && BigInt(fenced.fencingToken) > BigInt(first.fencingToken)).toBe(true);
  });
});

describe('a claim', () => {
  it('lets two runs of one account take turns', async () => {
    const { taskId, accounts, desk } = await seed(1);
    const id = accounts[0]!.id;
    await acquireLease(pool, { resource: `account/${accounts[0]!.accountId}`, owner: 'another', ttlMs: 60_000 });
    const claim = await desk.claim(claimOf(taskId, id));
    expect(claim).toMatchObject({ status: 'wait', reason: 'The account is in use by another.' });
    const { rows } = await pool.query(`SELECT state, "wakeAt" FROM "AccountTask" WHERE id = $1`, [id]);
    expect(rows[0]).toMatchObject({ state: 'paced' });
    expect(told.at(-1)).toEqual({ workflowId: `bulk/${taskId}`, to: 'paced' });
  });

  it('waits when the daily limit is used up, but still settles a post of unknown outcome', async () => {
    const { taskId, accounts, desk } = await seed(1, { dailyLimits: { posts: 1 } });
    const { id, accountId } = accounts[0]!;
    await pool.query(
      `INSERT INTO "PostIntent" ("idempotencyKey", "accountTaskId", "accountId", platform, index, caption, state, "submittedAt")
       VALUES ($1, $2, $3, 'sandbox', 0, '', 'posted', now())`,
      [randomUUID(), id, accountId],
    );
    expect(await desk.claim(claimOf(taskId, id))).toMatchObject({
      status: 'wait',
      reason: expect.stringContaining('daily limit'),
    });
    await pool.query(`UPDATE "PostIntent" SET state = 'submitting' WHERE "accountTaskId" = $1`, [id]);
    expect(await desk.claim(claimOf(taskId, id))).toMatchObject({ status: 'go' });
  });

  it('refuses an account whose password was refused', async () => {
    const { taskId, accounts, desk } = await seed(1, { status: 'bad_credentials' });
    expect(await desk.claim(claimOf(taskId, accounts[0]!.id))).toMatchObject({
      status: 'refused',
      type: 'InvalidCredentials',
    });
  });

  it('does not let an account go on that was cancelled while it was being claimed', async () => {
    const { taskId, accounts, desk } = await seed(1);
    const id = accounts[0]!.id;
    const blocker = await pool.connect();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT 1 FROM "AccountTask" WHERE id = $1 FOR UPDATE`, [id]);
    // The claim has read "pending" and now waits for the row.
    const claim = desk.claim(claimOf(taskId, id));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await transition(blocker, { accountTaskId: id, from: ['pending'], to: 'cancelled' });
    await blocker.query('COMMIT');
    blocker.release();
    expect(await claim).toMatchObject({ status: 'ended', outcome: { state: 'cancelled' } });
    const resource = `account/${accounts[0]!.accountId}`;
    expect((await acquireLease(pool, { resource, owner: 'next', ttlMs: 1_000 })).acquired).toBe(true);
  });

  it('waits while the bulk task is paused', async () => {
    const { taskId, accounts, desk } = await seed(1);
    await pool.query(`UPDATE "BulkTask" SET state = 'paused' WHERE id = $1`, [taskId]);
    expect(await desk.claim(claimOf(taskId, accounts[0]!.id))).toMatchObject({ status: 'wait' });
  });
});

describe('settling', () => {
  it('writes one final state, marks the account and frees it', async () => {
    const { taskId, accounts, desk } = await seed(1);
    const { id, accountId } = accounts[0]!;
    const claim = await desk.claim(claimOf(taskId, id));
    if (claim.status !== 'go') throw new Error('not claimed');
    const request = {
      taskId,
      accountTaskId: id,
      accountId,
      fencingToken: claim.fencingToken,
      parentRunId: null,
      state: 'failed' as const,
      reason: 'Wrong password.',
      error: { type: 'InvalidCredentials' as const, message: 'Wrong password.' },
      counters: {},
    };
    const { version } = await desk.settle(request);
    expect(await desk.settle({ ...request, state: 'succeeded' })).toEqual({ version });
    const { rows } = await pool.query(
      `SELECT at.state, a.status FROM "AccountTask" at JOIN "Account" a ON a.id = at."accountId" WHERE at.id = $1`,
      [id],
    );
    expect(rows[0]).toEqual({ state: 'failed', status: 'bad_credentials' });
    expect((await acquireLease(pool, { resource: `account/${accountId}`, owner: 'next', ttlMs: 1_000 })).acquired).toBe(
      true,
    );
  });

  it('tells the parent only when the parent cannot know by itself', async () => {
    const { taskId, accounts, desk } = await seed(2);
    await attachBulk(pool, { taskId, runId: 'run-2', retryFailed: false, fresh: true, active: [] });
    const settle = (id: string, parentRunId: string) =>
      desk.settle({
        ...{ taskId, accountTaskId: id, accountId: null, fencingToken: null, parentRunId },
        ...{ state: 'succeeded' as const, reason: null, error: null, counters: {} },
      });
    told.length = 0;
    await settle(accounts[0]!.id, 'run-2');
    expect(told).toEqual([]);
    await settle(accounts[1]!.id, 'run-1');
    expect(told).toEqual([{ workflowId: `bulk/${taskId}`, to: 'succeeded' }]);
  });
});

describe('the ledger of a bulk task', () => {
  it('reads what has not ended in pages', async () => {
    const { taskId, accounts } = await seed(5);
    await transition(pool, { accountTaskId: accounts[1]!.id, from: ['pending'], to: 'succeeded' });
    const page = await nextPage(pool, { taskId, fromOrdinal: 0, limit: 3 });
    expect(page.map(({ ordinal }) => ordinal)).toEqual([0, 2, 3]);
    expect((await nextPage(pool, { taskId, fromOrdinal: 4, limit: 3 })).map(({ ordinal }) => ordinal)).toEqual([4]);
  });

  it('puts failed account tasks back, and those that broke off half way', async () => {
    const { taskId, accounts } = await seed(3);
    const error = { type: 'Unavailable', message: 'x' };
    await transition(pool, { accountTaskId: accounts[0]!.id, from: ['pending'], to: 'failed', error });
    await transition(pool, {
      accountTaskId: accounts[1]!.id,
      from: ['pending'],
      to: 'partial',
      error,
      counters: { posted: 1 },
    });
    await transition(pool, {
      accountTaskId: accounts[2]!.id,
      from: ['pending'],
      to: 'succeeded',
      counters: { posted: 1 },
    });
    expect(await resetFailed(pool, taskId)).toBe(2);
    expect(await resetFailed(pool, taskId)).toBe(0);
    const { totals, counters } = await accountTaskStateCounts(pool, taskId);
    expect(totals).toMatchObject({ pending: 2, succeeded: 1, failed: 0, partial: 0 });
    expect(counters).toEqual({ posted: 1 });
  });

  it('puts back only those of one cause, one type or some ids, where they are named', async () => {
    const { taskId, accounts } = await seed(5);
    const fail = (place: number, type: string, message: string) =>
      transition(pool, {
        accountTaskId: accounts[place]!.id,
        from: ['pending'],
        to: 'failed',
        error: { type, message },
      });
    await fail(0, 'Throttled', 'Wait 5 minutes.');
    await fail(1, 'Throttled', 'Wait 9 minutes.');
    await fail(2, 'Throttled', 'Come back tomorrow.');
    await fail(3, 'PageChanged', 'No button.');
    const { rows } = await pool.query(`SELECT fingerprint FROM "AccountTask" WHERE "taskId" = $1 ORDER BY ordinal`, [
      taskId,
    ]);
    const causes = rows.map(({ fingerprint }) => fingerprint);
    expect(causes[0]).toBe(causes[1]);
    expect(new Set(causes).size).toBe(4);
    expect(causes[4]).toBeNull();
    const { rows: logged } = await pool.query(`SELECT count(*)::int AS n FROM "ErrorLog" WHERE fingerprint = $1`, [
      causes[0],
    ]);
    expect(logged[0].n).toBeGreaterThanOrEqual(2);
    expect(await resetFailed(pool, taskId, { fingerprint: causes[0], accountTaskIds: [accounts[2]!.id] })).toBe(0);
    expect(await resetFailed(pool, taskId, { fingerprint: causes[0] })).toBe(2);
    expect(await resetFailed(pool, taskId, { accountTaskIds: [accounts[3]!.id, accounts[4]!.id] })).toBe(1);
    expect(await resetFailed(pool, taskId, { type: 'PageChanged' })).toBe(0);
    expect(await resetFailed(pool, taskId, { type: 'Throttled' })).toBe(1);
  });

  it('puts back only those that ended so, or whose name has a part, and notes the order once', async () => {
    const { taskId, accounts } = await seed(3);
    const error = { type: 'Throttled', message: 'x' };
    for (const [place, to] of (['failed', 'partial', 'failed'] as const).entries())
      await transition(pool, { accountTaskId: accounts[place]!.id, from: ['pending'], to, error });
    const { rows } = await pool.query(
      `SELECT c.username FROM "AccountTask" a JOIN "Account" c ON c.id = a."accountId"
       WHERE a."taskId" = $1 ORDER BY a.ordinal`,
      [taskId],
    );
    const noted = { by: 'ann' };
    expect(await resetFailed(pool, taskId, { q: '%' }, noted)).toBe(0);
    expect(await resetFailed(pool, taskId, { state: 'partial', q: rows[0].username }, noted)).toBe(0);
    expect(await resetFailed(pool, taskId, { q: rows[0].username }, noted)).toBe(1);
    expect(await resetFailed(pool, taskId, { state: 'partial', type: 'Throttled' }, noted)).toBe(1);
    const { rows: events } = await pool.query(
      `SELECT data FROM "TaskEvent" WHERE "taskId" = $1 AND "accountTaskId" IS NULL AND data ? 'retried' ORDER BY id`,
      [taskId],
    );
    const words = { type: null, fingerprint: null, state: null, q: null, chosen: null };
    expect(events.map(({ data }) => [data.retried, data.by, data.only])).toEqual([
      [1, 'ann', { ...words, q: rows[0].username }],
      [1, 'ann', { ...words, state: 'partial', type: 'Throttled' }],
    ]);
  });

  it('answers only what the workflow does not know yet', async () => {
    const { taskId, accounts } = await seed(2);
    const moved = await transition(pool, { accountTaskId: accounts[0]!.id, from: ['pending'], to: 'parked' });
    const active = [
      [0, accounts[0]!.id, 'running', 0],
      [1, accounts[1]!.id, 'running', 0],
    ] as const;
    const synced = await resync(pool, { taskId, active: active.map((entry) => [...entry]) });
    expect(synced.changes).toMatchObject([{ ordinal: 0, to: 'parked', version: moved!.version }]);
    expect(synced.totals).toMatchObject({ pending: 1, parked: 1 });
  });

  it('ends an account task whose workflow is gone, once', async () => {
    const { taskId, accounts } = await seed(1);
    const request = { taskId, accountTaskId: accounts[0]!.id, reason: 'Terminated.' };
    expect(await settleLost(pool, request)).toMatchObject({ to: 'failed', version: 1 });
    expect(await settleLost(pool, request)).toMatchObject({ to: 'failed', version: 1 });
  });
});

describe('a post intent', () => {
  it('is one row a post, and takes no submit once the post is made', async () => {
    const { accounts } = await seed(1);
    const { id, accountId } = accounts[0]!;
    const mediaId = randomUUID();
    const probe = {
      ...{ kind: 'video', container: 'mov,mp4,m4a', bytes: 1_000, width: 540, height: 960, durationMs: 5_000 },
      ...{ frameRate: 30, videoCodec: 'h264', audioCodec: 'aac', rotation: 0 },
    };
    await pool.query(
      `INSERT INTO "MediaAsset" (id, sha256, "fileName", kind, mime, bytes, width, height, "durationMs", probe)
       VALUES ($1, $2, 'a.mp4', 'video', 'video/mp4', 1000, 540, 960, 5000, $3)`,
      [mediaId, randomUUID(), probe],
    );
    const intents = createIntents(pool, platformProfiles);
    const request = {
      accountTaskId: id,
      accountId,
      platform: 'sandbox',
      index: 0,
      mediaId,
      caption: 'hi',
      recipe: null,
      source: null,
    };
    const opened = await intents.openIntent(request);
    expect(opened).toMatchObject({ state: 'created', media: { status: 'ready', fileName: 'a.mp4' } });
    expect((await intents.openIntent(request)).intentId).toBe(opened.intentId);
    await intents.startSubmit({ intentId: opened.intentId, mediaSha256: 'x', baseline: ['1'] });
    expect(await intents.openIntent(request)).toMatchObject({ state: 'submitting', baseline: ['1'] });
    await intents.closeIntent({ intentId: opened.intentId, state: 'posted', post: { id: '2', permalink: '/p/2' } });
    await intents.closeIntent({ intentId: opened.intentId, state: 'absent', post: null });
    expect(await intents.openIntent(request)).toMatchObject({ state: 'posted', permalink: '/p/2' });
    await expect(intents.startSubmit({ intentId: opened.intentId, mediaSha256: 'x', baseline: [] })).rejects.toThrow(
      /already/,
    );
  });
});
