import { z } from 'zod';
import { ACCOUNT_TASK_STATES } from '../contracts/states.ts';
import { type AccountFilter, accountFilterSchema, readAccounts } from './account-filter.ts';
import { failureFilter } from './bulk.ts';
import type { Cell } from './csv-out.ts';
import { exportQuery, keyedBatches, sendCsv } from './csv-out.ts';
import type { Deps } from './deps.ts';
import { listAccountTasks } from './door/read.ts';
import { query as sql } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import { ERROR_CONDITIONS, errorFilter, errorValues, FILTER_VALUES } from './errors/filter.ts';
import { encodeCursor, listOf } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const BATCH = 1_000;
const csv = { 200: { description: 'A CSV file, UTF-8, with a header', contentType: 'text/csv' } };

async function* mapped<Row>(
  batches: AsyncIterable<readonly Row[]>,
  toCells: (row: Row) => readonly Cell[],
): AsyncGenerator<(readonly Cell[])[]> {
  for await (const batch of batches) yield batch.map(toCells);
}

const jsonCell = (value: unknown): string => (value === null ? '' : JSON.stringify(value));

/** The columns that an import takes, and those that it passes over. Never a secret. */
const ACCOUNT_COLUMNS = [
  ...['platform', 'username', 'email', 'proxyId', 'tags', 'timeZone', 'dailyLimits', 'quietHours', 'notes'],
  ...['status', 'statusReason', 'sessionAt', 'createdAt'],
];

const accountBatches = (deps: Deps, filter: AccountFilter) =>
  keyedBatches(
    BATCH,
    (cursor: string | undefined, take) => readAccounts(deps.db, { filter, cursor, take }),
    encodeCursor,
  );

const exportAccounts = route({
  method: 'get',
  path: '/api/accounts/export',
  operationId: 'exportAccounts',
  summary: 'Accounts as a CSV file, without passwords',
  description: 'The file can be imported again: what was not edited stays as it is.',
  tags: ['Accounts'],
  access: 'viewer',
  query: z.strictObject({ ...accountFilterSchema.shape, ...exportQuery }),
  responses: csv,
  handler: async ({ query: { bom, ...filter }, res, deps, signal }) =>
    await sendCsv(res, {
      fileName: 'accounts.csv',
      bom,
      columns: ACCOUNT_COLUMNS,
      signal,
      batches: mapped(accountBatches(deps, filter), (row) => [
        ...[row.platform, row.username, row.email, row.proxyId, row.tags.join(';'), row.timeZone],
        ...[jsonCell(row.dailyLimits), jsonCell(row.quietHours), row.notes],
        ...[row.status, row.statusReason, row.sessionAt, row.createdAt],
      ]),
    }),
});

const exportAccountTasks = route({
  method: 'get',
  path: '/api/bulk/{kind}/{id}/accounts/export',
  operationId: 'exportAccountTasks',
  summary: 'Account tasks of a bulk task as a CSV file, in their order',
  tags: ['Bulk tasks'],
  access: 'viewer',
  params: z.object({ kind: z.string().meta({ description: 'Name of a kind' }), id: z.uuid() }),
  query: z.object({
    state: listOf(ACCOUNT_TASK_STATES),
    q: z.string().max(100).optional().meta({ description: 'Part of a user name' }),
    ...failureFilter,
    ...exportQuery,
  }),
  responses: { ...csv, 404: { description: 'No such task' } },
  async handler({ params: { kind, id }, query: { state, bom, ...filter }, res, deps, signal }) {
    await headOf(deps.db, kind, id);
    const rows = keyedBatches(
      BATCH,
      // The list reads one row more than asked for, to know whether there is another page.
      (afterOrdinal: number | undefined, size) =>
        listAccountTasks(deps.db, id, { ...filter, states: state, afterOrdinal, limit: size - 1 }),
      (row) => row.ordinal,
    );
    return await sendCsv(res, {
      fileName: `${kind}-${id}.csv`,
      bom,
      columns: [
        ...['id', 'accountId', 'username', 'state', 'stateReason', 'errorType', 'errorMessage', 'attempts'],
        ...['counters', 'startedAt', 'finishedAt'],
      ],
      signal,
      batches: mapped(rows, (row) => [
        ...[row.id, row.accountId, row.username, row.state, row.stateReason, row.errorType, row.errorMessage],
        ...[row.attempts, jsonCell(row.counters), row.startedAt, row.finishedAt],
      ]),
    });
  },
});

interface ErrorLine {
  id: string;
  at: Date;
  source: string;
  type: string;
  message: string;
  taskId: string | null;
  accountTaskId: string | null;
  workerId: string | null;
}

const exportErrors = route({
  method: 'get',
  path: '/api/errors/export',
  operationId: 'exportErrors',
  summary: 'The error log as a CSV file, newest first',
  tags: ['System'],
  access: 'viewer',
  query: z.object({ ...errorFilter, ...exportQuery }),
  responses: csv,
  handler: async ({ query: { bom, ...filter }, res, deps, signal }) =>
    await sendCsv(res, {
      fileName: 'errors.csv',
      bom,
      columns: ['id', 'at', 'source', 'type', 'message', 'taskId', 'accountTaskId', 'workerId'],
      signal,
      batches: mapped(
        keyedBatches(
          BATCH,
          (before: string | undefined, size) =>
            sql<ErrorLine>(
              deps.db,
              `SELECT l.id::text AS id, l.at, l.source, l.type, l.message, l."taskId", l."accountTaskId", l."workerId"
               FROM "ErrorLog" l
               WHERE ${ERROR_CONDITIONS} AND ($${FILTER_VALUES + 1}::bigint IS NULL OR l.id < $${FILTER_VALUES + 1}::bigint)
               ORDER BY l.id DESC LIMIT $${FILTER_VALUES + 2}::int`,
              ...errorValues(filter),
              before ?? null,
              size,
            ),
          (row) => row.id,
        ),
        (row) => [row.id, row.at, row.source, row.type, row.message, row.taskId, row.accountTaskId, row.workerId],
      ),
    }),
});

export const exportsRoutes: Route[] = [exportAccounts, exportAccountTasks, exportErrors];
