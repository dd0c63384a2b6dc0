import { z } from 'zod';
import { type Db, query } from './door/sql.ts';
import { budgetsToday, budgetUseSchema } from './overview-budget.ts';
import { nextRunsSchema, nextScheduledRuns } from './overview-runs.ts';
import { remembered } from './remembered.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const HOURS = 24;
const counts = z.record(z.string(), z.int());

const overviewSchema = z
  .object({
    at: z.iso.datetime(),
    runningTasks: z.int(),
    openChallenges: z.int(),
    accountTasks: z.object({
      unfinished: counts.meta({ description: 'Of bulk tasks that have not ended, by state' }),
      endedToday: counts.meta({ description: 'Since midnight UTC, by state' }),
    }),
    hours: z
      .array(
        z.object({ from: z.iso.datetime(), succeeded: z.int(), failed: z.int(), failures: counts }).meta({
          description: 'What ended within one hour; failures by type of error',
        }),
      )
      .meta({ description: 'The last 24 hours, oldest first; the last one is not over' }),
    actionsToday: budgetUseSchema.meta({
      description: 'What accounts have used of their budgets since their own midnight; up to ten seconds old',
    }),
    nextTasks: z
      .array(z.object({ id: z.uuid(), kind: z.string(), name: z.string().nullable(), startAt: z.iso.datetime() }))
      .meta({ description: 'The next five bulk tasks that start at a set time' }),
    nextRuns: nextRunsSchema,
  })
  .meta({ id: 'Overview' });

interface Ended {
  hour: Date;
  today: boolean;
  state: string;
  errorType: string | null;
  n: number;
}

const UTC_MIDNIGHT = `(date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`;
const HOUR_OF = (time: string) => `date_bin('1 hour', ${time}, 'epoch')`;

/** Kept for two seconds: a large run ends many a second, and every open dashboard asks. */
const endedOfLate = remembered({ ms: 2_000 }, (db: Db) =>
  query<Ended>(
    db,
    `SELECT hour, hour >= ${UTC_MIDNIGHT} AS today, state, "errorType", n FROM (
       SELECT ${HOUR_OF('"finishedAt"')} AS hour, state, "errorType", count(*)::int AS n
       FROM "AccountTask" WHERE "finishedAt" >= ${HOUR_OF('now()')} - interval '23 hours' GROUP BY 1, 2, 3
     ) ended`,
  ),
);

/** One entry an hour, those without any included. */
function byHour(ended: readonly Ended[], now: number) {
  const hourMs = 3_600_000;
  const last = Math.floor(now / hourMs) * hourMs;
  return Array.from({ length: HOURS }, (_, place) => {
    const from = last - (HOURS - 1 - place) * hourMs;
    const rows = ended.filter(({ hour }) => hour.getTime() === from);
    const failures: Record<string, number> = {};
    for (const { state, errorType, n } of rows) {
      if (state === 'failed') failures[errorType ?? 'Unknown'] = (failures[errorType ?? 'Unknown'] ?? 0) + n;
    }
    const sum = (state: string) => rows.reduce((total, row) => total + (row.state === state ? row.n : 0), 0);
    return { from: new Date(from).toISOString(), succeeded: sum('succeeded'), failed: sum('failed'), failures };
  });
}

export const overviewRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/overview',
    operationId: 'getOverview',
    summary: 'What goes on: running tasks, the last 24 hours, budgets used today, what waits',
    tags: ['System'],
    access: 'viewer',
    responses: { 200: { description: 'The overview', schema: overviewSchema } },
    async handler({ deps }) {
      const { db } = deps;
      const now = new Date();
      const [runningTasks, openChallenges, unfinished, ended, actionsToday, nextTasks, nextRuns] = await Promise.all([
        db.bulkTask.count({ where: { state: 'running' } }),
        db.challenge.count({ where: { state: 'open' } }),
        query<{ state: string; n: number }>(
          db,
          `SELECT substr(y.key, 7) AS state, sum(y.n)::int AS n FROM "TaskTally" y JOIN "BulkTask" t ON t.id = y."taskId"
           WHERE t.state IN ('running', 'paused') AND y.key IN
             ('state:pending', 'state:running', 'state:paced', 'state:parked')
           GROUP BY y.key`,
        ),
        endedOfLate(db),
        budgetsToday(db),
        db.bulkTask.findMany({
          where: { state: 'scheduled', startAt: { gt: now } },
          orderBy: { startAt: 'asc' },
          take: 5,
          select: { id: true, kind: true, name: true, startAt: true },
        }),
        nextScheduledRuns(deps),
      ]);
      const endedToday: Record<string, number> = {};
      for (const { today, state, n } of ended) if (today) endedToday[state] = (endedToday[state] ?? 0) + n;
      return {
        status: 200,
        body: {
          at: now.toISOString(),
          runningTasks,
          openChallenges,
          accountTasks: { unfinished: Object.fromEntries(unfinished.map(({ state, n }) => [state, n])), endedToday },
          hours: byHour(ended, now.getTime()),
          actionsToday,
          nextRuns,
          nextTasks: nextTasks.map((task) => ({ ...task, startAt: (task.startAt ?? now).toISOString() })),
        },
      };
    },
  }),
];
