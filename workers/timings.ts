import type { Timing } from '../contracts/timings.ts';
import { boundOf } from '../contracts/timings.ts';

export interface Ended {
  kind: string;
  step: string;
  /** `ok`, `cancelled`, or the type of the error. */
  outcome: string;
  ms: number;
}

/** Durations of activities, counted in memory until they are told. */
export function createTimings() {
  const buckets = new Map<string, Timing>();
  const since = { activities: 0, failures: 0, at: Date.now() };
  const totals = { activities: 0, failures: 0, sessionsOpened: 0 };

  return {
    observe({ kind, step, outcome, ms }: Ended): void {
      const leMs = boundOf(ms);
      const key = JSON.stringify([kind, step, outcome, leMs]);
      const bucket = buckets.get(key) ?? { kind, step, outcome, leMs, n: 0, sumMs: 0 };
      bucket.n += 1;
      bucket.sumMs += Math.round(ms);
      buckets.set(key, bucket);
      const failed = outcome !== 'ok' && outcome !== 'cancelled';
      for (const counts of [since, totals]) {
        counts.activities += 1;
        if (failed) counts.failures += 1;
      }
      if (step === 'openSession' && outcome === 'ok') totals.sessionsOpened += 1;
    },

    /** Hands out up to `most` buckets and forgets them. */
    take(most: number): Timing[] {
      const taken = [...buckets].slice(0, most);
      for (const [key] of taken) buckets.delete(key);
      return taken.map(([, timing]) => timing);
    },

    /** Activities and failures a minute since the last call. */
    rates(): { activitiesPerMinute: number; failuresPerMinute: number } {
      const minutes = Math.max(1, Date.now() - since.at) / 60_000;
      const perMinute = (count: number) => Math.round((count / minutes) * 10) / 10;
      const rates = {
        activitiesPerMinute: perMinute(since.activities),
        failuresPerMinute: perMinute(since.failures),
      };
      Object.assign(since, { activities: 0, failures: 0, at: Date.now() });
      return rates;
    },

    /** Since the process started. */
    totals: () => ({ ...totals }),
  };
}

export type Timings = ReturnType<typeof createTimings>;
