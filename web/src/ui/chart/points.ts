import type { MetricSeries } from '../../api/types.ts';

/** Measurements come at even steps; where more than this many are missing the line is broken. */
const MISSED_STEPS = 2;

export interface Points {
  /** ISO times, ascending; one more wherever a line has to break. */
  times: string[];
  /** The values of a metric at those times. @param scale what each is multiplied by */
  of(metric: string, scale?: number): (number | null)[];
  has(metric: string): boolean;
}

/** Brings what was measured into the shape of a chart, with a hole where nothing was for a while. */
export function pointsOf({ stepSeconds, points }: MetricSeries): Points {
  const stepMs = stepSeconds * 1_000;
  const placed: { at: string; metrics: Readonly<Record<string, number>> }[] = [];
  for (const point of points) {
    const last = placed.at(-1);
    if (last && Date.parse(point.at) - Date.parse(last.at) > MISSED_STEPS * stepMs) {
      placed.push({ at: new Date(Date.parse(last.at) + stepMs).toISOString(), metrics: {} });
    }
    placed.push(point);
  }
  return {
    times: placed.map(({ at }) => at),
    of: (metric, scale = 1) =>
      placed.map(({ metrics }) => {
        const value = metrics[metric];
        return value === undefined ? null : value * scale;
      }),
    has: (metric) => points.some(({ metrics }) => metrics[metric] !== undefined),
  };
}
