import { type ActionLimits, nextDayStart, paceWait } from '../contracts/pace.ts';
import type { ForecastInput } from './forecast.ts';
import { forecastFinish } from './forecast.ts';
import type { AccountLoad, ActionUse } from './forecast-account.ts';

const HOUR_MS = 3_600_000;
const startAt = new Date('2026-01-01T00:00:00Z');
const platforms = { test: { title: 'Test', actionsPerMinute: 10_000, actionsPerMinutePerProxy: 1_000 } };

interface Case extends Partial<Omit<AccountLoad, 'actions'>> {
  posts?: number;
  limits?: Partial<ActionLimits>;
  used?: ActionUse;
}

function load({ posts = 1, limits = {}, used, ...more }: Case = {}): AccountLoad {
  const all = { perDay: 1_000, perHour: 1_000, minGapMs: 0, maxGapMs: limits.minGapMs ?? 0, ...limits };
  return {
    platform: 'test',
    proxyId: null,
    timeZone: 'UTC',
    quietHours: null,
    lastsMs: 0,
    actions: posts > 0 ? [{ action: 'post', count: posts, limits: all, used: used ?? null }] : [],
    ...more,
  };
}

const many = (count: number, one: Case = {}): AccountLoad[] => Array.from({ length: count }, () => load(one));

function forecast(accounts: AccountLoad[], more: Partial<ForecastInput> = {}) {
  const input = { startAt, window: 20, secondsPerPost: 10, accounts, platforms, ...more };
  const { finishAt, boundBy } = forecastFinish(input);
  return { hours: (finishAt.getTime() - input.startAt.getTime()) / HOUR_MS, boundBy };
}

describe('the forecast', () => {
  it('divides the work by the window', () => {
    const { hours, boundBy } = forecast(many(3_600), { window: 10 });
    expect(hours).toBeCloseTo(1);
    expect(boundBy).toBe('The window: 10 account tasks at once, with about 10 s for each action.');
  });

  it('does not count more of the window than there are accounts', () => {
    const { hours, boundBy } = forecast(many(2), { window: 500, secondsPerPost: 3_600 });
    expect(hours).toBeCloseTo(1);
    expect(boundBy).toBe('The work itself, with about 3600 s for each action.');
  });

  it('needs further days where the daily limit is smaller than the work', () => {
    const { hours, boundBy } = forecast(many(1, { posts: 5, limits: { perDay: 2 } }), { secondsPerPost: 36 });
    expect(hours).toBeCloseTo(48.01);
    expect(boundBy).toBe('The daily limit of 2 posts an account.');
  });

  it('lets days end where the account lives', () => {
    const one = { posts: 2, limits: { perDay: 1 }, timeZone: 'Asia/Tokyo' };
    expect(forecast(many(1, one), { secondsPerPost: 0 }).hours).toBeCloseTo(15);
  });

  it('waits for the hour to pass', () => {
    const { hours, boundBy } = forecast(many(1, { posts: 7, limits: { perHour: 3 } }), { secondsPerPost: 0 });
    expect(hours).toBeCloseTo(2);
    expect(boundBy).toBe('The limit of 3 posts an hour for each account.');
  });

  it('waits the gap between two actions of one account', () => {
    const { hours, boundBy } = forecast(many(1, { posts: 3, limits: { minGapMs: HOUR_MS } }), { secondsPerPost: 0 });
    expect(hours).toBeCloseTo(2);
    expect(boundBy).toBe('The time that must lie between two posts of an account.');
  });

  it('draws gaps between their bounds', () => {
    const limits = { minGapMs: HOUR_MS, maxGapMs: 3 * HOUR_MS };
    const { hours } = forecast(many(1, { posts: 21, limits }), { secondsPerPost: 0 });
    expect(hours).toBeGreaterThan(30);
    expect(hours).toBeLessThan(50);
  });

  it('counts an account without actions as one step, which nothing paces', () => {
    const quietHours = { from: '00:00', to: '12:00' };
    expect(forecast(many(1, { posts: 0, quietHours }), { secondsPerPost: 3_600 }).hours).toBeCloseTo(1);
  });

  it('holds work up that quiet hours fall into, and goes on with it afterwards', () => {
    const quietHours = { from: '02:00', to: '10:00' };
    const { hours, boundBy } = forecast(many(3_600, { quietHours }), { window: 2 });
    // Five hours of work: two before the quiet hours, three after them.
    expect(hours).toBeCloseTo(13, 1);
    expect(boundBy).toBe('Quiet hours of accounts (UTC).');
  });

  it('works on accounts that are awake while others are not', () => {
    const asleep = many(1_800, { quietHours: { from: '00:00', to: '02:30' } });
    expect(forecast([...asleep, ...many(1_800)], { window: 2 }).hours).toBeCloseTo(5, 1);
  });

  it('starts from what the accounts have used already', () => {
    const used = { today: 2, thisHour: 0, hourBeganAt: null, lastAt: startAt.getTime() - 2 * HOUR_MS };
    const noon = { startAt: new Date('2026-01-01T12:00:00Z'), secondsPerPost: 0 };
    expect(forecast([load({ limits: { perDay: 2 } })], noon).hours).toBeCloseTo(0);
    expect(forecast([load({ limits: { perDay: 2 }, used })], noon).hours).toBeCloseTo(12);
    expect(forecast([load({ limits: { perDay: 3 }, used })], noon).hours).toBeCloseTo(0);
  });

  it('forgets what was used on a day before the start', () => {
    const used = { today: 2, thisHour: 2, hourBeganAt: startAt.getTime() - HOUR_MS / 2, lastAt: startAt.getTime() };
    const tomorrow = { startAt: new Date('2026-01-02T09:00:00Z'), readAt: startAt, secondsPerPost: 0 };
    const limits = { perDay: 2, perHour: 2, minGapMs: HOUR_MS };
    expect(forecast([load({ limits, used })], tomorrow).hours).toBeCloseTo(0);
  });

  it('keeps to what the platform takes of all accounts', () => {
    const slow = { test: { ...platforms.test, actionsPerMinute: 60 } };
    const { hours, boundBy } = forecast(many(7_200), { window: 500, platforms: slow });
    expect(hours).toBeCloseTo(2, 1);
    expect(boundBy).toBe('The platform Test takes 60 actions a minute.');
  });

  it('keeps to what one proxy takes', () => {
    const slow = { test: { ...platforms.test, actionsPerMinutePerProxy: 10 } };
    const { hours, boundBy } = forecast(many(1_200, { proxyId: 'p' }), { window: 500, platforms: slow });
    expect(hours).toBeCloseTo(2);
    expect(boundBy).toContain('10 actions a minute');
    const spread = many(1_200).map((one, n) => ({ ...one, proxyId: `p${n}` }));
    expect(forecast(spread, { window: 500, platforms: slow }).hours).toBeLessThan(0.1);
  });

  it('lasts as long as a plan that is spread over days', () => {
    const { hours, boundBy } = forecast(many(50, { posts: 28, lastsMs: 14 * 24 * HOUR_MS }), { secondsPerPost: 60 });
    expect(hours / 24).toBeCloseTo(14, 1);
    expect(boundBy).toBe('The plan itself, which is spread over 14 days.');
  });

  it('says so when a limit of nothing never lets it end', () => {
    const { hours, boundBy } = forecast(many(3, { limits: { perDay: 0 } }));
    expect(hours).toBe(366 * 24);
    expect(boundBy).toBe('The daily limit of 0 posts an account. The task does not end within a year.');
  });

  it('ends at once where there is nobody', () => {
    expect(forecast([])).toEqual({ hours: 0, boundBy: 'There is nothing to do.' });
  });

  it('simulates a hundred thousand accounts by what makes them differ', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Tokyo', 'America/New_York'];
    const accounts = Array.from({ length: 100_000 }, (_, n) =>
      load({
        posts: 3,
        timeZone: zones[n % 4]!,
        quietHours: n % 3 === 0 ? { from: '22:00', to: '07:00' } : null,
        limits: { perDay: 1 + (n % 2), minGapMs: HOUR_MS },
        used: { today: n % 3, thisHour: n % 2, hourBeganAt: startAt.getTime() - n, lastAt: startAt.getTime() - n * 10 },
      }),
    );
    const { hours } = forecast(accounts, { window: 500, secondsPerPost: 5 });
    // By the limit of one a day alone it takes three days.
    expect(hours).toBeGreaterThan(48);
    expect(hours).toBeLessThan(5 * 24);
  });
});

