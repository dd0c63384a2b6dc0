import { instantOf, runsBetween } from '../../../../contracts/schedule-runs.ts';
import type { ScheduleItem } from '../../api/schedules.ts';

export const DAY_MS = 86_400_000;
/** More runs of one schedule in a day are told by their number. */
const MOST_SHOWN = 4;

export interface DayRuns {
  /** Midnight of the day, as if it were in UTC. */
  day: number;
  /** In their order; several times of one schedule where it runs often. */
  runs: { schedule: ScheduleItem; times: number[] }[];
}

/** The Monday on or before a day. */
export const mondayOf = (day: number): number => day - ((new Date(day).getUTCDay() + 6) % 7) * DAY_MS;

/** What is still to come of the week from `monday` on, day by day as clocks in `zone` have them. Paused ones start nothing. */
export function weekOf(schedules: readonly ScheduleItem[], zone: string, monday: number, now: number): DayRuns[] {
  const startOf = (day: number): number => instantOf(day, zone) ?? instantOf(day + 3_600_000, zone) ?? day;
  const active = schedules.filter(({ state }) => state === 'active');
  return Array.from({ length: 7 }, (_, place) => {
    const day = monday + place * DAY_MS;
    const from = Math.max(startOf(day), now);
    const to = startOf(day + DAY_MS);
    const runs = active.flatMap((schedule) => {
      const times = from < to ? runsBetween(schedule.spec, schedule.timeZone, from, to) : [];
      if (times.length === 0) return [];
      return times.length > MOST_SHOWN ? [{ schedule, times }] : times.map((time) => ({ schedule, times: [time] }));
    });
    runs.sort((one, other) => (one.times[0] ?? 0) - (other.times[0] ?? 0));
    return { day, runs };
  });
}
