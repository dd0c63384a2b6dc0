import { z } from 'zod';
import { CAN_BE_RETRIED } from '../activities/bulk-ledger.ts';
import { query } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOfTitle, saidShape } from './said.ts';

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
              ...saidShape,
              fingerprint: z.string().nullable().meta({ description: 'Null with failures from before it was kept' }),
              count: z.int(),
            }),
          ),
          types: z
            .array(z.object({ type: z.string(), count: z.int() }))
            .meta({ description: 'All types of error among account tasks that failed or broke off half way' }),
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
      const types = await query<{ type: string; count: number }>(
        deps.db,
        `SELECT coalesce("errorType", 'Unknown') AS type, count(*)::int AS count FROM "AccountTask"
         WHERE "taskId" = $1::uuid AND ${CAN_BE_RETRIED}
         GROUP BY 1 ORDER BY 2 DESC, 1`,
        id,
      );
      const told = items.map((item) => ({ ...item, ...saidOfTitle('message', item.message) }));
      return { status: 200, body: { items: told, types } };
    },
  }),
];
