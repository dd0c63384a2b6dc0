import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { listen } from '../support/event-stream.ts';
import { answerEntry, entryOf, historyBytes, inboxOf } from '../support/inbox.ts';
import { unzipped } from '../support/secrets.ts';
import { accountTaskDetails, accountTaskOf, orderAndStart, untilEnded, untilTotals } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let video: Video;
beforeAll(async () => {
  bench = await startBench();
  [video] = (await bench.addVideos(1)) as [Video];
});
afterEach(() => bench?.site.break());
afterAll(() => bench?.stop());

const params = (caption: string) => ({ mediaIds: [video.id], captions: [`${caption}, {{username}}`] });
const challenge = ({ username }: TestAccount) => ({ fault: 'challenge' as const, username });
const countOpen = async () => (await bench.call('GET', '/api/inbox/count', z.object({ open: z.int() }))).open;

/** The trace of a refused code shows neither what was typed nor what was sent. */
async function expectNoCodeInTraces(taskId: string, { username }: TestAccount, code: string): Promise<void> {
  const { evidence } = await accountTaskOf(bench, taskId, username);
  const traces = evidence.filter(({ kind }) => kind === 'trace');
  expect(traces).toHaveLength(2);
  for (const { id } of traces) {
    const content = await unzipped((await bench.download(`/api/evidence/${id}/content`)).bytes);
    // A bare number of six digits may be part of a time.
    for (const text of [`"${code}"`, `code=${code}`]) expect(content.includes(text)).toBe(false);
  }
}

/** Nothing of what people typed is in Temporal, in the ledger's events, or in what the API tells of the task. */
async function expectNoCode(taskId: string, codes: readonly string[]): Promise<void> {
  for (const task of await accountTaskDetails(bench, taskId)) {
    const history = await historyBytes(bench, taskId, task.id);
    expect(history.includes('resolve')).toBe(task.timeline.some(({ type }) => type === 'challenge'));
    for (const code of codes) {
      expect(history.includes(code)).toBe(false);
      expect(JSON.stringify(task)).not.toContain(code);
    }
  }
}

