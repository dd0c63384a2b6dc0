import { z } from 'zod';
import { query, queryOne } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const MOST_POINTS = 120;
/** Of a run with few accounts, in which most intervals of a finer chart would be empty. */
const FEW_POINTS = 20;
const DAY = 86_400;
/** Seconds that people count in: a chart of a run that goes on keeps its intervals until twice as many have passed. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, DAY];

/** The shortest interval that leaves a run of so many seconds and accounts with few enough points. */
export function stepOf(seconds: number, accounts: number): number {
  const most = Math.min(MOST_POINTS, Math.max(FEW_POINTS, Math.floor(accounts / 2)));
  // What ends at the very end of the run has a place too.
  const fits = (step: number): boolean => Math.floor(seconds / step) < most;
  return STEPS.find(fits) ?? DAY * Math.ceil((seconds + DAY) / DAY / most);
}

interface Run {
  startedAt: Date | null;
  /** When it ended, or now. */
  until: Date;
  total: number;
}

/**
 * One look into the index on (taskId, finishedAt) for each interval: it holds the state, so no row is read, and nothing is
 * sorted. The first interval takes what is older, the last one what is newer: clocks of two machines differ.
 */
const ENDED = `
  SELECT p.place, e.* FROM generate_series(0, $4::int) AS p(place)
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
      count(*) FILTER (WHERE state = 'failed')::int AS failed,
      count(*) FILTER (WHERE state NOT IN ('succeeded', 'failed'))::int AS other
    FROM "AccountTask" WHERE "taskId" = $1::uuid AND "finishedAt" IS NOT NULL
      AND "finishedAt" >= CASE WHEN p.place = 0 THEN '-infinity'
        ELSE $2::timestamptz + p.place * $3::int * interval '1 second' END
      AND "finishedAt" < CASE WHEN p.place = $4::int THEN 'infinity'
        ELSE $2::timestamptz + (p.place + 1) * $3::int * interval '1 second' END
  ) e WHERE e.succeeded + e.failed + e.other > 0 ORDER BY p.place`;

export const bulkThroughputRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/throughput',
    operationId: 'getBulkTaskThroughput',
    summary: 'How many account tasks of a bulk task ended over its run',
    description: 'An account task that was tried again counts where it ended last.',
    tags: ['Bulk tasks'],
    access: 'viewer',
    params: z.object({ kind: z.string(), id: z.uuid() }),
    responses: {
      200: {
        description: `At most ${MOST_POINTS} points, oldest first; those in which nothing ended are left out`,
        schema: z.object({
          from: z.iso.datetime().nullable().meta({ description: 'When the run began; null before it has' }),
          to: z.iso.datetime().nullable().meta({ description: 'When it ended; now while it goes on' }),
          stepSeconds: z.int().meta({ description: 'Length of an interval; the first begins with the run' }),
          points: z.array(
            z.object({
              at: z.iso.datetime().meta({ description: 'Begin of the interval' }),
              succeeded: z.int(),
              failed: z.int(),
              other: z.int().meta({ description: 'Partial, skipped and cancelled' }),
            }),
          ),
        }),
      },
      404: { description: 'No such task' },
    },
    async handler({ params: { kind, id }, deps }) {
      await headOf(deps.db, kind, id);
      const run = await queryOne<Run>(
        deps.db,
        `SELECT "startedAt", coalesce("finishedAt", now()) AS until, total FROM "BulkTask" WHERE id = $1::uuid`,
        id,
      );
      if (!run?.startedAt) return { status: 200, body: { from: null, to: null, stepSeconds: 1, points: [] } };
      const startedMs = run.startedAt.getTime();
      const seconds = Math.max(0, (run.until.getTime() - startedMs) / 1_000);
      const stepSeconds = stepOf(seconds, run.total);
      const rows = await query<{ place: number; succeeded: number; failed: number; other: number }>(
        deps.db,
        ENDED,
        id,
        run.startedAt.toISOString(),
        stepSeconds,
        Math.floor(seconds / stepSeconds),
      );
      const points = rows.map(({ place, ...counts }) => ({
        at: new Date(startedMs + place * stepSeconds * 1_000).toISOString(),
        ...counts,
      }));
      return {
        status: 200,
        body: { from: run.startedAt.toISOString(), to: run.until.toISOString(), stepSeconds, points },
      };
    },
  }),
];
