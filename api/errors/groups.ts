import { z } from 'zod';
import { fingerprintPattern } from '../../contracts/fingerprint-pattern.ts';
import { say } from '../../contracts/said.ts';
import { instantSchema } from '../../contracts/values.ts';
import { type Db, query, queryOne } from '../door/sql.ts';
import { pageOf, pageQuery } from '../pages.ts';
import { badRequest, notFound } from '../problem.ts';
import { remembered } from '../remembered.ts';
import { route } from '../route.ts';
import { saidOfTitle, saidShape } from '../said.ts';
import { ERROR_CONDITIONS, errorFilter, errorValues, FILTER_VALUES } from './filter.ts';

const HOURS = 24;

const groupSchema = z.object({
  fingerprint: z.string(),
  source: z.string(),
  type: z.string(),
  title: z.string().meta({ description: 'The message with names, numbers, ids and addresses left out' }),
  ...saidShape,
  count: z.int().meta({ description: 'How often since it was first seen' }),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  resolvedBy: z.string().nullable(),
  perHour: z
    .array(z.int())
    .length(HOURS)
    .meta({ description: 'How often in each of the last 24 hours, the last hour at the end' }),
});

interface GroupRow {
  fingerprint: string;
  source: string;
  type: string;
  title: string;
  count: bigint;
  firstSeenAt: Date;
  lastSeenAt: Date;
  resolvedAt: Date | null;
  resolvedBy: string | null;
}

const COLUMNS = `g.fingerprint, g.source, g.type, g.title, g.count, g."firstSeenAt", g."lastSeenAt", g."resolvedAt",
  g."resolvedBy"`;

const keySchema = z.tuple([instantSchema, z.string().regex(fingerprintPattern)]);
const encodeKey = (row: GroupRow): string =>
  Buffer.from(JSON.stringify([row.lastSeenAt.toISOString(), row.fingerprint])).toString('base64url');

function decodeKey(cursor: string | undefined): readonly [string | null, string | null] {
  if (cursor === undefined) return [null, null];
  try {
    return keySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw badRequest('The cursor is not one that this list gave out.', [
      { path: 'cursor', message: 'Leave it out to start at the first page' },
    ]);
  }
}

/**
 * Counts by fingerprint, the oldest hour first. Hours go back from now and not from the full hour. Frequent causes have
 * tens of thousands of errors a day: the counts are kept for some seconds, beside a count in all that is always new.
 */
const perHour = remembered({ ms: 5_000, staleMs: 25_000 }, async (db: Db, fingerprints: readonly string[]) => {
  const rows = await query<{ fingerprint: string; ago: number; n: number }>(
    db,
    `SELECT fingerprint, greatest(0, floor(date_part('epoch', now() - at) / 3600))::int AS ago,
       sum(CASE WHEN jsonb_typeof(detail->'count') = 'number' THEN greatest(1, (detail->>'count')::float8) ELSE 1 END) AS n
     FROM "ErrorLog" WHERE fingerprint = ANY($1::text[]) AND at > now() - ${HOURS} * interval '1 hour' GROUP BY 1, 2`,
    fingerprints,
  );
  const counts = new Map(fingerprints.map((fingerprint) => [fingerprint, new Array<number>(HOURS).fill(0)]));
  for (const { fingerprint, ago, n } of rows) {
    const hours = counts.get(fingerprint);
    if (hours && ago < HOURS) hours[HOURS - 1 - ago] = Math.round(n);
  }
  return counts;
});

async function toGroups(db: Db, rows: readonly GroupRow[]): Promise<z.input<typeof groupSchema>[]> {
  const hours = await perHour(
    db,
    rows.map((row) => row.fingerprint),
  );
  return rows.map((row) => ({
    ...row,
    ...saidOfTitle('title', row.title),
    count: Number(row.count),
    firstSeenAt: row.firstSeenAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    perHour: hours.get(row.fingerprint) ?? [],
  }));
}

export const listErrorGroups = route({
  method: 'get',
  path: '/api/errors/groups',
  operationId: 'listErrorGroups',
  summary: 'Causes of errors, the last seen first',
  description:
    'Errors that differ only in names, numbers, ids and addresses have one cause. The filters choose causes with at ' +
    'least one such error in the log; `count` is of all of them.',
  tags: ['System'],
  access: 'viewer',
  query: z.object({
    ...errorFilter,
    state: z.enum(['open', 'resolved']).optional(),
    ...pageQuery,
  }),
  responses: { 200: { description: 'One page', schema: pageOf(groupSchema) } },
  async handler({ query: { state, cursor, limit, ...filter }, deps }) {
    const [before, fingerprint] = decodeKey(cursor);
    const at = (n: number) => `$${FILTER_VALUES + n}`;
    const rows = await query<GroupRow>(
      deps.db,
      `SELECT ${COLUMNS} FROM "ErrorGroup" g
       WHERE (${at(1)}::text IS NULL OR (g."resolvedAt" IS NULL) = (${at(1)} = 'open'))
         AND (${at(2)}::timestamptz IS NULL OR (g."lastSeenAt", g.fingerprint) < (${at(2)}::timestamptz, ${at(3)}::text))
         AND EXISTS (SELECT FROM "ErrorLog" l WHERE l.fingerprint = g.fingerprint AND ${ERROR_CONDITIONS})
       ORDER BY g."lastSeenAt" DESC, g.fingerprint DESC LIMIT ${at(4)}::int`,
      ...errorValues(filter),
      state ?? null,
      before,
      fingerprint,
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const items = await toGroups(deps.db, shown);
    return { status: 200, body: { items, nextCursor: rows.length > limit && last ? encodeKey(last) : null } };
  },
});

const groupParams = z.object({ fingerprint: z.string().regex(fingerprintPattern, 'Must be 16 hexadecimal digits') });
const groupAnswers = {
  200: { description: 'The cause', schema: groupSchema },
  404: { description: 'No such cause' },
};

/** @param by who has dealt with it; null opens it again */
async function settle(db: Db, fingerprint: string, by: string | null) {
  const row = await queryOne<GroupRow>(
    db,
    `UPDATE "ErrorGroup" g SET "resolvedBy" = $2::text,
       "resolvedAt" = CASE WHEN $2::text IS NULL THEN NULL ELSE now() END
     WHERE fingerprint = $1 RETURNING ${COLUMNS}`,
    fingerprint,
    by,
  );
  if (!row) throw notFound(say('none.cause', { fingerprint }));
  const [group] = await toGroups(db, [row]);
  return { status: 200, body: group };
}

export const resolveErrorGroup = route({
  method: 'post',
  path: '/api/errors/groups/{fingerprint}/resolve',
  operationId: 'resolveErrorGroup',
  summary: 'Note that a cause is dealt with',
  description: 'The next error of this cause opens it again.',
  tags: ['System'],
  access: 'operator',
  params: groupParams,
  responses: groupAnswers,
  handler: async ({ params, actor, deps }) => await settle(deps.db, params.fingerprint, actor.name),
});

export const reopenErrorGroup = route({
  method: 'post',
  path: '/api/errors/groups/{fingerprint}/reopen',
  operationId: 'reopenErrorGroup',
  summary: 'Note that a cause is not dealt with after all',
  tags: ['System'],
  access: 'operator',
  params: groupParams,
  responses: groupAnswers,
  handler: async ({ params, deps }) => await settle(deps.db, params.fingerprint, null),
});
