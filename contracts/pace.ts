import { DateTime } from 'luxon';

/** When an account may post next. The workflow's desk and the dry run's forecast both ask here. */
export interface PaceInput {
  /** Milliseconds since the epoch. */
  now: number;
  timeZone: string;
  /** Local times `HH:MM`; may pass midnight. */
  quietHours: { from: string; to: string } | null;
  postsToday: number;
  lastPostAt: number | null;
  limits: { postsPerDay: number; minGapMs: number };
}

export interface PaceWait {
  /** Milliseconds since the epoch. */
  until: number;
  reason: string;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

/** End of the quiet hours that `now` falls into, or null. Daylight saving is the time zone's own. */
export function quietUntil(now: number, timeZone: string, quiet: { from: string; to: string }): number | null {
  const local = DateTime.fromMillis(now, { zone: timeZone });
  const minute = local.hour * 60 + local.minute;
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  if (from === to) return null;
  const inside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!inside) return null;
  const end = local.set({ hour: Math.floor(to / 60), minute: to % 60, second: 0, millisecond: 0 });
  return (end.toMillis() <= now ? end.plus({ days: 1 }) : end).toMillis();
}

/** Start of the account's next local day. */
export function nextDayStart(now: number, timeZone: string): number {
  return DateTime.fromMillis(now, { zone: timeZone }).startOf('day').plus({ days: 1 }).toMillis();
}

/** Why and until when the next post must wait, or null when it may go now. The latest of all bounds counts. */
export function paceWait(input: PaceInput): PaceWait | null {
  const waits: PaceWait[] = [];
  if (input.postsToday >= input.limits.postsPerDay) {
    waits.push({
      until: nextDayStart(input.now, input.timeZone),
      reason: `The daily limit of ${input.limits.postsPerDay} posts is used up.`,
    });
  }
  if (input.lastPostAt !== null && input.lastPostAt + input.limits.minGapMs > input.now) {
    waits.push({
      until: input.lastPostAt + input.limits.minGapMs,
      reason: `At least ${Math.round(input.limits.minGapMs / 1_000)} s lie between two posts of an account.`,
    });
  }
  const latest = Math.max(input.now, ...waits.map((wait) => wait.until));
  const quiet = input.quietHours ? quietUntil(latest, input.timeZone, input.quietHours) : null;
  if (quiet !== null) waits.push({ until: quiet, reason: `Quiet hours of the account (${input.timeZone}).` });
  return waits.reduce<PaceWait | null>((last, wait) => (last === null || wait.until > last.until ? wait : last), null);
}
