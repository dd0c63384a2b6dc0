import { forecastFinish } from './forecast.ts';

const startAt = new Date('2026-01-01T00:00:00Z');
const hours = (finish: Date) => (finish.getTime() - startAt.getTime()) / 3_600_000;
const load = { posts: 1, postsPerDay: 50, gapMs: 0 };

describe('the forecast', () => {
  it('divides the work by the window', () => {
    const accounts = Array.from({ length: 3_600 }, () => load);
    expect(hours(forecastFinish({ startAt, window: 10, secondsPerPost: 10, accounts }))).toBeCloseTo(1);
  });

  it('does not count more of the window than there are accounts', () => {
    expect(hours(forecastFinish({ startAt, window: 500, secondsPerPost: 3_600, accounts: [load, load] }))).toBeCloseTo(
      1,
    );
  });

  it('needs further days where the daily limit is smaller than the work', () => {
    const accounts = [{ posts: 5, postsPerDay: 2, gapMs: 0 }];
    expect(hours(forecastFinish({ startAt, window: 20, secondsPerPost: 36, accounts }))).toBeCloseTo(48.01);
  });

  it('waits the gap between two posts of one account', () => {
    const accounts = [{ posts: 3, postsPerDay: 50, gapMs: 3_600_000 }];
    expect(hours(forecastFinish({ startAt, window: 20, secondsPerPost: 0, accounts }))).toBeCloseTo(2);
  });

  it('counts an account without posts as one step', () => {
    const accounts = [{ posts: 0, postsPerDay: 50, gapMs: 0 }];
    expect(hours(forecastFinish({ startAt, window: 1, secondsPerPost: 3_600, accounts }))).toBeCloseTo(1);
  });
});
