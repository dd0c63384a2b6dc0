import { z } from 'zod';
import { query } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const MOST_POINTS = 120;

export const bulkFailuresRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/failures',
    operationId: 'listBulkTaskFailures',
    summary: 'Why account tasks of a bulk task failed: by type of error and message, the most frequent first',
    description:
      'Messages that differ only in names, numbers and ids count as one. At most 100 groups. `retry-failed` takes the ' +
      'type or the fingerprint of one.',
    tags: ['Bulk tasks'],
    access: 'viewer',
    params: z.object({ kind: z.string(), id: z.uuid() }),
    responses: {
      200: {
        description: 'The groups',
        schema: z.object({
          items: z.array(
            z.object({
              type: z.string(),
              message: z.string(),
              fingerprint: z.string().nullable().meta({ description: 'Null with failures from before it was kept' }),
              count: z.int(),
            }),
          ),
        }),
      },
      404: { description: 'No such task' },
    },
    async handler({ params: { kind, id }, deps }) {
      await headOf(deps.db, kind, id);
      const items = await query<{ type: string; message: string; fingerprint: string | null; count: number }>(
        deps.db,
        `SELECT f.type, coalesce(g.title, f.plain, f.sample, '') AS message, f.fingerprint, f.count
         FROM (
           SELECT coalesce("errorType", 'Unknown') AS type, fingerprint, count(*)::int AS count,
             CASE WHEN fingerprint IS NULL
               THEN regexp_replace(coalesce("errorMessage", ''), '[0-9]+', '#', 'g') END AS plain,
             min("errorMessage") AS sample
           FROM "AccountTask" WHERE "taskId" = $1::uuid AND state = 'failed' GROUP BY 1, 2, 4
         ) f LEFT JOIN "ErrorGroup" g ON g.fingerprint = f.fingerprint
         ORDER BY f.count DESC, f.type, 2 LIMIT 100`,
        id,
      );
      return { status: 200, body: { items } };
    },
  }),
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/throughput',
    operationId: 'getBulkTaskThroughput',
    summary: 'How many account tasks of a bulk task ended over its run',
    tags: ['Bulk tasks'],
    access: 'viewer',
    params: z.object({ kind: z.string(), id: z.uuid() }),
    responses: {
      200: {
        description: `At most ${MOST_POINTS} points, oldest first; those in which nothing ended are left out`,
        schema: z.object({
          stepSeconds: z.int(),
          points: z.array(z.object({ at: z.iso.datetime(), succeeded: z.int(), failed: z.int(), other: z.int() })),
        }),
      },
      404: { description: 'No such task' },
    },
    async handler({ params: { kind, id }, deps }) {
      await headOf(deps.db, kind, id);
      const task = await deps.db.bulkTask.findUniqueOrThrow({
        where: { id },
        select: { startedAt: true, finishedAt: true },
      });
      if (!task.startedAt) return { status: 200, body: { stepSeconds: 1, points: [] } };
      const seconds = ((task.finishedAt ?? new Date()).getTime() - task.startedAt.getTime()) / 1_000;
      // One step more than the run is long: what ends at its very end has a place too.
      const stepSeconds = Math.max(1, Math.ceil(seconds / (MOST_POINTS - 1)));
      const rows = await query<{ place: number; succeeded: number; failed: number; other: number }>(
        deps.db,
        `SELECT least(${MOST_POINTS - 1}, greatest(0, extract(epoch FROM bin - $2::timestamptz)::int / $3::int)) AS place,
           sum(succeeded)::int AS succeeded, sum(failed)::int AS failed, sum(other)::int AS other
         FROM (
           SELECT date_bin($3::int * interval '1 second', "finishedAt", $2::timestamptz) AS bin,
             count(*) FILTER (WHERE state = 'succeeded') AS succeeded, count(*) FILTER (WHERE state = 'failed') AS failed,
             count(*) FILTER (WHERE state NOT IN ('succeeded', 'failed')) AS other
           FROM "AccountTask" WHERE "taskId" = $1::uuid AND "finishedAt" IS NOT NULL GROUP BY 1
         ) bins GROUP BY 1 ORDER BY 1`,
        id,
        task.startedAt.toISOString(),
        stepSeconds,
      );
      const startedMs = task.startedAt.getTime();
      const points = rows.map(({ place, ...counts }) => ({
        at: new Date(startedMs + place * stepSeconds * 1_000).toISOString(),
        ...counts,
      }));
      return { status: 200, body: { stepSeconds, points } };
    },
  }),
];