describe('accounts that the site asks for a code', () => {
  it('wait in the inbox while the others finish, and go on from where they were with the code of a person', async () => {
    const accounts = await bench.addAccounts({ count: 9, prefix: 'asked' });
    const [plain, mistyped, solved, skipped, other] = accounts as [
      TestAccount,
      TestAccount,
      TestAccount,
      TestAccount,
      TestAccount,
    ];
    const asked = [plain, mistyped, solved, skipped, other];
    await bench.site.break(...asked.map(challenge));
    const before = await countOpen();
    const taskId = await orderAndStart(bench, { accounts, params: params('Asked'), window: 2 });
    const stream = await listen(bench, taskId);
    // More wait than the window holds: they could not all have come so far if a waiting one kept its place.
    const waiting = await untilTotals(bench, taskId, 'only the parked are left', ({ totals }) => totals.parked === 5);
    expect(
      (await untilTotals(bench, taskId, 'others have ended', ({ totals }) => totals.succeeded === 4)).totals,
    ).toEqual(expect.objectContaining({ parked: 5, running: 0, pending: 0 }));
    expect(waiting.state).toBe('running');

    const entries = await inboxOf(bench, taskId);
    expect(entries.map(({ username }) => username).sort()).toEqual(asked.map(({ username }) => username).sort());
    expect(await countOpen()).toBe(before + 5);
    for (const entry of entries) {
      expect(entry).toMatchObject({ type: 'email-code', platform: 'sandbox', kind: 'upload', state: 'open' });
      expect(Date.parse(entry.expiresAt) - Date.parse(entry.createdAt)).toBe(48 * 3_600_000);
      const shot = await bench.download(`/api/evidence/${entry.evidenceId}/content`);
      expect(shot.contentType).toBe('image/png');
    }
    const opened = await until(
      async () => stream.seen.filter(({ event, data }) => event === 'challenge' && data.state === 'open'),
      (events) => events.length === 5,
      { what: 'the stream has told of every entry' },
    );
    expect(opened.map(({ data }) => data.challengeId).sort()).toEqual(entries.map(({ id }) => id).sort());

    const codes = await Promise.all(asked.map(({ username }) => bench.site.codeFor(username)));
    const codeOf = ({ username }: TestAccount) => bench.site.codeFor(username);
    const entry = (account: TestAccount, old?: string) => entryOf(bench, taskId, account.username, old);
    const first = await entry(plain);
    // As people type it: with a space in the middle.
    const spaced = (await codeOf(plain)).replace(/^(...)/, '$1 ');
    expect((await answerEntry(bench, first, { action: 'code', code: spaced })).status).toBe(202);

    const wrong = String((Number(await codeOf(mistyped)) + 1) % 1_000_000).padStart(6, '0');
    const mistaken = await entry(mistyped);
    expect((await answerEntry(bench, mistaken, { action: 'code', code: wrong })).status).toBe(202);
    const again = await entry(mistyped, mistaken.id);
    expect(again.message).toMatch(/^The platform refused the code that was given\./);
    expect((await answerEntry(bench, again, { action: 'code', code: await codeOf(mistyped) })).status).toBe(202);

    await bench.site.confirm(solved);
    expect((await answerEntry(bench, await entry(solved), { action: 'solved' })).status).toBe(202);
    expect((await answerEntry(bench, await entry(skipped), { action: 'skip' })).status).toBe(202);
    expect((await answerEntry(bench, await entry(other), { action: 'code', code: await codeOf(other) })).status).toBe(
      202,
    );

    const ended = await untilEnded(bench, taskId);
    expect(ended.totals).toMatchObject({ succeeded: 8, skipped: 1, failed: 0 });
    await expectEveryPostOnce(bench, taskId);
    await expectOneAnswer(bench, taskId);
    const truth = await bench.site.truth([plain, mistyped, other].map(({ username }) => username));
    expect(truth.map(({ logins }) => logins)).toEqual([1, 1, 1]);
    expect((await accountTaskOf(bench, taskId, skipped.username)).stateReason).toMatch(/^Skipped by a person: /);

    expect(await inboxOf(bench, taskId)).toEqual([]);
    expect((await inboxOf(bench, taskId, 'answered')).map(({ answeredBy }) => answeredBy)).toEqual(
      Array.from({ length: 5 }, () => 'admin'),
    );
    expect(await inboxOf(bench, taskId, 'skipped')).toMatchObject([
      { username: skipped.username, answeredBy: 'admin' },
    ]);
    expect(await countOpen()).toBe(before);
    const refused = await answerEntry(bench, first, { action: 'solved' });
    expect(refused).toMatchObject({ status: 409, body: { detail: 'This entry has been answered by admin.' } });
    const closed = stream.seen.filter(({ event, data }) => event === 'challenge' && data.state !== 'open');
    expect(closed.map(({ data }) => data.state).sort()).toEqual([...Array(5).fill('answered'), 'skipped']);
    stream.close();
    await expectNoCode(taskId, [...codes, wrong]);
    await expectNoCodeInTraces(taskId, mistyped, wrong);
  });

  it('are asked in mid-run too, and post once', async () => {
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'midway' })) as [TestAccount];
    const first = await orderAndStart(bench, { accounts: [account], params: params('Before') });
    expect((await untilEnded(bench, first)).totals.succeeded).toBe(1);
    // The stored session is good; it is this session that is asked.
    await bench.site.break(challenge(account));
    const second = await orderAndStart(bench, {
      accounts: [account],
      params: { ...params('After'), mediaIds: [video.id] },
    });
    const entry = await entryOf(bench, second, account.username);
    const code = await bench.site.codeFor(account.username);
    expect((await answerEntry(bench, entry, { action: 'code', code })).status).toBe(202);
    expect((await untilEnded(bench, second)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, first, second);
    expect((await bench.site.truth([account.username]))[0]!.logins).toBe(1);
  });
});

describe('an account with an authenticator app and no seed here', () => {
  it('waits for the code of the app and logs in with it', async () => {
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'app', totp: true }, () => ({
      totpSecret: undefined,
    }))) as [TestAccount];
    const taskId = await orderAndStart(bench, { accounts: [account], params: params('By app') });
    const entry = await entryOf(bench, taskId, account.username);
    expect(entry.type).toBe('totp');
    const code = new TOTP({ secret: Secret.fromBase32(account.totpSecret!) }).generate();
    expect((await answerEntry(bench, entry, { action: 'code', code })).status).toBe(202);
    expect((await untilEnded(bench, taskId)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, taskId);
    expect((await bench.site.truth([account.username]))[0]!.logins).toBe(1);
    await expectNoCode(taskId, [code]);
  });
});

describe('an account that is locked by hand', () => {
  it('is left alone until the lock is given back', async () => {
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'byhand' })) as [TestAccount];
    const lock = { resource: `account/${account.id}`, owner: 'ann', ttlMs: 600_000 };
    const held = z.object({ fencingToken: z.string() });
    const { fencingToken } = await bench.call('POST', '/api/locks/acquire', held, lock);
    const taskId = await orderAndStart(bench, { accounts: [account], params: params('By hand') });
    const waiting = await until(
      () => accountTaskOf(bench, taskId, account.username),
      ({ state }) => state === 'paced',
      { what: 'the account task waits' },
    );
    expect(waiting.stateReason).toBe('The account is in use by ann.');
    expect((await bench.site.truth([account.username]))[0]!.logins).toBe(0);
    expect((await bench.send('POST', '/api/locks/release', { resource: lock.resource, fencingToken })).status).toBe(
      200,
    );
    expect((await untilEnded(bench, taskId)).totals.succeeded).toBe(1);
    await expectEveryPostOnce(bench, taskId);
  });
});
