import { DateTime } from 'luxon';
import { drawnShare, minutesOf } from './pace.ts';

/** When nothing is said of an account's quiet hours, it sleeps at night. */
const USUAL_SLEEP = { from: '22:30', to: '07:30' };

export interface WakingDay {
  /** Any moment of the first day, milliseconds since the epoch. */
  startMs: number;
  /** 0 for the first day. */
  day: number;
  /** IANA name. */
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  /** How many times are drawn. */
  count: number;
  /** The same seed draws the same times. */
  seed: string;
}

const DAY_MINUTES = 1_440;

/** The local minutes of a day in which the account is awake, as pieces `[from, to)`. */
function wakingPieces({ from, to }: { from: string; to: string }): [number, number][] {
  const [quietFrom, quietTo] = [minutesOf(from), minutesOf(to)];
  if (quietFrom === quietTo) return [[0, DAY_MINUTES]];
  if (quietFrom > quietTo) return [[quietTo, quietFrom]];
  return [
    [0, quietFrom],
    [quietTo, DAY_MINUTES],
  ];
}

/**
 * Times of one local day spread over the hours in which the account is awake, ascending, milliseconds since the epoch:
 * the waking hours are cut into as many parts as times are wanted, and one is drawn in each.
 */
export function wakingTimes({ startMs, day, timeZone, quietHours, count, seed }: WakingDay): number[] {
  const begin = DateTime.fromMillis(startMs, { zone: timeZone }).startOf('day').plus({ days: day });
  const pieces = wakingPieces(quietHours ?? USUAL_SLEEP);
  const awake = pieces.reduce((sum, [from, to]) => sum + to - from, 0);
  return Array.from({ length: count }, (_, place) => {
    const share = (place + drawnShare(`${seed}/${day}/${place}`)) / count;
    let left = Math.floor(share * awake);
    for (const [from, to] of pieces) {
      if (left < to - from) return begin.set(clock(from + left)).toMillis();
      left -= to - from;
    }
    return begin.toMillis();
  });
}

const clock = (minute: number) => ({ hour: Math.floor(minute / 60), minute: minute % 60 });
