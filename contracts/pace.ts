import { DateTime } from 'luxon';
import { lengthWords } from './lengths.ts';

/** What an account does that its pace bounds. */
export const ACTIONS = ['post', 'follow', 'profile', 'browse'] as const;
export type Action = (typeof ACTIONS)[number];

/** How people call them, one and several. */
export const ACTION_WORDS: Readonly<Record<Action, readonly [one: string, many: string]>> = {
  post: ['post', 'posts'],
  follow: ['follow', 'follows'],
  profile: ['change of the profile', 'changes of the profile'],
  browse: ['visit', 'visits'],
};

/** How fast an account may do one sort of action. Lengths in milliseconds. */
export interface ActionLimits {
  perDay: number;
  perHour: number;
  minGapMs: number;
  /** The gap is drawn between both; equal ones make it fixed. */
  maxGapMs: number;
}

/** When an account may act next. The workflow's desk and the dry run's forecast both ask here. */
export interface PaceInput {
  action: Action;
  /** Milliseconds since the epoch. */
  now: number;
  timeZone: string;
  /** Local times `HH:MM`; may pass midnight. */
  quietHours: { from: string; to: string } | null;
  usedToday: number;
  usedThisHour: number;
  /** The oldest action of the last hour, milliseconds since the epoch. */
  hourBeganAt: number | null;
  lastAt: number | null;
  limits: ActionLimits;
  /** What the gap is drawn by: the same seed and the same last action give the same gap. */
  seed: string;
}

/** What makes an account wait. */
export type PaceBound = 'day' | 'hour' | 'gap' | 'quiet';

export interface PaceWait {
  /** Milliseconds since the epoch. */
  until: number;
  bound: PaceBound;
  reason: string;
}

const HOUR_MS = 3_600_000;

/** Limits that an account sets for itself; what it leaves out is its platform's. */
export interface AccountLimits {
  posts?: number | undefined;
  follows?: number | undefined;
  profileChanges?: number | undefined;
  visits?: number | undefined;
  /** Of any sort of action. */
  perHour?: number | undefined;
  minGapMinutes?: number | undefined;
  maxGapMinutes?: number | undefined;
}

const OWN_DAILY: Readonly<Record<Action, keyof AccountLimits>> = {
  post: 'posts',
  follow: 'follows',
  profile: 'profileChanges',
  browse: 'visits',
};

/** The share of its daily limits that an account may use at each stage of its warm-up; past the last one, all of it. */
export const RAMP_SHARES = [0.1, 0.25, 0.5, 0.75] as const;

/** @param own how fast the account says it may act @param orderGapMs least gap that the bulk task asks for */
export function actionLimits(
  action: Action,
  platform: Readonly<Record<Action, ActionLimits>>,
  own: AccountLimits | null,
  { orderGapMs = 0, rampStage = null }: { orderGapMs?: number; rampStage?: number | null } = {},
): ActionLimits {
  const base = platform[action];
  const perDay = own?.[OWN_DAILY[action]] ?? base.perDay;
  const share = rampStage === null ? 1 : (RAMP_SHARES[rampStage] ?? 1);
  const minGapMs = Math.max(base.minGapMs, (own?.minGapMinutes ?? 0) * 60_000, orderGapMs);
  const maxGapMs = own?.maxGapMinutes === undefined ? base.maxGapMs : own.maxGapMinutes * 60_000;
  return {
    perDay: perDay === 0 ? 0 : Math.max(1, Math.floor(perDay * share)),
    perHour: own?.perHour ?? base.perHour,
    minGapMs,
    maxGapMs: Math.max(minGapMs, maxGapMs),
  };
}

/** Minutes since midnight of a local time `HH:MM`. */
export function minutesOf(clock: string): number {
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

/** A share from 0 to below 1 that follows from the text alone (FNV-1a, 32 bit). */
export function drawnShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}

/** The time between the last action and the next one, milliseconds: drawn, and the same whenever it is asked for. */
export function gapAfter(lastAt: number, { minGapMs, maxGapMs }: ActionLimits, seed: string): number {
  return minGapMs + Math.round(Math.max(0, maxGapMs - minGapMs) * drawnShare(`${seed}/${lastAt}`));
}

/** Why and until when the next action must wait, or null when it may go now. The latest of all bounds counts. */
export function paceWait(input: PaceInput): PaceWait | null {
  const { now, limits, lastAt } = input;
  const [, many] = ACTION_WORDS[input.action];
  const waits: PaceWait[] = [];
  if (input.usedToday >= limits.perDay) {
    waits.push({
      until: nextDayStart(now, input.timeZone),
      bound: 'day',
      reason: `The daily limit of ${limits.perDay} ${many} is used up.`,
    });
  }
  if (input.usedThisHour >= limits.perHour) {
    waits.push({
      until: (input.hourBeganAt ?? now) + HOUR_MS,
      bound: 'hour',
      reason: `The limit of ${limits.perHour} ${many} an hour is used up.`,
    });
  }
  const gapMs = lastAt === null ? 0 : gapAfter(lastAt, limits, input.seed);
  if (lastAt !== null && lastAt + gapMs > now) {
    waits.push({
      until: lastAt + gapMs,
      bound: 'gap',
      reason: `At least ${lengthWords(gapMs)} lie between two ${many} of an account.`,
    });
  }
  const latest = Math.max(now, ...waits.map((wait) => wait.until));
  const quiet = input.quietHours ? quietUntil(latest, input.timeZone, input.quietHours) : null;
  if (quiet !== null) {
    waits.push({ until: quiet, bound: 'quiet', reason: `Quiet hours of the account (${input.timeZone}).` });
  }
  return waits.reduce<PaceWait | null>((last, wait) => (last === null || wait.until > last.until ? wait : last), null);
}
