import { type Cron, readCron } from './cron.ts';
import type { ScheduleSpec } from './schedules.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-US', { ...parts, timeZone, hourCycle: 'h23', era: 'short' });
  clocks.set(timeZone, made);
  return made;
}

/** What clocks in a zone show at an instant, as if they were in UTC; whole minutes. */
export function wallTime(at: number, timeZone: string): number {
  const shown: Record<string, string> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(at)) shown[type] = value;
  const { year, month, day, hour, minute } = shown;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

const offsetAt = (at: number, timeZone: string): number =>
  wallTime(at, timeZone) - Math.floor(at / MINUTE_MS) * MINUTE_MS;

/** The first instant at which clocks in a zone show this; undefined where they skip it. */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const offsets = new Set([wall - DAY_MS, wall + DAY_MS].map((near) => offsetAt(near, timeZone)));
  const found = [...offsets].map((offset) => wall - offset).filter((at) => wallTime(at, timeZone) === wall);
  return found.length > 0 ? Math.min(...found) : undefined;
}

function cronRuns(cron: Cron, timeZone: string, from: number, to: number): number[] {
  const runs: number[] = [];
  const first = Math.floor(wallTime(from, timeZone) / DAY_MS) * DAY_MS;
  const last = wallTime(to, timeZone);
  for (let day = first; day <= last; day += DAY_MS) {
    const date = new Date(day);
    const isMeant =
      cron.months.includes(date.getUTCMonth() + 1) &&
      cron.days.includes(date.getUTCDate()) &&
      cron.weekdays.includes(date.getUTCDay());
    if (!isMeant) continue;
    // On most days all hours have one offset, which spares asking for each minute.
    const [before, after] = [offsetAt(day - DAY_MS, timeZone), offsetAt(day + 2 * DAY_MS, timeZone)];
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const wall = day + (hour * 60 + minute) * MINUTE_MS;
        const at = before === after ? wall - before : instantOf(wall, timeZone);
        if (at !== undefined && at >= from && at < to) runs.push(at);
      }
    }
  }
  return runs;
}

/**
 * The times of a spec from `from` on and before `to`, ascending; milliseconds. A time that clocks skip when they are put
 * forward is left out, one that they show twice counts once.
 */
export function runsBetween(spec: ScheduleSpec, timeZone: string, from: number, to: number): number[] {
  if ('at' in spec) {
    const at = Date.parse(spec.at);
    return at >= from && at < to ? [at] : [];
  }
  if ('everyMinutes' in spec) {
    const every = spec.everyMinutes * MINUTE_MS;
    const offset = (spec.offsetMinutes ?? 0) * MINUTE_MS;
    const runs: number[] = [];
    for (let at = Math.ceil((from - offset) / every) * every + offset; at < to; at += every) runs.push(at);
    return runs;
  }
  const cron = readCron(spec.cron);
  return typeof cron === 'string' ? [] : cronRuns(cron, timeZone, from, to);
}
