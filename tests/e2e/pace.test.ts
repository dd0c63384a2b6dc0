import { z } from 'zod';
import { type Bench, startBench, type Video } from '../support/bench.ts';
import {
  type AccountTask,
  accountTaskDetails,
  accountTasksOf,
  give,
  orderAndStart,
  untilEnded,
  untilTotals,
} from '../support/tasks.ts';
import { expectEveryPostOnce, expectOneAnswer } from '../support/truth.ts';

jest.setTimeout(170_000);

let bench: Bench;
let videos: Video[];
beforeAll(async () => {
  bench = await startBench();
  videos = await bench.addVideos(2);
});
afterEach(() => bench?.site.break());
afterAll(() => bench?.stop());

interface Move {
  to: string;
  reason: string | null;
  at: number;
}

const movesOf = ({ timeline }: AccountTask): Move[] =>
  timeline
    .filter(({ type }) => type === 'account-task')
    .map(({ data, at }) => ({ ...(data as { to: string; reason: string | null }), at: Date.parse(at) }));
const forecastSchema = z.object({ forecast: z.object({ finishAt: z.string(), boundBy: z.string() }) });

it('a platform that throttles one account has all of them wait, and then each posts once', async () => {
  const accounts = await bench.addAccounts({ count: 5, prefix: 'slow' });
  const [first, ...others] = accounts;
  const seconds = 10;
  await bench.site.break({ fault: 'throttle', username: first!.username, seconds, count: 1 });
  // One after the other: the others come when the first one has been told to wait.
  const params = { mediaIds: [videos[0]!.id], captions: ['Slowly, {{username}}'] };
  const id = await orderAndStart(bench, { accounts, params, window: 1 });
  expect((await untilEnded(bench, id)).totals.succeeded).toBe(5);

  const details = await accountTaskDetails(bench, id);
  const throttled = movesOf(details.find(({ username }) => username === first!.username)!);
  const told = throttled.find(({ to }) => to === 'paced')!;
  expect(told.reason).toMatch(/too many requests|slow|wait/i);
  for (const { username } of others) {
    const moves = movesOf(details.find((one) => one.username === username)!);
    expect(moves.map(({ to }) => to)).toEqual(['paced', 'running', 'succeeded']);
    expect(moves[0]!.reason).toBe(told.reason);
    // The platform was slowed down a moment before the first account was told to wait.
    expect(moves[1]!.at).toBeGreaterThan(told.at + (seconds - 2) * 1_000);
  }
  await expectEveryPostOnce(bench, id);
  await expectOneAnswer(bench, id);
});

it('an account keeps the time between two posts that was set for it', async () => {
  const dailyLimits = { minGapMinutes: 0.1, maxGapMinutes: 0.15 };
  const accounts = await bench.addAccounts({ count: 2, prefix: 'gap' }, () => ({ dailyLimits }));
  const params = { mediaIds: videos.map(({ id }) => id), perAccount: 2, captions: ['Now and then'] };
  const id = await orderAndStart(bench, { accounts, params });
  expect((await untilEnded(bench, id)).totals.succeeded).toBe(2);
  for (const task of await accountTaskDetails(bench, id)) {
    const [one, two] = task.intents.map(({ submittedAt }) => Date.parse(submittedAt ?? '')).sort((a, b) => a - b);
    expect(two! - one!).toBeGreaterThanOrEqual(6_000);
    const waits = movesOf(task).filter(({ to }) => to === 'paced');
    expect(waits.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^At least [6-9] s lie between two posts of an account\.$/),
    ]);
  }
  await expectEveryPostOnce(bench, id);
});

it('a daily limit paces, until the time that the dry run foresaw', async () => {
  const more = { dailyLimits: { posts: 1 }, timeZone: 'Asia/Kathmandu' };
  const accounts = await bench.addAccounts({ count: 2, prefix: 'day' }, () => more);
  const params = { mediaIds: videos.map(({ id }) => id), perAccount: 2, captions: ['Day by day'] };
  const order = { accounts: { ids: accounts.map(({ id }) => id) }, params };
  const { forecast } = await bench.call('POST', '/api/bulk/upload?dryRun=true', forecastSchema, order);
  expect(forecast.boundBy).toBe('The daily limit of 1 post an account.');

  const id = await orderAndStart(bench, { accounts, params });
  await untilTotals(bench, id, 'both wait for tomorrow', ({ totals }) => totals.paced === 2);
  for (const item of await accountTasksOf(bench, id)) {
    expect(item.stateReason).toBe('The daily limit of 1 posts is used up.');
    const afterWakingMs = Date.parse(forecast.finishAt) - Date.parse(item.wakeAt!);
    expect(afterWakingMs).toBeGreaterThanOrEqual(0);
    expect(afterWakingMs).toBeLessThan(300_000);
  }
  expect((await give(bench, id, 'cancel')).status).toBe(202);
  expect((await untilEnded(bench, id)).counters.posted).toBe(2);
  await expectEveryPostOnce(bench, id);
});
