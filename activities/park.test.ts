import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { challengeEventSchema } from '../contracts/bulk.ts';
import { alertSchemas } from '../contracts/webhooks.ts';
import { startTemporaryPostgres } from '../stack/temporary-postgres.ts';
import { createDesk } from './desk.ts';
import { acquireLease } from './leases.ts';
import { transition } from './ledger.ts';
import { platformProfiles } from './platforms/profiles.ts';

let postgres: Awaited<ReturnType<typeof startTemporaryPostgres>>;
let pool: pg.Pool;
const relay = { tell: () => undefined, flush: () => Promise.resolve() };
const desk = () => createDesk({ pool, relay, profiles: platformProfiles, challengeMs: 3_600_000 });

beforeAll(async () => {
  postgres = await startTemporaryPostgres({ migrated: true });
  pool = new pg.Pool({ connectionString: postgres.databaseUrl });
  pool.on('error', () => undefined);
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
});

/** An account task that runs under a lease, and a call that parks it. */
async function running() {
  const [taskId, accountId, accountTaskId] = [randomUUID(), randomUUID(), randomUUID()];
  await pool.query(
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
     VALUES ($1, 'upload', 'test', '{}', '{}', 5, 1, $2)`,
    [taskId, `bulk/${taskId}`],
  );
  await pool.query(`INSERT INTO "Account" (id, platform, username) VALUES ($1, 'sandbox', $2)`, [accountId, accountId]);
  await pool.query(
    `INSERT INTO "AccountTask" (id, "taskId", ordinal, "accountId", username, plan, state)
     VALUES ($1, $2, 0, $3, 'u', '{}', 'running')`,
    [accountTaskId, taskId, accountId],
  );
  const resource = `account/${accountId}`;
  const lease = await acquireLease(pool, { resource, owner: 'run', ttlMs: 60_000 });
  if (!lease.acquired) throw new Error('The lease is held.');
  const { fencingToken } = lease.lease;
  const request = { taskId, accountTaskId, accountId, fencingToken, type: 'email-code', message: 'A code was sent.' };
  return { request, resource };
}

async function evidenceOf(accountTaskId: string, kind: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO "Evidence" ("accountTaskId", step, kind, "contentType", sha256, bytes)
     VALUES ($1, 'open-session', $2, 'x', 'x', 1) RETURNING id`,
    [accountTaskId, kind],
  );
  return rows[0]!.id;
}

/** What a webhook is told of this account task. */
async function alertsOf(accountTaskId: string) {
  const { rows } = await pool.query<{ event: string; payload: unknown }>(
    `SELECT event, payload FROM "WebhookDelivery" WHERE payload->>'accountTaskId' = $1`,
    [accountTaskId],
  );
  return rows;
}

const entriesOf = async (accountTaskId: string) =>
  (
    await pool.query(
      `SELECT id, type, state, "evidenceId", "answeredBy", answer FROM "Challenge" WHERE "accountTaskId" = $1
       ORDER BY "createdAt", id`,
      [accountTaskId],
    )
  ).rows;

async function eventsOf(taskId: string) {
  const { rows } = await pool.query<{ data: unknown }>(
    `SELECT data FROM "TaskEvent" WHERE "taskId" = $1 AND type = 'challenge' ORDER BY id`,
    [taskId],
  );
  return rows.map(({ data }) => challengeEventSchema.strict().parse(data));
}

describe('an account task that is parked', () => {
  it('has one entry with its screenshot however often that is asked, and holds the account no longer', async () => {
    const { request, resource } = await running();
    await pool.query(
      `INSERT INTO "Webhook" (name, url, secret, events, enabled, "updatedAt") VALUES
         ('w', 'http://x', '', '{challenge.waiting}', true, now()), ('off', 'http://x', '', '{challenge.waiting}', false, now()),
         ('other', 'http://x', '', '{run.finished}', true, now())`,
    );
    const shot = await evidenceOf(request.accountTaskId, 'screenshot');
    const evidenceIds = [await evidenceOf(request.accountTaskId, 'trace'), shot];
    const first = await desk().park({ ...request, evidenceIds });
    expect(first).toEqual({ challengeId: expect.any(String), expiresInMs: 3_600_000 });
    expect(await desk().park({ ...request, evidenceIds })).toEqual(first);
    expect(await entriesOf(request.accountTaskId)).toMatchObject([{ id: first.challengeId, evidenceId: shot }]);
    expect(await eventsOf(request.taskId)).toEqual([
      { challengeId: first.challengeId, type: 'email-code', state: 'open', by: null },
    ]);
    const [alert, ...more] = await alertsOf(request.accountTaskId);
    expect([alert?.event, more]).toEqual(['challenge.waiting', []]);
    const promised = alertSchemas['challenge.waiting'].omit({ url: true }).strict();
    expect(promised.parse(alert?.payload)).toMatchObject({
      challengeId: first.challengeId,
      challenge: 'email-code',
      platform: 'sandbox',
      username: request.accountId,
      name: 'test',
    });
    const { rows } = await pool.query(`SELECT state FROM "AccountTask" WHERE id = $1`, [request.accountTaskId]);
    expect(rows).toEqual([{ state: 'parked' }]);
    expect((await acquireLease(pool, { resource, owner: 'next', ttlMs: 1_000 })).acquired).toBe(true);
  });

  it.each([
    ['answered', 'ann', true],
    ['skipped', 'ann', false],
    ['expired', null, false],
  ] as const)('is told as %s once, and keeps a code only where it is the answer', async (answer, by, kept) => {
    const { request } = await running();
    const { challengeId } = await desk().park(request);
    await pool.query(`UPDATE "Challenge" SET answer = '\\x01', "answeredBy" = 'ann' WHERE id = $1`, [challengeId]);
    await desk().unpark({ challengeId, answer });
    await desk().unpark({ challengeId, answer: 'expired' });
    const [entry] = await entriesOf(request.accountTaskId);
    expect(entry).toMatchObject({ state: answer, answeredBy: by });
    expect(entry.answer !== null).toBe(kept);
    expect((await eventsOf(request.taskId)).slice(1)).toEqual([{ challengeId, type: 'email-code', state: answer, by }]);
  });

  it('has a new entry when something else is asked, and what nobody took of the old one is void', async () => {
    const { request } = await running();
    const first = await desk().park(request);
    await pool.query(`UPDATE "Challenge" SET answer = '\\x01' WHERE id = $1`, [first.challengeId]);
    await desk().unpark({ challengeId: first.challengeId, answer: 'answered' });
    await transition(pool, { accountTaskId: request.accountTaskId, from: ['parked'], to: 'running' });
    const second = await desk().park({ ...request, message: 'The platform refused the code that was given.' });
    expect(second.challengeId).not.toBe(first.challengeId);
    expect(await entriesOf(request.accountTaskId)).toMatchObject([
      { id: first.challengeId, state: 'answered', answer: null },
      { id: second.challengeId, state: 'open' },
    ]);
  });

  it('leaves no open entry of a run that was ended by hand', async () => {
    const { request } = await running();
    const first = await desk().park(request);
    await transition(pool, { accountTaskId: request.accountTaskId, from: ['parked'], to: 'running' });
    await desk().park({ ...request, type: 'totp', message: 'A code of the app.' });
    expect(await entriesOf(request.accountTaskId)).toMatchObject([
      { id: first.challengeId, state: 'expired' },
      { type: 'totp', state: 'open' },
    ]);
  });
});
