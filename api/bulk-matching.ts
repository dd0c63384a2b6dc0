import { z } from 'zod';
import { CAN_BE_RETRIED } from '../activities/bulk-ledger.ts';
import { ACCOUNT_TASK_STATES } from '../contracts/states.ts';
import { patternOf } from '../contracts/values.ts';
import { failureFilter } from './bulk.ts';
import { ofType } from './door/read.ts';
import { queryOne } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import { flagQuery, listOf } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

interface Matching {
  total: number;
  retriable: number;
  accountIds: string[] | null;
}

const matching = (ids: boolean): string => `
  SELECT count(*)::int AS total,
    count(*) FILTER (WHERE ${CAN_BE_RETRIED})::int AS retriable,
    ${ids ? `coalesce(array_agg("accountId"::text ORDER BY ordinal), '{}')` : 'NULL'} AS "accountIds"
  FROM "AccountTask"
  WHERE "taskId" = $1::uuid AND ($2::text[] IS NULL OR state = ANY($2::text[]))
    AND ($3::text IS NULL OR ${ofType(3)}) AND ($4::text IS NULL OR fingerprint = $4)
    AND ($5::text IS NULL OR "accountId" IN (SELECT id FROM "Account" WHERE username ILIKE $5))`;

export const bulkMatchingRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/accounts/matching',
    operationId: 'getMatchingAccountTasks',
    summary: 'How many account tasks of a bulk task a filter matches, and of which accounts they are',
    description:
      'With the filter of the list of account tasks. `retriable` of them would be tried again. With `ids=true` the ' +
      'accounts come along, in their order: `accounts.ids` of another order.',
    tags: ['Bulk tasks'],
    access: 'viewer',
    params: z.object({ kind: z.string(), id: z.uuid() }),
    query: z.object({
      state: listOf(ACCOUNT_TASK_STATES),
      q: z.string().max(100).optional().meta({ description: 'Part of a user name' }),
      ...failureFilter,
      ids: flagQuery.default(false),
    }),
    responses: {
      200: {
        description: 'What matches',
        schema: z.object({
          total: z.int(),
          retriable: z.int().meta({ description: 'Failed, or broken off half way' }),
          accountIds: z.array(z.uuid()).nullable().meta({ description: 'Null without `ids=true`' }),
        }),
      },
      404: { description: 'No such task' },
    },
    async handler({ params: { kind, id }, query: { state, q, errorType, fingerprint, ids }, deps }) {
      await headOf(deps.db, kind, id);
      const found = await queryOne<Matching>(
        deps.db,
        matching(ids),
        id,
        state ?? null,
        errorType ?? null,
        fingerprint ?? null,
        q ? patternOf(q) : null,
      );
      return { status: 200, body: found ?? { total: 0, retriable: 0, accountIds: ids ? [] : null } };
    },
  }),
];
