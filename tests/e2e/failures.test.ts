import { type Alerts, listenForAlerts } from '../support/alerts.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { cookiesOf, filesWith, unzipped } from '../support/secrets.ts';
import {
  accountTaskOf,
  aggregateOf,
  give,
  orderAndStart,
  pathOf,
  taskOf,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let video: Video;
let alerts: Alerts;
beforeAll(async () => {
  bench = await startBench();
  [video] = (await bench.addVideos(1)) as [Video];
  alerts = await listenForAlerts(bench);
});
afterEach(() => bench?.site.break());
afterAll(async () => {
  await bench?.stop();
  await alerts?.close();
});

const params = () => ({ mediaIds: [video.id], captions: ['Against the wind, {{username}}'] });

async function statusOf(account: TestAccount): Promise<string> {
  return ((await bench.send('GET', `/api/accounts/${account.id}`)).body as { status: string }).status;
}

describe('a refused password', () => {
  it('fails the account once, is never tried again by itself, and passes when a person has edited it', async () => {
    const good = await bench.addAccounts({ count: 2, prefix: 'right' });
    const [bad] = (await bench.addAccounts({ count: 1, prefix: 'wrong' }, () => ({ password: 'not-this-one' }))) as [
      TestAccount,
    ];
    const failures = async () => (await bench.site.truth([bad.username]))[0]!.loginFailures;
    const id = await orderAndStart(bench, { accounts: [...good, bad], params: params() });
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed_with_failures');
    expect(ended.totals).toMatchObject({ succeeded: 2, failed: 1 });
    expect((await accountTaskOf(bench, id, bad.username)).error?.type).toBe('InvalidCredentials');
    expect(await statusOf(bad)).toBe('bad_credentials');
    expect(await failures()).toBe(1);
    await expectOneAnswer(bench, id);

    expect((await give(bench, id, 'retry-failed')).status).toBe(202);
    await untilTotals(
      bench,
      id,
      'the retry has failed too',
      ({ state, totals }) => state !== 'scheduled' && state !== 'running' && totals.failed === 1,
    );
    expect((await accountTaskOf(bench, id, bad.username)).error?.type).toBe('InvalidCredentials');
    expect(await failures()).toBe(1);

    const edited = await bench.send('PATCH', `/api/accounts/${bad.id}`, { password: bad.password });
    expect(edited.status).toBe(200);
    expect((await give(bench, id, 'retry-failed')).body).toMatchObject({ retried: 1 });
    const healed = await untilTotals(bench, id, 'all have succeeded', ({ state }) => state === 'completed');
    expect(healed.totals).toMatchObject({ succeeded: 3, failed: 0 });
    expect(await statusOf(bad)).toBe('active');
    expect(await failures()).toBe(1);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
    expect((await give(bench, id, 'retry-failed')).status).toBe(409);
  });
});

describe('what the site does to single accounts', () => {
  it('is told apart: challenged ones wait for a person, suspended ones fail, throttled ones wait, the others finish', async () => {
    const accounts = await bench.addAccounts({ count: 7, prefix: 'mixed' });
    const [asked, skipped, suspended, slowed] = accounts as [TestAccount, TestAccount, TestAccount, TestAccount];
    const seconds = 6;
    await bench.site.break(
      { fault: 'challenge', username: asked.username },
      { fault: 'challenge', username: skipped.username },
      { fault: 'suspend', username: suspended.username },
      { fault: 'throttle', username: slowed.username, seconds, count: 1 },
    );
    // With a window of one, nobody else could go on if a waiting account kept its place.
    const id = await orderAndStart(bench, { accounts, params: params(), window: 1 });
    const waiting = await untilTotals(bench, id, 'only the parked are left', ({ totals }) => totals.succeeded === 4);
    expect(waiting).toMatchObject({ state: 'running', source: 'workflow' });
    expect(waiting.totals).toMatchObject({ parked: 2, failed: 1, pending: 0, running: 0 });

    expect((await accountTaskOf(bench, id, suspended.username)).error?.type).toBe('AccountBlocked');
    expect(await statusOf(suspended)).toBe('blocked');

    const throttled = await accountTaskOf(bench, id, slowed.username);
    const states = throttled.timeline.filter(({ type }) => type === 'account-task');
    expect(states.map(({ data }) => (data as { to: string }).to)).toEqual(['running', 'paced', 'running', 'succeeded']);
    const [, paced, resumed] = states.map(({ at }) => Date.parse(at));
    expect(resumed! - paced!).toBeGreaterThanOrEqual(seconds * 1_000);

    for (const { username } of [asked, skipped]) {
      const parked = await accountTaskOf(bench, id, username);
      expect(parked.challenge).toMatchObject({ type: 'email-code' });
      const told = await alerts.untilTold('challenge.waiting', username);
      expect(told.data).toMatchObject({ taskId: id, accountTaskId: parked.id, challenge: 'email-code', username });
    }
    const answer = async ({ username }: TestAccount, action: 'retry' | 'skip') =>
      bench.send('POST', pathOf(id, `/accounts/${(await accountTaskOf(bench, id, username)).id}/resolve`), { action });
    // A person has confirmed at the site itself, in a browser of their own.
    await bench.site.confirm(asked);
    expect((await answer(asked, 'retry')).status).toBe(202);
    expect((await answer(skipped, 'skip')).status).toBe(202);
    const ended = await untilEnded(bench, id);
    expect(ended.totals).toMatchObject({ succeeded: 5, skipped: 1, failed: 1 });
    const told = await alerts.untilTold('run.finished', id);
    const totals = { total: 7, succeeded: 5, skipped: 1, failed: 1 };
    expect(told.data).toMatchObject({ state: 'completed_with_failures', totals });
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });

  it('leaves evidence of a changed page, without secrets in it or anywhere else', async () => {
    const [account] = (await bench.addAccounts({ count: 1, prefix: 'moved' })) as [TestAccount];
    await bench.site.break({ fault: 'move-buttons' });
    const id = await orderAndStart(bench, { accounts: [account], params: params() });
    expect((await untilEnded(bench, id)).totals.failed).toBe(1);
    const failed = await accountTaskOf(bench, id, account.username);
    expect(failed.error?.type).toBe('PageChanged');

    // The log-in page is itself again, the upload page is not, once.
    await bench.site.break({ fault: 'move-buttons', username: account.username, count: 1 });
    expect((await give(bench, id, 'retry-failed')).status).toBe(202);
    await untilTotals(bench, id, 'the retry has succeeded', ({ state }) => state === 'completed');
    const { evidence } = await accountTaskOf(bench, id, account.username);
    expect(new Set(evidence.map(({ step }) => step))).toEqual(new Set(['open-session', 'submit-post']));

    const secrets = [account.password, ...(await cookiesOf(bench, account))];
    expect(secrets.length).toBeGreaterThan(1);
    for (const { id: evidenceId, kind } of evidence) {
      const { bytes, contentType } = await bench.download(`/api/evidence/${evidenceId}/content`);
      expect(contentType).toBe(kind === 'trace' ? 'application/zip' : 'image/png');
      const content = kind === 'trace' ? await unzipped(bytes) : bytes;
      expect(content.length).toBeGreaterThan(1_000);
      for (const secret of secrets) expect(content.includes(secret)).toBe(false);
    }
    expect(new Set(evidence.map(({ kind }) => kind))).toEqual(new Set(['screenshot', 'trace']));
    expect(await filesWith(bench, ['logs', 'temporal', 'postgres'], secrets)).toEqual([]);
    await expectEveryPostOnce(bench, id);
  });
});

describe('the circuit breaker', () => {
  it('pauses the task by itself and says why; resumed, the task goes on', async () => {
    const accounts = await bench.addAccounts({ count: 8, prefix: 'storm' });
    await bench.site.break({ fault: 'suspend' });
    alerts.answers(() => undefined);
    const pace = { breaker: { share: 0.5, among: 4 } };
    const id = await orderAndStart(bench, { accounts, params: params(), window: 1, pace });
    const paused = await untilTotals(bench, id, 'the task has paused itself', ({ state }) => state === 'paused');
    expect(paused.stateReason).toMatch(/^Paused by itself: 4 of the last 4 accounts failed\..*suspended/);
    expect((await taskOf(bench, id)).stateReason).toBe(paused.stateReason);

    // The API dies while the receiver has the message and has not answered: it comes again, as the same one.
    expect((await alerts.untilTold('breaker.opened', id)).data).toMatchObject({ reason: paused.stateReason });
    const times = () =>
      alerts.received.filter(({ body }) => body.includes('breaker.opened') && body.includes(id)).length;
    expect(times()).toBe(1);
    bench.stack.kill('api');
    alerts.answers((response) => response.writeHead(204).end());
    await until(
      async () => {
        await alerts.hurry();
        return times();
      },
      (n) => n === 2,
      { what: 'the message has come again' },
    );
    expect(await alerts.untilTold('breaker.opened', id)).toMatchObject({ type: 'breaker.opened' });

    await untilTotals(bench, id, 'those under way have ended', ({ totals }) => totals.running === 0);
    const { failed, pending } = (await aggregateOf(bench, id)).totals;
    expect(failed + pending).toBe(8);
    expect(pending).toBeGreaterThanOrEqual(3);

    await bench.site.break();
    expect(await give(bench, id, 'resume')).toMatchObject({ status: 202, body: { state: 'running' } });
    const ended = await untilEnded(bench, id);
    expect(ended.state).toBe('completed_with_failures');
    expect(ended.totals).toMatchObject({ failed, succeeded: pending });
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });
});
