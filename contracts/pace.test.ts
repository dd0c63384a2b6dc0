import { ACTIONS, actionLimits, gapAfter, nextDayStart, paceWait, quietUntil, RAMP_SHARES } from './pace.ts';

const at = (iso: string) => Date.parse(iso);
const base = {
  now: at('2026-03-10T12:00:00Z'),
  timeZone: 'UTC',
  quietHours: null,
  action: 'post' as const,
  usedToday: 0,
  usedThisHour: 0,
  hourBeganAt: null,
  lastAt: null,
  limits: { perDay: 3, perHour: 100, minGapMs: 60_000, maxGapMs: 60_000 },
  seed: 'account',
};

describe('the pace of an account', () => {
  it('lets the first post go at once', () => {
    expect(paceWait(base)).toBeNull();
  });

  it('waits for the next local day when the limit is used up', () => {
    const wait = paceWait({ ...base, timeZone: 'Asia/Tokyo', usedToday: 3 });
    expect(wait?.until).toBe(at('2026-03-10T15:00:00Z'));
    expect(wait?.reason).toContain('daily limit of 3');
  });

  it('keeps the least gap between two posts', () => {
    expect(paceWait({ ...base, lastAt: base.now - 10_000 })?.until).toBe(base.now + 50_000);
    expect(paceWait({ ...base, lastAt: base.now - 60_000 })).toBeNull();
  });

  it('waits through quiet hours that pass midnight', () => {
    const quiet = { from: '22:00', to: '07:00' };
    expect(quietUntil(at('2026-03-10T23:30:00Z'), 'UTC', quiet)).toBe(at('2026-03-11T07:00:00Z'));
    expect(quietUntil(at('2026-03-11T06:59:00Z'), 'UTC', quiet)).toBe(at('2026-03-11T07:00:00Z'));
    expect(quietUntil(at('2026-03-11T07:00:00Z'), 'UTC', quiet)).toBeNull();
  });

  it('goes on waiting when another bound ends inside quiet hours', () => {
    const wait = paceWait({ ...base, usedToday: 3, quietHours: { from: '23:00', to: '08:00' } });
    expect(wait?.until).toBe(at('2026-03-11T08:00:00Z'));
  });

  it('knows days of 23 hours', () => {
    expect(nextDayStart(at('2026-03-29T00:30:00+01:00'), 'Europe/Berlin') - at('2026-03-29T00:00:00+01:00')).toBe(
      23 * 3_600_000,
    );
  });
});

describe('the limit an hour', () => {
  const limits = { perDay: 100, perHour: 2, minGapMs: 0, maxGapMs: 0 };

  it('waits until the oldest action of the hour is an hour old', () => {
    const hourBeganAt = base.now - 50 * 60_000;
    const wait = paceWait({ ...base, limits, usedToday: 2, usedThisHour: 2, hourBeganAt, lastAt: base.now - 1_000 });
    expect(wait).toEqual({
      until: hourBeganAt + 3_600_000,
      bound: 'hour',
      reason: 'The limit of 2 posts an hour is used up.',
    });
  });

  it('lets an account go that has one left', () => {
    expect(paceWait({ ...base, limits, usedToday: 9, usedThisHour: 1, hourBeganAt: base.now - 60_000 })).toBeNull();
  });
});

