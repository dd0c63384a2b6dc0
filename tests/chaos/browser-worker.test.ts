import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTaskOf, orderAndStart, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

/** Long enough to meet an upload in flight, short against the time after which a post counts as absent. */
const SLOW_MS = 3_000;

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(2);
});
afterEach(() => bench?.site.break());
afterAll(() => bench?.stop());

function upload(accounts: readonly TestAccount[]): Promise<string> {
  const params = { mediaIds: videos.map((video) => video.id), captions: ['Through storms, {{username}}'] };
  return orderAndStart(bench, { accounts, params });
}

async function expectAllPosted(id: string, accounts: readonly TestAccount[]): Promise<void> {
  const ended = await untilEnded(bench, id, 150_000);
  expect(ended.totals).toMatchObject({ total: accounts.length, succeeded: accounts.length });
  await expectEveryPostOnce(bench, id);
  await expectOneAnswer(bench, id);
}

async function postsOf(accounts: readonly TestAccount[]): Promise<number> {
  const truth = await bench.site.truth(accounts.map(({ username }) => username));
  return truth.reduce((sum, { posts }) => sum + posts.length, 0);
}

async function submitting(id: string, username: string): Promise<boolean> {
  return (await accountTaskOf(bench, id, username)).intents[0]?.state === 'submitting';
}

async function slowHits(): Promise<number> {
  const faults = await bench.site.faults();
  return faults.filter(({ fault }) => fault === 'slow').reduce((sum, { hits }) => sum + hits, 0);
}

/** How often each account's post was submitted. */
async function submitsOf(id: string, accounts: readonly TestAccount[]): Promise<number[]> {
  const tasks = await Promise.all(accounts.map(({ username }) => accountTaskOf(bench, id, username)));
  return tasks.map((task) => task.intents[0]!.submits);
}

describe('exactly once, when', () => {
  it('the connection breaks before or after the post is stored, and the worker is killed while it asks the site', async () => {
    const accounts = await bench.addAccounts({ count: 6, prefix: 'cut' });
    const names = accounts.map(({ username }) => username);
    await bench.site.break(
      ...names.slice(0, 2).map((username) => ({ fault: 'drop-before' as const, count: 1, username })),
      ...names.slice(2, 4).map((username) => ({ fault: 'drop-after' as const, count: 1, username })),
    );
    const id = await upload(accounts);
    await until(
      async () => (await bench.site.faults()).map(({ hits }) => hits),
      (hits) => hits.every((n) => n === 1),
      { what: 'all four connections have broken' },
    );
    await bench.site.break({ fault: 'slow', ms: SLOW_MS, username: names[0]!, count: 3 });
    await until(slowHits, (hits) => hits > 0, { what: 'the site is asked for the post' });
    bench.stack.kill('browser');
    await expectAllPosted(id, accounts);
    expect(await submitsOf(id, accounts.slice(0, 4))).toEqual([2, 2, 1, 1]);
  });

  it('the browser worker is killed while uploads are in flight, one of them stored and not yet told', async () => {
    const accounts = await bench.addAccounts({ count: 6, prefix: 'kill' });
    const victims = accounts.slice(0, 3);
    const [stored, ...others] = victims as [TestAccount, ...TestAccount[]];
    const slow = ({ username }: TestAccount, ms: number) => ({ fault: 'slow' as const, ms, username });
    await bench.site.break(...victims.map((account) => slow(account, SLOW_MS)));
    const id = await upload(accounts);
    await until(
      async () => Promise.all(victims.map(({ username }) => submitting(id, username))),
      (all) => all.every(Boolean),
      { what: 'three posts are being submitted' },
    );
    // The upload page is loading, as slowly as before; of the uploads that follow one is through long before the others.
    await bench.site.break(slow(stored, SLOW_MS), ...others.map((account) => slow(account, 5 * SLOW_MS)));
    await until(slowHits, (hits) => hits === 3, { what: 'three uploads are in flight', withinMs: 15_000 });
    expect(await postsOf(victims)).toBe(0);
    // The worker stands still, its browser goes on: the site gets the post, and the worker never hears of it.
    bench.stack.kill('browser', 'SIGSTOP');
    await until(
      () => postsOf([stored]),
      (n) => n === 1,
      { what: 'the site has the post', withinMs: 15_000 },
    );
    for (const { username } of victims) expect(await submitting(id, username)).toBe(true);
    bench.stack.kill('browser');
    await bench.site.break();
    await expectAllPosted(id, accounts);
    expect(await submitsOf(id, [stored])).toEqual([1]);
  });
});
