import { binsOf } from './throughput.ts';

const FROM = Date.UTC(2026, 0, 1, 10);
const at = (seconds: number): string => new Date(FROM + seconds * 1_000).toISOString();
const found = {
  from: at(0),
  to: at(40),
  stepSeconds: 10,
  points: [
    { at: at(10), succeeded: 3, failed: 1, other: 0 },
    { at: at(40), succeeded: 2, failed: 0, other: 1 },
  ],
};

describe('the throughput of a run', () => {
  it('has an interval for each time in which nothing ended', () => {
    expect(binsOf(found, FROM + 40_000, false)).toEqual({
      times: [0, 10, 20, 30, 40].map(at),
      succeeded: [0, 3, 0, 0, 2],
      failed: [0, 1, 0, 0, 0],
      other: [0, 0, 0, 0, 1],
      now: null,
    });
  });

  it('does not look as if it fell in the interval that is under way', () => {
    const bins = binsOf(found, FROM + 44_000, true);
    expect([bins.times.at(-1), bins.succeeded, bins.now]).toEqual([at(30), [0, 3, 0, 0], 3]);
  });

  it('shows that nothing ends any more, before it is read again', () => {
    const bins = binsOf(found, FROM + 71_000, true);
    expect([bins.times.length, bins.succeeded.slice(-2), bins.now]).toEqual([7, [0, 0], 0]);
  });

  it('shows its first interval at once, and nothing before anything has ended', () => {
    const [point] = found.points;
    expect(binsOf({ ...found, points: [{ ...point!, at: at(0) }] }, FROM + 3_000, true).succeeded).toEqual([3]);
    expect(binsOf({ ...found, points: [] }, FROM + 90_000, true).times).toEqual([]);
    expect(binsOf({ from: null, to: null, stepSeconds: 1, points: [] }, FROM, false).times).toEqual([]);
  });
});
