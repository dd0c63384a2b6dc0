import type { PaceBound } from '../contracts/pace.ts';
import { say } from '../contracts/said.ts';
import type { AccountLoad, Standing } from './forecast-account.ts';
import { mayDo, plainLoad, standingAfter, standingAt, waitAt } from './forecast-account.ts';
import { createQueue } from './forecast-queue.ts';

/** How fast a platform lets all accounts act. */
export interface PlatformPace {
  title: string;
  actionsPerMinute: number;
  actionsPerMinutePerProxy: number;
}

export interface ForecastInput {
  startAt: Date;
  /** When the usage of the accounts was read; at the start where it is not said. */
  readAt?: Date;
  /** Account tasks running at once. */
  window: number;
  /** How long one action takes, seconds. */
  secondsPerPost: number;
  accounts: readonly AccountLoad[];
  platforms: Readonly<Record<string, PlatformPace>>;
}

export interface Forecast {
  finishAt: Date;
  /** What the end is bound by, in a sentence. */
  boundBy: string;
}

type Bound = PaceBound | 'window' | 'platform' | 'plan' | 'work';

/** Accounts that fare alike and stand at the same place. */
interface Cohort {
  load: AccountLoad;
  seed: string;
  accounts: number;
  standing: Standing;
  /** Actions done, of all sorts. */
  done: number;
  readyAt: number;
  /** How long it was held up by what, milliseconds. */
  held: Readonly<Partial<Record<Bound, number>>>;
}

/** What does not end within a year is not reckoned any further. */
const HORIZON_MS = 366 * 86_400_000;
/** Steps of the simulation that are spent at most; beyond, several actions of an account make one step. */
const MAX_STEPS = 50_000;
/** Accounts that act at the same time are looked at together for so long, so that quiet hours can begin in between. */
const MIN_SLICE_MS = 5 * 60_000;
const SLICES = 100;

function addHeld(cohort: Cohort, bound: Bound, ms: number): Cohort['held'] {
  return ms > 0 ? { ...cohort.held, [bound]: (cohort.held[bound] ?? 0) + ms } : cohort.held;
}

/** The accounts by how they fare: equal ones are simulated once. */
function groupLoads(accounts: readonly AccountLoad[], startMs: number): { load: AccountLoad; accounts: number }[] {
  const groups = new Map<string, { load: AccountLoad; accounts: number }>();
  for (const account of accounts) {
    const load = plainLoad(account, startMs);
    const key = JSON.stringify(load);
    const group = groups.get(key);
    if (group) group.accounts += 1;
    else groups.set(key, { load, accounts: 1 });
  }
  return [...groups.values()];
}

const actionsOf = (load: AccountLoad): number => load.actions.reduce((sum, { count }) => sum + count, 0) || 1;

function sentenceOf(bound: Bound, { load, standing }: Cohort, input: ForecastInput): string {
  const last = load.actions[standing.place] ?? load.actions.at(-1);
  const action = last?.action ?? 'post';
  const seconds = Math.round(input.secondsPerPost * 10) / 10;
  const platform = input.platforms[load.platform];
  switch (bound) {
    case 'day':
      return say(`bound.day.${action}`, { count: last?.limits.perDay ?? 0 });
    case 'hour':
      return say(`bound.hour.${action}`, { count: last?.limits.perHour ?? 0 });
    case 'gap':
      return say(`bound.gap.${action}`);
    case 'quiet':
      return say('bound.quiet', { timeZone: load.timeZone });
    case 'platform':
      return say('bound.platform', {
        platform: platform?.title ?? load.platform,
        count: platform?.actionsPerMinute ?? 0,
      });
    case 'plan':
      return say('bound.plan', { lasts: Math.max(3_600_000, load.lastsMs) });
    case 'window':
      return say('bound.window', { count: input.window, seconds });
    default:
      return say('bound.work', { seconds });
  }
}

function largest(held: Cohort['held']): Bound {
  const entries = Object.entries(held) as [Bound, number][];
  return entries.reduce<[Bound, number]>((most, one) => (one[1] > most[1] ? one : most), ['work', 0])[0];
}

/** Actions that the busiest proxy has to let through, and how many it does a minute. */
function busiestProxy({ accounts, platforms }: ForecastInput): { ms: number; perMinute: number } {
  const perProxy = new Map<string, number>();
  let busiest = { ms: 0, perMinute: 0 };
  for (const load of accounts) {
    const perMinute = platforms[load.platform]?.actionsPerMinutePerProxy;
    if (load.proxyId === null || perMinute === undefined) continue;
    const ms = (perProxy.get(load.proxyId) ?? 0) + (actionsOf(load) * 60_000) / perMinute;
    perProxy.set(load.proxyId, ms);
    if (ms > busiest.ms) busiest = { ms, perMinute };
  }
  return busiest;
}

