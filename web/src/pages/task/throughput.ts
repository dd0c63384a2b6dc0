import type { Throughput } from '../../api/types.ts';

export interface Bins {
  /** ISO times, one an interval, without a gap. */
  times: string[];
  succeeded: number[];
  failed: number[];
  other: number[];
  /** How many ended in the interval that is under way: it is not among the others, where it would look like a fall. */
  now: number | null;
}

/**
 * All intervals of a run, those too in which nothing ended.
 * @param until ms since 1970: up to when the run goes on, or when it ended
 * @param live whether the last interval is still under way
 */
export function binsOf({ from, stepSeconds, points }: Throughput, until: number, live: boolean): Bins {
  const bins: Bins = { times: [], succeeded: [], failed: [], other: [], now: null };
  if (from === null || points.length === 0) return bins;
  const begin = Date.parse(from);
  const stepMs = stepSeconds * 1_000;
  const found = new Map(points.map((point) => [Math.round((Date.parse(point.at) - begin) / stepMs), point]));
  // Clocks differ: what has ended is shown, whatever this one says.
  const last = Math.max(Math.floor((until - begin) / stepMs), ...found.keys());
  const whole = live && last > 0 ? last : last + 1;
  for (let place = 0; place < whole; place += 1) {
    const point = found.get(place);
    bins.times.push(new Date(begin + place * stepMs).toISOString());
    bins.succeeded.push(point?.succeeded ?? 0);
    bins.failed.push(point?.failed ?? 0);
    bins.other.push(point?.other ?? 0);
  }
  if (whole === last) {
    const point = found.get(last);
    bins.now = point ? point.succeeded + point.failed + point.other : 0;
  }
  return bins;
}