/** One account, walked as its desk does: ask, wait, act. */
function walk({ timeZone, quietHours, actions }: AccountLoad, secondsPerPost: number): number {
  let now = startAt.getTime();
  const done: number[] = [];
  for (const { action, count, limits } of actions) {
    for (let n = 0; n < count; ) {
      const dayBeganAt = nextDayStart(now - 24 * HOUR_MS, timeZone);
      const lastHour = done.filter((at) => at > now - HOUR_MS);
      const wait = paceWait({
        ...{ action, now, timeZone, quietHours, limits, seed: 'group/0' },
        usedToday: done.filter((at) => at >= dayBeganAt).length,
        usedThisHour: lastHour.length,
        hourBeganAt: lastHour[0] ?? null,
        lastAt: done.at(-1) ?? null,
      });
      if (wait) now = wait.until;
      else {
        now += secondsPerPost * 1_000;
        done.push(now);
        n += 1;
      }
    }
  }
  return (now - startAt.getTime()) / HOUR_MS;
}

describe('the forecast of one account', () => {
  const cases: Case[] = [
    { posts: 12, limits: { perDay: 5, perHour: 2, minGapMs: 600_000, maxGapMs: 2_400_000 } },
    { posts: 9, timeZone: 'Asia/Tokyo', quietHours: { from: '13:00', to: '07:00' }, limits: { perHour: 2 } },
    { posts: 30, timeZone: 'America/New_York', quietHours: { from: '23:30', to: '06:00' }, limits: { perDay: 7 } },
    { posts: 4, quietHours: { from: '00:00', to: '23:00' }, limits: { minGapMs: 7_200_000 } },
  ];

  it.each(cases)('is what its desk will do: %j', (one) => {
    const account = load(one);
    expect(forecast([account]).hours).toBeCloseTo(walk(account, 10), 6);
  });
});
