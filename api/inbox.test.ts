import { randomUUID } from 'node:crypto';
import { acquireLease } from '../activities/leases.ts';
import type { ChallengeType } from '../contracts/bulk.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
import { asSql, query } from './door/sql.ts';
import { errorsOf, field, makeAccounts } from './door/test-data.ts';
import { inboxRoutes } from './inbox.ts';
import type { InboxItem } from './inbox-schemas.ts';
import { sealAccountLogin } from './secrets.ts';
import { startTestApi, type TestApi } from './testing.ts';
import { workerLinkRoutes } from './worker-link.ts';

let api: TestApi;
beforeAll(async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:7368', FLOTILLA_CHALLENGE_HOURS: '6' };
  api = await startTestApi({ routes: [...inboxRoutes, ...workerLinkRoutes], env });
});
afterAll(() => api?.stop());
afterEach(() => query(api.deps.db, `DELETE FROM "Challenge"`));

let made = 0;
/** A parked account task with its entry. */
async function park(type: ChallengeType = 'email-code', more: { state?: string; taskState?: string } = {}) {
  made += 1;
  const [accountId = ''] = await makeAccounts(api, `inbox${made}-`, 1);
  const { db, sealer } = api.deps;
  const secret = sealAccountLogin(sealer, accountId, { password: 'hunter2', totpSecret: null });
  await db.account.update({ where: { id: accountId }, data: { secret } });
  const taskId = randomUUID();
  await query(
    db,
    `INSERT INTO "BulkTask" (id, kind, name, params, selection, "window", total, "workflowId")
     VALUES ($1::uuid, 'upload', 'Summer', '{}', '{}', 5, 1, $1)`,
    taskId,
  );
  const state = more.taskState ?? 'parked';
  const task = { taskId, ordinal: 0, accountId, username: `inbox${made}-0`, plan: {}, state };
  const { id: accountTaskId } = await db.accountTask.create({ data: task });
  const entry = { accountTaskId, accountId, taskId, type, message: 'A code was sent.', state: more.state ?? 'open' };
  const { id } = await db.challenge.create({ data: { ...entry, createdAt: new Date(Date.now() + made) } });
  return { id, accountId, accountTaskId, taskId };
}
const list = async (search = '') => {
  const answer = await api.call(`/api/inbox${search}`);
  expect(answer.status).toBe(200);
  return { items: field<InboxItem[]>(answer, 'items'), nextCursor: field<string | null>(answer, 'nextCursor') };
};
const answerTo = (id: string, body: unknown) => api.call(`/api/inbox/${id}/answer`, { method: 'POST', body });
const rowOf = (id: string) => api.deps.db.challenge.findUniqueOrThrow({ where: { id } });

