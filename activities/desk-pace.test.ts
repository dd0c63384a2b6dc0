import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Claim, ClaimRequest } from '../contracts/orchestration.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import type { TemporaryPostgres } from '../stack/temporary-postgres.ts';
import { startTemporaryPostgres } from '../stack/temporary-postgres.ts';
import { createDesk } from './desk.ts';
import { RESTART_MS, takeLanes } from './lanes.ts';
import { acquireLease } from './leases.ts';
import { sandboxProfile } from './platforms/sandbox/profile.ts';

let postgres: TemporaryPostgres;
let pool: pg.Pool;

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

const PER_MINUTE = 6;

/** Lanes of one step each 10 seconds: the burst of five seconds lets one action through at a time. */
const lane = (resource = `platform/${randomUUID()}`, actionsPerMinute = PER_MINUTE) => ({
  resource,
  platform: 'Test',
  actionsPerMinute,
});

/** A platform of its own for each test, so that no test finds another one's lane. */
function testPlatform(limits: Partial<PlatformProfile['limits']> = {}): PlatformProfile {
  const name = `test-${randomUUID()}`;
  return { ...sandboxProfile, name, title: 'Test', limits: { ...sandboxProfile.limits, ...limits } };
}

interface SeedOptions {
  dailyLimits?: object;
  quietHours?: object;
  proxyId?: string;
}

async function seed(profile: PlatformProfile, count: number, options: SeedOptions = {}) {
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
      `INSERT INTO "Account" (id, platform, username, status, "dailyLimits", "quietHours", "proxyId")
       VALUES ($1, $2, $3, 'active', $4, $5, $6)`,
      [
        accountId,
        profile.name,
        accountId.slice(0, 12),
        options.dailyLimits ?? null,
        options.quietHours ?? null,
        options.proxyId ?? null,
      ],
    );
    await pool.query(
      `INSERT INTO "AccountTask" (id, "taskId", ordinal, "accountId", username, plan) VALUES ($1, $2, $3, $4, 'u', '{}')`,
      [id, taskId, ordinal, accountId],
    );
    accounts.push({ id, accountId });
  }
  const desk = createDesk({
    pool,
    relay: { tell: () => undefined, flush: async () => undefined },
    profiles: { [profile.name]: profile },
  });
  const claim = (place: number, more: Partial<ClaimRequest> = {}): Promise<Claim> =>
    desk.claim({
      taskId,
      accountTaskId: accounts[place]!.id,
      owner: `bulk/${taskId}/${accounts[place]!.id}`,
      accountId: null,
      uses: 'session',
      action: 'follow',
      waits: 0,
      ...more,
    });
  return { taskId, accounts, desk, claim };
}

async function addProxy(): Promise<string> {
  const { rows } = await pool.query(
    `INSERT INTO "Proxy" (name, protocol, host, port, "updatedAt") VALUES ('p', 'http', '127.0.0.1', 1, now())
     RETURNING id`,
  );
  return rows[0].id;
}

async function dueIn(resource: string): Promise<number> {
  const { rows } = await pool.query(
    `SELECT extract(epoch FROM "nextAt" - now())::float8 AS seconds FROM "PaceLane" WHERE resource = $1`,
    [resource],
  );
  return rows[0]?.seconds;
}

/** Makes the lane's past look as if `seconds` more had gone by. */
async function letPass(resource: string, seconds: number): Promise<void> {
  await pool.query(
    `UPDATE "PaceLane" SET "nextAt" = "nextAt" - $2::float8 * interval '1 s',
       "slowUntil" = "slowUntil" - $2::float8 * interval '1 s' WHERE resource = $1`,
    [resource, seconds],
  );
}

