import { z } from 'zod';
import { accountWorkflowId, bulkWorkflowId } from '../../contracts/bulk.ts';
import type { Deps } from '../deps.ts';
import { temporalUrl } from '../door/read.ts';
import { query } from '../door/sql.ts';
import { numberedPageQuery, pageOf, toNumberedPage } from '../pages.ts';
import { route } from '../route.ts';
import { saidOf, saidShape } from '../said.ts';
import { ERROR_CONDITIONS, errorFilter, errorValues, FILTER_VALUES } from './filter.ts';

const errorSchema = z.object({
  id: z.string(),
  source: z.string().meta({ description: 'Where it was noticed, e.g. `worker/browser` or `account-task`' }),
  type: z.string(),
  message: z.string(),
  ...saidShape,
  fingerprint: z.string().meta({ description: 'Of its cause; empty with errors from before causes were kept' }),
  kind: z.string().nullable(),
  platform: z.string().nullable(),
  step: z.string().nullable(),
  accountId: z.uuid().nullable(),
  taskId: z.uuid().nullable(),
  accountTaskId: z.uuid().nullable(),
  workerId: z.uuid().nullable(),
  runId: z.string().nullable(),
  temporalUrl: z.url().nullable().meta({ description: 'Its workflow in Temporal Web, where a task is known' }),
  detail: z.record(z.string(), z.unknown()),
  at: z.iso.datetime(),
});

interface ErrorRow extends Omit<z.output<typeof errorSchema>, 'at' | 'temporalUrl'> {
  at: Date;
}

function linkOf(env: Deps['env'], { taskId, accountTaskId, runId }: ErrorRow): string | null {
  if (!taskId) return null;
  if (!accountTaskId) return temporalUrl(env, bulkWorkflowId(taskId));
  const url = temporalUrl(env, accountWorkflowId(taskId, accountTaskId));
  return runId ? `${url}/${encodeURIComponent(runId)}` : url;
}

export const listErrors = route({
  method: 'get',
  path: '/api/errors',
  operationId: 'listErrors',
  summary: 'The error log, newest first',
  description: 'What workers reported, and every account task that ended failed.',
  tags: ['System'],
  access: 'viewer',
  query: z.object({
    ...errorFilter,
    ...numberedPageQuery,
  }),
  responses: { 200: { description: 'One page', schema: pageOf(errorSchema) } },
  async handler({ query: filter, deps }) {
    const rows = await query<ErrorRow>(
      deps.db,
      `SELECT l.id::text AS id, l.source, l.type, l.message, l.fingerprint, l.kind, l.platform, l.step, l."accountId",
         l."taskId", l."accountTaskId", l."workerId", l."runId", l.detail, l.at FROM "ErrorLog" l
       WHERE ${ERROR_CONDITIONS} AND ($${FILTER_VALUES + 1}::bigint IS NULL OR l.id < $${FILTER_VALUES + 1}::bigint)
       ORDER BY l.id DESC LIMIT $${FILTER_VALUES + 2}::int`,
      ...errorValues(filter),
      filter.cursor ?? null,
      filter.limit + 1,
    );
    const toItem = (row: ErrorRow) => ({
      ...row,
      ...saidOf({ message: row.message }),
      temporalUrl: linkOf(deps.env, row),
      at: row.at.toISOString(),
    });
    return { status: 200, body: toNumberedPage(rows, filter.limit, toItem) };
  },
});
