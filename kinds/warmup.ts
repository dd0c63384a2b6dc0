import { z } from 'zod';
import { RAMP_SHARES } from '../contracts/pace.ts';
import { wakingTimes } from '../contracts/waking.ts';
import { defineKind } from './define.ts';

export interface WarmupSession {
  /** ISO 8601. */
  at: string;
  minutes: number;
  /** Day of the warm-up, from 0. */
  day: number;
}

export interface WarmupPlan {
  timeZone: string;
  sessions: WarmupSession[];
}

const DAY_MS = 86_400_000;
/** A session that could not be begun for so long is left out: two at once would look like nobody's habit. */
const MISSED_AFTER_MS = 2 * 3_600_000;

/** The stage of the daily limits on a day: the stages are spread evenly over the days. */
export function rampStageOn(day: number, days: number): number {
  return Math.min(RAMP_SHARES.length - 1, Math.floor((day * RAMP_SHARES.length) / days));
}

/** Short visits over days at waking hours, after which the daily limits rise stage by stage. Looks only, presses nothing. */
export const warmup = defineKind({
  name: 'warmup',
  title: 'Warm up',
  description:
    'Short visits over days at waking hours, after which the daily limits rise. Looks only, presses nothing.',
  needs: ['logIn', 'readFeed'],
  queue: 'driver',
  params: z
    .object({
      days: z.int().min(1).max(60).default(14).meta({ title: 'Days' }),
      sessionsPerDay: z.int().min(1).max(8).default(2).meta({ title: 'Visits a day' }),
      minutesPerSession: z.number().min(0.05).max(30).default(4).meta({ title: 'Minutes a visit' }),
    })
    .strict(),
  counters: ['visits', 'missed', 'pages'],
  actions: (plan: WarmupPlan) => ({ browse: plan.sessions.length }),
  lastsMs: (plan: WarmupPlan) => lengthOf(plan.sessions),

  plan(params, account, _index, task): WarmupPlan {
    const { days, sessionsPerDay, minutesPerSession } = params;
    const startMs = Date.parse(task.date);
    const sessions = Array.from({ length: days }, (_, day) =>
      wakingTimes({
        startMs,
        day,
        timeZone: account.timeZone,
        quietHours: account.quietHours,
        count: sessionsPerDay,
        seed: `${task.id}/${account.id}`,
      })
        // The rest of the first day: what is past has no more place in it.
        .filter((at) => at > startMs)
        .map((at) => ({ at: new Date(at).toISOString(), minutes: minutesPerSession, day })),
    ).flat();
    const first = { at: task.date, minutes: minutesPerSession, day: 0 };
    return { timeZone: account.timeZone, sessions: [first, ...sessions].slice(0, days * sessionsPerDay) };
  },

  async run(ctx, params, plan) {
    const plannedMs = Date.parse(plan.sessions[0]?.at ?? '');
    // A task that is started days after it was ordered keeps its times of day.
    ctx.memory.lateMs ??= Math.max(0, Math.floor((ctx.now() - plannedMs) / DAY_MS)) * DAY_MS;
    for (let place = ctx.memory.place ?? 0; place < plan.sessions.length; place += 1) {
      const session = plan.sessions[place];
      if (!session) break;
      const wanted = rampStageOn(session.day, params.days);
      if (wanted !== ctx.memory.stage) {
        await ctx.work('setRampStage', { stage: wanted });
        ctx.memory.stage = wanted;
      }
      const at = Date.parse(session.at) + ctx.memory.lateMs;
      if (at > ctx.now())
        await ctx.rest(at - ctx.now(), `Visit ${place + 1} of ${plan.sessions.length} of the warm-up.`);
      ctx.memory.place = place + 1;
      if (place > 0 && ctx.now() > at + MISSED_AFTER_MS) {
        ctx.count('missed');
        continue;
      }
      const { pages } = await ctx.step('browse', { minutes: session.minutes }, { action: 'browse' });
      ctx.count('visits');
      ctx.count('pages', pages);
    }
    await ctx.work('setRampStage', { stage: null });
    return { state: 'succeeded' };
  },

  examples: [{ title: 'Two weeks', params: { days: 14, sessionsPerDay: 2, minutesPerSession: 4 } }],
});

function lengthOf(sessions: readonly WarmupSession[]): number {
  const [first, last] = [sessions[0], sessions.at(-1)];
  return first && last ? Date.parse(last.at) - Date.parse(first.at) + last.minutes * 60_000 : 0;
}