/**
 * When a bulk task is expected to end. Every account is taken through the same `paceWait` that its desk will ask, equal
 * accounts together; the window and the platforms' lanes let so many actions through a minute. Failures, people who are
 * waited for, and other tasks are not foreseen.
 */
export function forecastFinish(input: ForecastInput): Forecast {
  const startMs = input.startAt.getTime();
  const readAt = (input.readAt ?? input.startAt).getTime();
  const actionMs = input.secondsPerPost * 1_000;
  const slots = Math.max(1, Math.min(input.window, input.accounts.length));
  const groups = groupLoads(input.accounts, startMs);
  const work = groups.reduce((sum, { load, accounts }) => sum + actionsOf(load) * accounts * actionMs, 0);
  const sliceMs = Math.max(MIN_SLICE_MS, work / slots / SLICES);
  const steps = groups.reduce((sum, { load }) => sum + actionsOf(load), 0);
  const atOnce = Math.ceil(steps / MAX_STEPS);

  const queue = createQueue<Cohort>();
  for (const [index, { load, accounts }] of groups.entries()) {
    const standing = standingAt(load, 0, readAt);
    queue.push({ load, accounts, standing, seed: `group/${index}`, done: 0, readyAt: startMs, held: {} });
  }
  let windowFreeAt = startMs;
  const laneFreeAt = new Map<string, number>();
  let finishMs = startMs;
  let boundBy = 'There is nothing to do.';

  const end = (cohort: Cohort, at: number) => {
    if (at < finishMs) return;
    finishMs = at;
    boundBy = sentenceOf(largest(cohort.held), cohort, input);
  };

  for (let cohort = queue.pop(); cohort; cohort = queue.pop()) {
    const { load, readyAt } = cohort;
    const now = Math.max(readyAt, windowFreeAt);
    const lane = load.actions.length > 0 ? input.platforms[load.platform] : undefined;
    const roomAt = lane ? (laneFreeAt.get(load.platform) ?? 0) : 0;
    const pace = waitAt(load, cohort.standing, now, cohort.seed);
    const wait = pace ?? (roomAt > now ? { until: roomAt, bound: 'platform' as const } : null);
    if (wait) {
      const held = addHeld({ ...cohort, held: addHeld(cohort, 'window', now - readyAt) }, wait.bound, wait.until - now);
      if (wait.until > startMs + HORIZON_MS) {
        end({ ...cohort, held }, startMs + HORIZON_MS);
        boundBy = `${sentenceOf(wait.bound, cohort, input)} ${say('bound.year')}`;
        return { finishAt: new Date(finishMs), boundBy };
      }
      queue.push({ ...cohort, readyAt: wait.until, held });
      continue;
    }

    const n = mayDo(load, cohort.standing, now, atOnce);
    const laneMs = lane ? 60_000 / lane.actionsPerMinute : 0;
    const throughMs = n * Math.max(actionMs / slots, laneMs);
    const fits = throughMs > 0 ? Math.floor(sliceMs / throughMs) : cohort.accounts;
    const served = Math.min(cohort.accounts, Math.max(slots, fits));
    if (served < cohort.accounts) queue.push({ ...cohort, accounts: cohort.accounts - served });
    windowFreeAt = now + (served * n * actionMs) / slots;
    if (lane) laneFreeAt.set(load.platform, now + served * n * laneMs);

    const gapMs = (n - 1) * (load.actions[cohort.standing.place]?.limits.minGapMs ?? 0);
    const doneAt = now + Math.max(n * actionMs, served * throughMs) + gapMs;
    const done = cohort.done + n;
    // A plan that is spread over days does its actions one by one over all of them.
    const spreadTo = startMs + (load.lastsMs * done) / actionsOf(load);
    const later: Cohort = {
      ...cohort,
      accounts: served,
      done,
      readyAt: Math.max(doneAt, spreadTo),
      held: addHeld({ ...cohort, held: addHeld(cohort, 'window', now - readyAt) }, 'plan', spreadTo - doneAt),
    };
    later.held = addHeld(later, 'work', n * actionMs);
    later.held = addHeld(later, laneMs > actionMs / slots ? 'platform' : 'window', doneAt - now - n * actionMs - gapMs);
    const standing = standingAfter(load, cohort.standing, n, doneAt, readAt);
    if (standing) queue.push({ ...later, standing });
    else end(later, later.readyAt);
  }

  const proxy = busiestProxy(input);
  if (startMs + proxy.ms > finishMs) {
    finishMs = startMs + proxy.ms;
    boundBy = say('bound.proxy', { count: proxy.perMinute });
  }
  return { finishAt: new Date(Math.ceil(finishMs)), boundBy };
}