describe('the inbox', () => {
  it('tells who waits for what, since when and until when', async () => {
    const { id, ...ids } = await park();
    const { items } = await list('?state=open');
    expect(items).toEqual([
      {
        ...{ id, ...ids, type: 'email-code', message: 'A code was sent.', platform: 'sandbox', kind: 'upload' },
        ...{ username: `inbox${made}-0`, taskName: 'Summer', hasPages: true, evidenceId: null, state: 'open' },
        ...{ createdAt: expect.any(String), expiresAt: expect.any(String), answeredAt: null, answeredBy: null },
      },
    ]);
    expect(Date.parse(items[0]!.expiresAt) - Date.parse(items[0]!.createdAt)).toBe(6 * 3_600_000);
  });

  it('is paged by key, newest first, and filtered by state and type', async () => {
    const open = [await park(), await park('totp'), await park('checkpoint')].map(({ id }) => id).reverse();
    const answered = await park('email-code', { state: 'answered' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([answered.id, ...open]);
    expect((await list('?state=open')).items.map(({ id }) => id)).toEqual(open);
    expect((await list('?state=answered')).items.map(({ id }) => id)).toEqual([answered.id]);
    expect((await list('?type=totp')).items.map(({ id }) => id)).toEqual([open[1]]);
    expect((await api.call('/api/inbox/count')).json).toEqual({
      open: 3,
      byType: { 'email-code': 1, totp: 1, checkpoint: 1, 'outcome-unknown': 0 },
    });
    expect((await api.call('/api/inbox?state=lost')).status).toBe(400);
    expect((await api.call('/api/inbox?cursor=nonsense')).status).toBe(400);
  });

  it('counts an entry as expired whose account task was ended by hand', async () => {
    const { id } = await park('email-code', { taskState: 'failed' });
    expect((await list('?state=open')).items).toEqual([]);
    expect((await list('?state=expired')).items).toMatchObject([{ id, state: 'expired' }]);
    expect((await api.call('/api/inbox/count')).json.open).toBe(0);
    const refused = await answerTo(id, { action: 'solved' });
    expect([refused.status, refused.json.detail]).toEqual([409, expect.stringMatching(/only a parked one waits/)]);
  });
});

describe('an answer', () => {
  it('is refused in words where it does not fit', async () => {
    expect((await answerTo(randomUUID(), { action: 'solved' })).status).toBe(404);
    const { id } = await park('outcome-unknown');
    const code = await answerTo(id, { action: 'code', code: '123456' });
    expect([code.status, code.json.detail]).toEqual([422, expect.stringMatching(/^No code is asked for here\. Look/)]);
    expect((await answerTo((await park('checkpoint')).id, { action: 'code', code: '1' })).status).toBe(422);
    for (const [state, sentence] of [
      ['answered', 'This entry has been answered.'],
      ['skipped', 'This account was skipped.'],
      ['expired', 'This entry has expired: nobody answered in time, or its task was ended.'],
    ] as const) {
      const closed = await answerTo((await park('email-code', { state })).id, { action: 'solved' });
      expect([closed.status, closed.json.detail]).toEqual([409, sentence]);
    }
    const { id: open } = await park();
    for (const body of [{}, { action: 'code' }, { action: 'code', code: ' ' }, { action: 'solved', code: '1' }]) {
      expect((await answerTo(open, body)).status).toBe(400);
    }
    expect(errorsOf(await answerTo(open, { action: 'code', code: '' }))).toMatchObject([{ path: 'code' }]);
    expect((await rowOf(open)).answer).toBeNull();
  });

  it('is for operators', async () => {
    const { id } = await park();
    const call = { method: 'POST', body: { action: 'skip' } };
    expect((await api.call(`/api/inbox/${id}/answer`, { ...call, token: null })).status).toBe(401);
    expect((await api.call(`/api/inbox/${id}/answer`, { ...call, token: api.deps.keys.workerToken })).status).toBe(403);
  });

  it('is kept sealed while it is not sure that it was taken, and nobody else answers meanwhile', async () => {
    const { id } = await park();
    const away = await answerTo(id, { action: 'code', code: '135 790' });
    expect(away.status).toBe(503);
    const row = await rowOf(id);
    expect(row.state).toBe('open');
    expect(row.answer).not.toBeNull();
    expect(Buffer.from(row.answer!).toString('latin1')).not.toContain('135790');
    expect((await list()).items[0]).toMatchObject({ answeredBy: null, answeredAt: null });

    await api.deps.db.challenge.update({ where: { id }, data: { answeredBy: 'ann' } });
    const second = await answerTo(id, { action: 'solved' });
    expect([second.status, second.json.detail]).toEqual([409, expect.stringMatching(/^ann is answering this entry/)]);
  });
});

describe('the code that a person gave', () => {
  const secretOf = async (accountId: string, fencingToken: string) =>
    api.call(`/api/worker/accounts/${accountId}/secret`, {
      method: 'POST',
      body: { fencingToken },
      token: api.deps.keys.workerToken,
    });
  async function leaseOf(accountId: string): Promise<string> {
    const resource = accountLeaseResource(accountId);
    const answer = await acquireLease(asSql(api.deps.db), { resource, owner: 'run', ttlMs: 60_000 });
    if (!answer.acquired) throw new Error('The lease is held.');
    return answer.lease.fencingToken;
  }
  /** As it is after a person has answered and the workflow has taken it. */
  async function answered(minutesAgo: number) {
    const entry = await park();
    await answerTo(entry.id, { action: 'code', code: '135 790' });
    const answeredAt = new Date(Date.now() - minutesAgo * 60_000);
    await api.deps.db.challenge.update({ where: { id: entry.id }, data: { state: 'answered', answeredAt } });
    return entry;
  }

  it('is given once, to the host that holds the lease, and is gone then', async () => {
    const { id, accountId } = await answered(0);
    const token = await leaseOf(accountId);
    expect((await secretOf(accountId, '999')).status).toBe(409);
    const first = await secretOf(accountId, token);
    expect(first.json).toMatchObject({ password: 'hunter2', challengeAnswer: '135790' });
    expect((await rowOf(id)).answer).toBeNull();
    expect((await secretOf(accountId, token)).json.challengeAnswer).toBeNull();
  });

  it('is not given while the entry is open, nor when it is old', async () => {
    const open = await park();
    await answerTo(open.id, { action: 'code', code: '1' });
    expect((await secretOf(open.accountId, await leaseOf(open.accountId))).json.challengeAnswer).toBeNull();
    expect((await rowOf(open.id)).answer).not.toBeNull();

    const old = await answered(16);
    expect((await secretOf(old.accountId, await leaseOf(old.accountId))).json.challengeAnswer).toBeNull();
    expect((await rowOf(old.id)).answer).toBeNull();
  });
});
