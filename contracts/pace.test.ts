import { nextDayStart, paceWait, quietUntil } from './pace.ts';

const at = (iso: string) => Date.parse(iso);
const base = {
  now: at('2026-03-10T12:00:00Z'),
  timeZone: 'UTC',
  quietHours: null,
  postsToday: 0,
  lastPostAt: null,
  limits: { postsPerDay: 3, minGapMs: 60_000 },
};

describe('the pace of an account', () => {
  it('lets the first post go at once', () => {
    expect(paceWait(base)).toBeNull();
  });

  it('waits for the next local day when the limit is used up', () => {
    const wait = paceWait({ ...base, timeZone: 'Asia/Tokyo', postsToday: 3 });
    expect(wait?.until).toBe(at('2026-03-10T15:00:00Z'));
    expect(wait?.reason).toContain('daily limit of 3');
  });

  it('keeps the least gap between two posts', () => {
    expect(paceWait({ ...base, lastPostAt: base.now - 10_000 })?.until).toBe(base.now + 50_000);
    expect(paceWait({ ...base, lastPostAt: base.now - 60_000 })).toBeNull();
  });

  it('waits through quiet hours that pass midnight', () => {
    const quiet = { from: '22:00', to: '07:00' };
    expect(quietUntil(at('2026-03-10T23:30:00Z'), 'UTC', quiet)).toBe(at('2026-03-11T07:00:00Z'));
    expect(quietUntil(at('2026-03-11T06:59:00Z'), 'UTC', quiet)).toBe(at('2026-03-11T07:00:00Z'));
    expect(quietUntil(at('2026-03-11T07:00:00Z'), 'UTC', quiet)).toBeNull();
  });

  it('goes on waiting when another bound ends inside quiet hours', () => {
    const wait = paceWait({ ...base, postsToday: 3, quietHours: { from: '23:00', to: '08:00' } });
    expect(wait?.until).toBe(at('2026-03-11T08:00:00Z'));
  });

  it('knows days of 23 hours', () => {
    expect(nextDayStart(at('2026-03-29T00:30:00+01:00'), 'Europe/Berlin') - at('2026-03-29T00:00:00+01:00')).toBe(
      23 * 3_600_000,
    );
  });
});
