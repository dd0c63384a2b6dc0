import { pointsOf } from './points.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString();

describe('measurements for a chart', () => {
  it('leave a hole where nothing was measured for a while, and none for a single one that is missing', () => {
    const points = pointsOf({
      stepSeconds: 60,
      points: [0, 1, 3, 10].map((minute) => ({ at: at(minute), metrics: { cpu: minute } })),
    });
    expect(points.times).toEqual([0, 1, 3, 4, 10].map(at));
    expect(points.of('cpu', 100)).toEqual([0, 100, 300, null, 1_000]);
  });

  it('know which metrics there are', () => {
    const points = pointsOf({ stepSeconds: 60, points: [{ at: at(0), metrics: { cpu: 0 } }] });
    expect([points.has('cpu'), points.has('renders')]).toEqual([true, false]);
    expect(points.of('renders')).toEqual([null]);
  });
});
