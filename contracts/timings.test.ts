import { boundOf, OVER_MS, quantile, TIMING_BOUNDS_MS } from './timings.ts';

describe('the bounds of durations', () => {
  it('grow by about a quarter, from a millisecond to an hour', () => {
    expect([TIMING_BOUNDS_MS[0], TIMING_BOUNDS_MS.at(-1)]).toEqual([1, 3_600_000]);
    const growth = TIMING_BOUNDS_MS.slice(1).map((bound, index) => bound / TIMING_BOUNDS_MS[index]!);
    expect(Math.min(...growth)).toBeGreaterThan(1);
    for (const factor of growth.slice(8, -1)) expect(Math.abs(factor - 1.25)).toBeLessThan(0.05);
  });

  it('hold every duration, those at a bound in its own bucket and long ones in the last', () => {
    expect([0, 0.4, 1, 1.01, 3_600_000, 3_600_000.5].map(boundOf)).toEqual([1, 1, 1, 2, 3_600_000, OVER_MS]);
    for (const bound of TIMING_BOUNDS_MS) expect(boundOf(bound)).toBe(bound);
  });
});

describe('a percentile', () => {
  const counted = (durations: number[]) => durations.map((ms) => ({ leMs: boundOf(ms), n: 1 }));

  it('is within an eighth of the true one', () => {
    const durations = Array.from({ length: 2_000 }, (_, n) => 40 + n * 3);
    const buckets = counted(durations);
    for (const q of [0.1, 0.5, 0.95, 0.99]) {
      const truth = durations[Math.floor(q * durations.length)]!;
      expect(Math.abs(quantile(buckets, q)! / truth - 1)).toBeLessThan(0.125);
    }
  });

  it('is nothing where nothing was counted, and an hour for what took longer', () => {
    expect(quantile([], 0.5)).toBeNull();
    expect(quantile([{ leMs: 10, n: 0 }], 0.5)).toBeNull();
    expect(quantile(counted([7_200_000]), 0.5)).toBe(3_600_000);
  });
});
