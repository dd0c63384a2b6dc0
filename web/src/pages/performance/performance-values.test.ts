import { colorOf, rateText, type StepPerformance, scaleOf, slowestOf } from './performance-values.ts';

const step = (name: string, p50Ms: number | null, p95Ms: number | null): StepPerformance => ({
  step: name,
  count: 1,
  p50Ms,
  p95Ms,
  failures: [],
});

describe('durations of steps', () => {
  it('stand on one scale from the tick below the shortest to the one above the longest', () => {
    const scale = scaleOf([step('open', 200, 2_000), step('browse', 50_000, 400_000), step('never', null, null)]);
    expect(scale?.ticks).toEqual([100, 1_000, 10_000, 60_000, 600_000]);
    expect([100, 600_000].map((ms) => scale?.place(ms))).toEqual([0, 1]);
    expect(scale?.place(1_000)).toBeGreaterThan(0.2);
    expect(scale?.place(0)).toBe(0);
  });

  it('have a scale also when all are the same, and none when nothing was timed', () => {
    const scale = scaleOf([step('one', 1_000, 1_000)]);
    expect(scale?.ticks).toEqual([1_000, 10_000]);
    expect(scaleOf([step('never', null, null)])).toBeUndefined();
  });

  it('name the slowest one', () => {
    expect(slowestOf([step('a', 1, 5), step('b', 1, 50), step('c', null, null)])?.step).toBe('b');
    expect(slowestOf([])).toBeUndefined();
  });
});

describe('rates and types', () => {
  it('have as many digits as say something', () => {
    expect([0, 0.02, 0.25, 9.94, 12.4, 1_234].map(rateText)).toEqual(['0', '<0.1', '0.3', '9.9', '12', '1,234']);
  });

  it('keep the colour of a type', () => {
    expect(colorOf('PageChanged')).toBe(colorOf('PageChanged'));
    expect(colorOf('SomethingElse')).toMatch(/^var\(--fl-/);
  });
});
