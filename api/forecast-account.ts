import type { Action, ActionLimits, PaceWait } from '../contracts/pace.ts';
import { nextDayStart, paceWait } from '../contracts/pace.ts';

/** What an account did of one sort of action before the forecast begins. */
export interface ActionUse {
  today: number;
  thisHour: number;
  /** Milliseconds since the epoch. */
  hourBeganAt: number | null;
  lastAt: number | null;
}

export interface ActionLoad {
  action: Action;
  count: number;
  limits: ActionLimits;
  used: ActionUse | null;
}

/** What one account has to do, and how fast it may. */
export interface AccountLoad {
  platform: string;
  proxyId: string | null;
  timeZone: string;
  quietHours: { from: string; to: string } | null;
  /** One sort after the other. Without any, the account takes one step that nothing paces. */
  actions: readonly ActionLoad[];
  /** Least time that the plan takes by itself, milliseconds. */
  lastsMs: number;
}

/** Where an account of the simulation stands in one sort of action. */
export interface Standing {
  place: number;
  done: number;
  usedToday: number;
  dayEndsAt: number;
  /** When actions of the last hour were done, and how many. */
  lastHour: readonly { at: number; n: number }[];
  lastAt: number | null;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const toMinute = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;

/** An account's usage as far as it can make a difference, so that accounts that will fare alike look alike. */
function usageThatMatters({ count, limits, used }: ActionLoad, startMs: number): ActionUse | null {
  if (!used) return null;
  const today = used.today + count > limits.perDay ? used.today : 0;
  const thisHour = used.thisHour + count > limits.perHour ? used.thisHour : 0;
  const gapIsOver = used.lastAt === null || used.lastAt + limits.maxGapMs <= startMs;
  if (today === 0 && thisHour === 0 && gapIsOver) return null;
  return {
    today,
    thisHour,
    hourBeganAt: thisHour > 0 && used.hourBeganAt !== null ? toMinute(used.hourBeganAt) : null,
    lastAt: gapIsOver || used.lastAt === null ? null : toMinute(used.lastAt),
  };
}

/** The load with all that makes no difference taken out. */
export function plainLoad(load: AccountLoad, startMs: number): AccountLoad {
  return {
    ...load,
    proxyId: null,
    lastsMs: Math.round(load.lastsMs / HOUR_MS) * HOUR_MS || load.lastsMs,
    actions: load.actions
      .filter(({ count }) => count > 0)
      .map((one) => ({ ...one, used: usageThatMatters(one, startMs) })),
  };
}

/** @param readAt when the usage was read, milliseconds since the epoch */
export function standingAt(load: AccountLoad, place: number, readAt: number): Standing {
  const used = load.actions[place]?.used ?? null;
  return {
    place,
    done: 0,
    usedToday: used?.today ?? 0,
    dayEndsAt: used && used.today > 0 ? nextDayStart(readAt, load.timeZone) : 0,
    lastHour: used?.hourBeganAt != null ? [{ at: used.hourBeganAt, n: used.thisHour }] : [],
    lastAt: used?.lastAt ?? null,
  };
}

function usageAt(standing: Standing, now: number) {
  const lastHour = standing.lastHour.filter(({ at }) => at > now - HOUR_MS);
  return {
    usedToday: now >= standing.dayEndsAt ? 0 : standing.usedToday,
    lastHour,
    usedThisHour: lastHour.reduce((sum, { n }) => sum + n, 0),
  };
}

/** Whether and until when the account must wait with its next action: what the desk asks when the task runs. */
export function waitAt(load: AccountLoad, standing: Standing, now: number, seed: string): PaceWait | null {
  const next = load.actions[standing.place];
  if (!next) return null;
  const { usedToday, lastHour, usedThisHour } = usageAt(standing, now);
  return paceWait({
    action: next.action,
    now,
    timeZone: load.timeZone,
    quietHours: load.quietHours,
    usedToday,
    usedThisHour,
    hourBeganAt: lastHour[0]?.at ?? null,
    lastAt: standing.lastAt,
    limits: next.limits,
    seed,
  });
}

/** How many actions in a row the account may do now, at most `wanted` of them. */
export function mayDo(load: AccountLoad, standing: Standing, now: number, wanted: number): number {
  const next = load.actions[standing.place];
  if (!next) return 1;
  const { usedToday, usedThisHour } = usageAt(standing, now);
  const { perDay, perHour } = next.limits;
  return Math.max(1, Math.min(wanted, next.count - standing.done, perDay - usedToday, perHour - usedThisHour));
}

/** After `n` actions, the last of them at `at`. @returns null when all is done */
export function standingAfter(
  load: AccountLoad,
  standing: Standing,
  n: number,
  at: number,
  readAt: number,
): Standing | null {
  const next = load.actions[standing.place];
  if (!next) return null;
  const done = standing.done + n;
  if (done >= next.count) {
    return standing.place + 1 < load.actions.length ? standingAt(load, standing.place + 1, readAt) : null;
  }
  const { usedToday, lastHour } = usageAt(standing, at);
  const isLimited = next.count + standing.usedToday > next.limits.perDay;
  const isNewDay = isLimited && at >= standing.dayEndsAt;
  return {
    place: standing.place,
    done,
    usedToday: usedToday + n,
    // Where the limit cannot be reached, nobody needs to know when the day ends.
    dayEndsAt: isNewDay ? nextDayStart(at, load.timeZone) : standing.dayEndsAt,
    lastHour: next.count > next.limits.perHour ? [...lastHour, { at, n }] : [],
    lastAt: at,
  };
}