describe('the gap between two actions', () => {
  const limits = { perDay: 100, perHour: 100, minGapMs: 60_000, maxGapMs: 180_000 };

  it('is the same whenever it is asked for, and another one after the next action', () => {
    expect(gapAfter(base.now, limits, 'ada')).toBe(gapAfter(base.now, limits, 'ada'));
    const gaps = Array.from({ length: 20 }, (_, n) => gapAfter(base.now + n, limits, 'ada'));
    expect(new Set(gaps).size).toBeGreaterThan(15);
    expect(gapAfter(base.now, limits, 'ada')).not.toBe(gapAfter(base.now, limits, 'grace'));
  });

  it('stays within its bounds and uses all of them', () => {
    const gaps = Array.from({ length: 2_000 }, (_, n) => gapAfter(base.now + n * 977, limits, `account-${n}`));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(180_000);
    expect(Math.min(...gaps)).toBeLessThan(65_000);
    expect(Math.max(...gaps)).toBeGreaterThan(175_000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(Math.abs(mean - 120_000)).toBeLessThan(5_000);
  });

  it('ends at the moment that was drawn, not before', () => {
    const gap = gapAfter(base.now, limits, base.seed);
    const waitAfter = (ms: number) => paceWait({ ...base, limits, lastAt: base.now, now: base.now + ms });
    expect(waitAfter(gap - 1)).toMatchObject({ until: base.now + gap, bound: 'gap' });
    expect(waitAfter(gap)).toBeNull();
  });

  it('is said in words', () => {
    const said = [45_000, 600_000, 7_200_000, 259_200_000].map((gapMs) => {
      const fixed = { ...limits, minGapMs: gapMs, maxGapMs: gapMs };
      return paceWait({ ...base, limits: fixed, lastAt: base.now })?.reason.match(/At least (.*) lie/)?.[1];
    });
    expect(said).toEqual(['45 s', '10 minutes', '2 hours', '3 days']);
  });

  it('is fixed where both bounds are the same', () => {
    expect(gapAfter(base.now, { ...limits, maxGapMs: 60_000 }, 'ada')).toBe(60_000);
  });
});

describe('the limits of an action', () => {
  const one = { perDay: 40, perHour: 8, minGapMs: 30_000, maxGapMs: 90_000 };
  const platform = { post: one, follow: one, profile: one, browse: one };

  it("are the platform's where the account says nothing", () => {
    for (const action of ACTIONS) expect(actionLimits(action, platform, null)).toEqual(one);
  });

  it("are the account's own by sort of action", () => {
    const own = { posts: 1, follows: 2, profileChanges: 3, visits: 4, perHour: 5 };
    const perDay = ACTIONS.map((action) => actionLimits(action, platform, own).perDay);
    expect(perDay).toEqual([1, 2, 3, 4]);
    expect(actionLimits('browse', platform, own).perHour).toBe(5);
  });

  it('never leave less time between two actions than the platform or the bulk task asks for', () => {
    expect(actionLimits('post', platform, { minGapMinutes: 0, maxGapMinutes: 0.25 })).toMatchObject({
      minGapMs: 30_000,
      maxGapMs: 30_000,
    });
    expect(actionLimits('post', platform, null, { orderGapMs: 120_000 })).toMatchObject({
      minGapMs: 120_000,
      maxGapMs: 120_000,
    });
    expect(actionLimits('post', platform, { minGapMinutes: 2, maxGapMinutes: 9 })).toMatchObject({
      minGapMs: 120_000,
      maxGapMs: 540_000,
    });
  });

  it('rise with each stage of the warm-up, up to all of them', () => {
    const perDay = [...RAMP_SHARES.keys(), RAMP_SHARES.length, null].map(
      (rampStage) => actionLimits('post', platform, null, { rampStage }).perDay,
    );
    expect(perDay).toEqual([4, 10, 20, 30, 40, 40]);
  });

  it('leave one a day at the first stage, and none where there is none', () => {
    expect(actionLimits('post', platform, { posts: 3 }, { rampStage: 0 }).perDay).toBe(1);
    expect(actionLimits('post', platform, { posts: 0 }, { rampStage: 0 }).perDay).toBe(0);
  });
});

describe('quiet hours when the clocks change', () => {
  const night = { from: '22:00', to: '07:00' };

  it('end at seven by the clock in the night that is an hour shorter', () => {
    expect(quietUntil(at('2026-03-28T22:30:00+01:00'), 'Europe/Berlin', night)).toBe(at('2026-03-29T07:00:00+02:00'));
  });

  it('end at seven by the clock in the night that is an hour longer', () => {
    expect(quietUntil(at('2026-10-24T22:30:00+02:00'), 'Europe/Berlin', night)).toBe(at('2026-10-25T07:00:00+01:00'));
  });

  it('hold through both times of an hour that comes twice', () => {
    const early = { from: '02:00', to: '03:00' };
    expect(quietUntil(at('2026-10-25T02:30:00+02:00'), 'Europe/Berlin', early)).toBe(at('2026-10-25T03:00:00+01:00'));
    expect(quietUntil(at('2026-10-25T02:30:00+01:00'), 'Europe/Berlin', early)).toBe(at('2026-10-25T03:00:00+01:00'));
  });

  it('end when their last hour is skipped', () => {
    const early = { from: '01:00', to: '02:30' };
    const until = quietUntil(at('2026-03-29T01:30:00+01:00'), 'Europe/Berlin', early)!;
    expect(until).toBeGreaterThan(at('2026-03-29T01:30:00+01:00'));
    expect(quietUntil(until, 'Europe/Berlin', early)).toBeNull();
  });

  it('are none where both ends are the same', () => {
    expect(quietUntil(base.now, 'UTC', { from: '12:00', to: '12:00' })).toBeNull();
  });
});

describe('all bounds together', () => {
  const limits = { perDay: 2, perHour: 1, minGapMs: 30 * 60_000, maxGapMs: 30 * 60_000 };
  const busy = {
    ...base,
    limits,
    usedThisHour: 1,
    hourBeganAt: base.now - 20 * 60_000,
    lastAt: base.now - 20 * 60_000,
  };

  it('the latest one counts', () => {
    expect(paceWait({ ...busy, usedThisHour: 0 })).toMatchObject({ bound: 'gap', until: base.now + 10 * 60_000 });
    expect(paceWait(busy)).toMatchObject({ bound: 'hour', until: base.now + 40 * 60_000 });
    expect(paceWait({ ...busy, usedToday: 2 })).toMatchObject({ bound: 'day', until: at('2026-03-11T00:00:00Z') });
    expect(paceWait({ ...busy, usedToday: 2, quietHours: { from: '23:00', to: '06:30' } })).toMatchObject({
      bound: 'quiet',
      until: at('2026-03-11T06:30:00Z'),
    });
  });

  it('whoever comes back at the time that was said may go', () => {
    const quietHours = { from: '12:30', to: '13:15' };
    const wait = paceWait({ ...busy, quietHours })!;
    expect(wait).toMatchObject({ bound: 'quiet', until: at('2026-03-10T13:15:00Z') });
    expect(paceWait({ ...busy, quietHours, now: wait.until, usedThisHour: 0, hourBeganAt: null })).toBeNull();
  });
});
