import { z } from 'zod';
import { query } from './door/sql.ts';
import { pageOf } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const errorSchema = z.object({
  id: z.string(),
  source: z.string().meta({ description: 'Where it was noticed, e.g. `worker/browser`' }),
  type: z.string(),
  message: z.string(),
  taskId: z.uuid().nullable(),
  accountTaskId: z.uuid().nullable(),
  workerId: z.uuid().nullable(),
  detail: z.record(z.string(), z.unknown()),
  at: z.iso.datetime(),
});

interface ErrorRow extends Omit<z.output<typeof errorSchema>, 'at'> {
  at: Date;
}

export const errorsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/errors',
    operationId: 'listErrors',
    summary: 'The error log, newest first',
    tags: ['System'],
    access: 'viewer',
    query: z.object({
      source: z.string().max(100).optional(),
      type: z.string().max(100).optional(),
      taskId: z.uuid().optional(),
      workerId: z.uuid().optional(),
      cursor: z
        .string()
        .regex(/^\d{1,18}$/, 'Leave it out to start at the first page')
        .optional()
        .meta({ description: '`nextCursor` of the page before' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    responses: { 200: { description: 'One page', schema: pageOf(errorSchema) } },
    async handler({ query: filter, deps }) {
      const rows = await query<ErrorRow>(
        deps.db,
        `SELECT id::text AS id, source, type, message, "taskId", "accountTaskId", "workerId", detail, at FROM "ErrorLog"
         WHERE ($1::bigint IS NULL OR id < $1::bigint) AND ($2::text IS NULL OR source = $2)
           AND ($3::text IS NULL OR type = $3) AND ($4::uuid IS NULL OR "taskId" = $4::uuid)
           AND ($5::uuid IS NULL OR "workerId" = $5::uuid)
         ORDER BY id DESC LIMIT $6::int`,
        filter.cursor ?? null,
        filter.source ?? null,
        filter.type ?? null,
        filter.taskId ?? null,
        filter.workerId ?? null,
        filter.limit + 1,
      );
      const shown = rows.slice(0, filter.limit);
      return {
        status: 200,
        body: {
          items: shown.map((row) => ({ ...row, at: row.at.toISOString() })),
          nextCursor: rows.length > filter.limit ? (shown.at(-1)?.id ?? null) : null,
        },
      };
    },
  }),
];