describe('a lane', () => {
  it('lets an action through, and the next one a step later', async () => {
    const one = lane();
    expect(await takeLanes(pool, [one], 0)).toBeNull();
    const wait = await takeLanes(pool, [one], 0);
    expect(wait?.reason).toBe('The platform Test takes at most 6 actions a minute of all accounts together.');
    expect(wait?.waitMs).toBeGreaterThan(1_000);
    expect(wait?.waitMs).toBeLessThanOrEqual(12_000);
    await letPass(one.resource, 10);
    expect(await takeLanes(pool, [one], 0)).toBeNull();
  });

  it('takes nothing for those whom it sends away', async () => {
    const one = lane();
    await takeLanes(pool, [one], 0);
    const before = await dueIn(one.resource);
    for (let times = 0; times < 5; times += 1) expect(await takeLanes(pool, [one], times)).not.toBeNull();
    expect(await dueIn(one.resource)).toBeLessThanOrEqual(before);
  });

  it('lets exactly as many through at once as five seconds hold, however many ask at the same time', async () => {
    const one = lane(undefined, 120);
    const answers = await Promise.all(Array.from({ length: 60 }, () => takeLanes(pool, [one], 0)));
    // Ten at once; while they ask, the next one or two may fall due.
    const through = answers.filter((answer) => answer === null).length;
    expect(through).toBeGreaterThanOrEqual(10);
    const { rows } = await pool.query(
      `SELECT extract(epoch FROM "nextAt" - now()) <= 5 AS "isInBounds" FROM "PaceLane" WHERE resource = $1`,
      [one.resource],
    );
    expect(rows[0].isInBounds).toBe(true);
    expect(await dueIn(one.resource)).toBeGreaterThan(through * 0.5 - 5);
  });

  it('does not save up what was left over', async () => {
    const one = lane(undefined, 120);
    await takeLanes(pool, [one], 0);
    await letPass(one.resource, 3_600);
    let through = 0;
    while ((await takeLanes(pool, [one], 0)) === null) through += 1;
    expect(through).toBeLessThan(20);
  });

  it('takes from the platform and the proxy together, or from neither', async () => {
    const platform = lane(undefined, 600);
    const proxy = lane(`proxy/${randomUUID()}`);
    expect(await takeLanes(pool, [platform, proxy], 0)).toBeNull();
    const before = await dueIn(platform.resource);
    expect(await takeLanes(pool, [platform, proxy], 0)).not.toBeNull();
    expect(await dueIn(platform.resource)).toBeLessThanOrEqual(before);
    expect(await takeLanes(pool, [platform], 0)).toBeNull();
  });

  it('spreads those that come back again and again over a longer time', async () => {
    const one = lane();
    await takeLanes(pool, [one], 0);
    const waits = await Promise.all(Array.from({ length: 40 }, () => takeLanes(pool, [one], 8)));
    const lengths = waits.map((wait) => wait!.waitMs);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(60_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(10_000 + 300_000);
  });
});

describe('a claim with an action', () => {
  it('waits when the platform is at its limit, frees the account and says why', async () => {
    const { accounts, claim } = await seed(testPlatform({ actionsPerMinute: PER_MINUTE }), 2);
    expect(await claim(0)).toMatchObject({ status: 'go' });
    expect(await claim(1)).toMatchObject({
      status: 'wait',
      reason: 'The platform Test takes at most 6 actions a minute of all accounts together.',
    });
    const { rows } = await pool.query(`SELECT state, "wakeAt" FROM "AccountTask" WHERE id = $1`, [accounts[1]!.id]);
    expect(rows[0]).toMatchObject({ state: 'paced', wakeAt: expect.any(Date) });
    const resource = `account/${accounts[1]!.accountId}`;
    expect((await acquireLease(pool, { resource, owner: 'next', ttlMs: 1_000 })).acquired).toBe(true);
  });

  it('keeps the account while it runs, because its session may still be open', async () => {
    const { accounts, claim } = await seed(testPlatform({ actionsPerMinute: PER_MINUTE }), 1);
    expect(await claim(0)).toMatchObject({ status: 'go' });
    expect(await claim(0)).toMatchObject({ status: 'wait' });
    const resource = `account/${accounts[0]!.accountId}`;
    expect((await acquireLease(pool, { resource, owner: 'next', ttlMs: 1_000 })).acquired).toBe(false);
  });

  it('waits when its proxy is at its limit, and another proxy is none of its business', async () => {
    const profile = testPlatform({ actionsPerMinutePerProxy: PER_MINUTE });
    const behindOne = await seed(profile, 2, { proxyId: await addProxy() });
    const behindAnother = await seed(profile, 1, { proxyId: await addProxy() });
    expect(await behindOne.claim(0)).toMatchObject({ status: 'go' });
    expect(await behindOne.claim(1)).toMatchObject({
      status: 'wait',
      reason: "The account's proxy takes at most 6 actions a minute of all accounts together.",
    });
    expect(await behindAnother.claim(0)).toMatchObject({ status: 'go' });
  });

  it('takes no room where its own pace, its task or another run makes the account wait', async () => {
    const profile = testPlatform({ actionsPerMinute: PER_MINUTE });
    const resource = `platform/${profile.name}`;
    const limited = await seed(profile, 1, { dailyLimits: { follows: 0 } });
    expect(await limited.claim(0)).toMatchObject({ status: 'wait', reason: expect.stringContaining('daily limit') });
    const paused = await seed(profile, 1);
    await pool.query(`UPDATE "BulkTask" SET state = 'paused' WHERE id = $1`, [paused.taskId]);
    expect(await paused.claim(0)).toMatchObject({ status: 'wait', reason: 'The bulk task is paused.' });
    const used = await seed(profile, 1);
    await acquireLease(pool, { resource: `account/${used.accounts[0]!.accountId}`, owner: 'a', ttlMs: 60_000 });
    expect(await used.claim(0)).toMatchObject({ status: 'wait', reason: 'The account is in use by a.' });
    expect(await dueIn(resource)).toBeUndefined();
    expect(await (await seed(profile, 1)).claim(0)).toMatchObject({ status: 'go' });
  });

  it('takes no room without an action, and none to settle a post of unknown outcome', async () => {
    const profile = testPlatform({ actionsPerMinute: PER_MINUTE });
    const { accounts, claim } = await seed(profile, 2);
    expect(await claim(0, { action: null })).toMatchObject({ status: 'go' });
    await pool.query(
      `INSERT INTO "PostIntent" ("idempotencyKey", "accountTaskId", "accountId", platform, index, caption, state, "submittedAt", "updatedAt")
       VALUES ($1, $2, $3, 'x', 0, '', 'unknown', now(), now())`,
      [randomUUID(), accounts[1]!.id, accounts[1]!.accountId],
    );
    expect(await claim(1, { action: 'post' })).toMatchObject({ status: 'go' });
    expect(await dueIn(`platform/${profile.name}`)).toBeUndefined();
  });

  it('keeps a gap of days', async () => {
    const { accounts, claim } = await seed(testPlatform(), 1, { dailyLimits: { minGapMinutes: 6 * 24 * 60 } });
    await pool.query(
      `INSERT INTO "AccountAction" ("accountId", action, key, at) VALUES ($1, 'follow', $2, now() - interval '5 days')`,
      [accounts[0]!.accountId, accounts[0]!.accountId],
    );
    const wait = await claim(0);
    expect(wait).toMatchObject({ status: 'wait', reason: 'At least 6 days lie between two follows of an account.' });
    await pool.query(`UPDATE "AccountAction" SET at = now() - interval '145 hours' WHERE key = $1`, [
      accounts[0]!.accountId,
    ]);
    expect(await claim(0)).toMatchObject({ status: 'go' });
  });

  it('counts what was spent in the hour and the day, and a repeated write once', async () => {
    const { accounts, claim, desk } = await seed(testPlatform(), 1, { dailyLimits: { follows: 9, perHour: 2 } });
    const { accountId } = accounts[0]!;
    const spend = (key: string) => desk.spend({ accountId, action: 'follow', key: `${accountId}/${key}` });
    for (const key of ['a', 'a', 'a']) await spend(key);
    expect(await claim(0)).toMatchObject({ status: 'go' });
    await spend('b');
    expect(await claim(0)).toMatchObject({
      status: 'wait',
      reason: 'The limit of 2 follows an hour is used up.',
    });
    expect(await claim(0, { action: 'browse' })).toMatchObject({ status: 'go' });
  });
});

describe('after a platform asked to slow down', () => {
  const RETRY_MS = 120_000;

  async function throttled() {
    const profile = testPlatform({ actionsPerMinute: PER_MINUTE });
    const { accounts, claim, desk } = await seed(profile, 3);
    const first = await claim(0);
    if (first.status !== 'go') throw new Error('not claimed');
    await desk.pace({
      accountTaskId: accounts[0]!.id,
      accountId: first.accountId,
      fencingToken: first.fencingToken,
      waitMs: RETRY_MS,
      reason: 'Too many requests.',
      slow: true,
    });
    return { profile, claim, resource: `platform/${profile.name}` };
  }

  it('every account of it waits at least as long, and accounts of others do not', async () => {
    const { claim } = await throttled();
    const wait = await claim(1, { action: null });
    expect(wait).toMatchObject({ status: 'wait', reason: 'Too many requests.' });
    // A little of it has gone by since.
    expect(wait.status === 'wait' && wait.waitMs).toBeGreaterThan(RETRY_MS - 10_000);
    expect(await (await seed(testPlatform(), 1)).claim(0)).toMatchObject({ status: 'go' });
  });

  it('work that asks nothing of the platform goes on', async () => {
    const { claim } = await throttled();
    expect(await claim(1, { action: null, uses: 'secret' })).toMatchObject({ status: 'go' });
  });

  it('begins again at half its rate, and at the full one some minutes later', async () => {
    const { claim, resource } = await throttled();
    await letPass(resource, RETRY_MS / 1_000 + 1);
    expect(await claim(1)).toMatchObject({ status: 'go' });
    expect(await dueIn(resource)).toBeGreaterThan(10);
    await letPass(resource, 10);
    expect(await claim(2)).toMatchObject({ status: 'wait', reason: expect.stringContaining('asked to slow down') });
    await letPass(resource, 10);
    expect(await claim(2)).toMatchObject({ status: 'go' });

    await letPass(resource, RESTART_MS / 1_000);
    expect(await claim(1)).toMatchObject({ status: 'go' });
    expect(await dueIn(resource)).toBeLessThanOrEqual(10);
  });
});
