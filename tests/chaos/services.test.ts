import type { ServiceName } from '../../stack/services.ts';
import { type Bench, startBench, type TestAccount, type Video } from '../support/bench.ts';
import { accountTasksOf, aggregateOf, orderAndStart, untilEnded } from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';
import { until } from '../support/wait.ts';

jest.setTimeout(170_000);

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(2);
});
afterAll(() => bench?.stop());

async function postsOf(accounts: readonly TestAccount[]): Promise<number> {
  const truth = await bench.site.truth(accounts.map(({ username }) => username));
  return truth.reduce((sum, { posts }) => sum + posts.length, 0);
}

function untilDead(service: ServiceName, pid: number | undefined): Promise<unknown> {
  return until(
    async () => bench.stack.processOf(service),
    (now) => now !== pid,
    { what: `${service} has died` },
  );
}

/** A run of eight accounts, two videos each; kills as soon as the first posts are there, others still to come. */
async function runAndKill(prefix: string, ...services: ServiceName[]): Promise<void> {
  const accounts = await bench.addAccounts({ count: 8, prefix });
  const params = { mediaIds: videos.map((video) => video.id), perAccount: 2, captions: ['{{username}} stays afloat'] };
  const id = await orderAndStart(bench, { accounts, params });
  await until(
    () => postsOf(accounts),
    (n) => n >= 3,
    { what: 'the first posts are there' },
  );
  const before = services.map((service) => ({ service, pid: bench.stack.processOf(service) }));
  for (const service of services) bench.stack.kill(service);
  expect(await postsOf(accounts)).toBeLessThan(16);
  for (const { service, pid } of before) await untilDead(service, pid);

  const ended = await untilEnded(bench, id, 150_000);
  expect(ended.totals).toMatchObject({ total: 8, succeeded: 8 });
  expect(ended.counters).toMatchObject({ posted: 16 });
  await expectEveryPostOnce(bench, id);
  await expectOneAnswer(bench, id);
  expect((await accountTasksOf(bench, id)).map(({ attempts }) => attempts)).toEqual(Array(8).fill(1));
}

describe('a run goes on, and every post is made once, when', () => {
  it('the orchestrator is killed', () => runAndKill('orchestrator', 'orchestrator'));
  it('the Temporal server is killed', () => runAndKill('temporal', 'temporal'));
  it('Postgres is killed', () => runAndKill('postgres', 'postgres'));
  it('the API is killed', () => runAndKill('api', 'api'));
  it('the browser worker and Postgres are killed at once', () => runAndKill('both', 'browser', 'postgres'));
});

describe('while no orchestrator answers', () => {
  it('the totals come from the ledger', async () => {
    const accounts = await bench.addAccounts({ count: 3, prefix: 'silent' });
    const params = { mediaIds: [videos[0]!.id], captions: ['{{username}} in silence'] };
    const id = await orderAndStart(bench, { accounts, params });
    await until(
      () => aggregateOf(bench, id),
      ({ source }) => source === 'workflow',
      { what: 'the workflow answers' },
    );
    bench.stack.kill('orchestrator', 'SIGSTOP');
    const answer = await until(
      () => aggregateOf(bench, id),
      ({ source }) => source === 'ledger',
      {
        what: 'the ledger answers instead',
      },
    );
    expect(answer.totals.total).toBe(3);
    bench.stack.kill('orchestrator', 'SIGCONT');
    expect((await untilEnded(bench, id)).totals.succeeded).toBe(3);
    await expectEveryPostOnce(bench, id);
    await expectOneAnswer(bench, id);
  });
});
