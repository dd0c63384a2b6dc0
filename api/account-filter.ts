import { z } from 'zod';
import { ACCOUNT_STATUSES } from '../contracts/states.ts';
import { patternOf } from '../contracts/values.ts';
import { Prisma } from '../prisma/generated/client.ts';
import type { AccountRow } from './account-schemas.ts';
import { line, platform } from './account-schemas.ts';
import type { Deps } from './deps.ts';
import { decodeCursor, listOf, offsetQuery, pageQuery } from './pages.ts';

/** Postgres knows no year 0. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => !text.startsWith('0000'), 'Must be after the year 0');

export const accountFilterSchema = z.strictObject({
  platform: platform.optional(),
  status: listOf(ACCOUNT_STATUSES),
  tag: line(50).optional(),
  withoutTag: line(50).optional().meta({ description: 'A tag that they do not carry' }),
  proxyId: z.uuid().optional(),
  proxy: z
    .enum(['none', 'some', 'failing'])
    .optional()
    .meta({ description: 'Without a proxy, with one, or with one whose last check failed' }),
  session: z.enum(['none', 'stored']).optional(),
  q: line(64).optional().meta({ description: 'Part of the user name' }),
  createdFrom: instant.optional().meta({ description: 'Not before' }),
  createdTo: instant.optional().meta({ description: 'Before' }),
});
export type AccountFilter = z.infer<typeof accountFilterSchema>;

export const listAccountsQuery = z.strictObject({ ...accountFilterSchema.shape, ...pageQuery, ...offsetQuery });

/** Accounts whose proxy failed at its last check. */
export const BEHIND_FAILING = `"proxyId" IN (SELECT p.id FROM "Proxy" p WHERE p.status IN ('failing', 'unstable'))`;

/** The filter as a condition on "Account": one place for lists, exports and edits of many. */
export function accountConditions(filter: AccountFilter): Prisma.Sql {
  const all: Prisma.Sql[] = [];
  const { platform: name, status, tag, withoutTag, proxyId, proxy, session, q, createdFrom, createdTo } = filter;
  if (name !== undefined) all.push(Prisma.sql`platform = ${name}`);
  if (status !== undefined) all.push(Prisma.sql`status = ANY(${status}::text[])`);
  if (tag !== undefined) all.push(Prisma.sql`tags @> ARRAY[${tag}]::text[]`);
  if (withoutTag !== undefined) all.push(Prisma.sql`NOT tags @> ARRAY[${withoutTag}]::text[]`);
  if (proxyId !== undefined) all.push(Prisma.sql`"proxyId" = ${proxyId}::uuid`);
  if (proxy === 'none') all.push(Prisma.sql`"proxyId" IS NULL`);
  if (proxy === 'some') all.push(Prisma.sql`"proxyId" IS NOT NULL`);
  if (proxy === 'failing') {
    all.push(Prisma.raw(BEHIND_FAILING));
  }
  if (session === 'none') all.push(Prisma.sql`"sessionAt" IS NULL`);
  if (session === 'stored') all.push(Prisma.sql`"sessionAt" IS NOT NULL`);
  if (q !== undefined) all.push(Prisma.sql`username ILIKE ${patternOf(q)}`);
  if (createdFrom !== undefined) all.push(Prisma.sql`"createdAt" >= ${createdFrom}::timestamptz`);
  if (createdTo !== undefined) all.push(Prisma.sql`"createdAt" < ${createdTo}::timestamptz`);
  return all.length === 0 ? Prisma.sql`true` : Prisma.join(all, ' AND ');
}

const COLUMNS = Prisma.raw(
  ['id', 'platform', 'username', 'email', 'status', 'statusReason', 'tags', 'timeZone', 'quietHours', 'dailyLimits']
    .concat(['secret', 'sessionAt', 'proxyId', 'notes', 'rampStage', 'createdAt', 'updatedAt'])
    .map((name) => `"${name}"`)
    .join(),
);

/** Accounts behind the cursor, newest first, with their sealed log-in and without their session. */
export function readAccounts(
  db: Pick<Deps['db'], '$queryRaw'>,
  {
    filter,
    cursor,
    take,
    offset = 0,
  }: { filter: AccountFilter; cursor: string | undefined; take: number; offset?: number },
): Promise<AccountRow[]> {
  const key = cursor === undefined ? undefined : decodeCursor(cursor);
  const after = key
    ? Prisma.sql`("createdAt", id) < (${key.createdAt}::timestamptz, ${key.id}::uuid)`
    : Prisma.sql`true`;
  return db.$queryRaw<AccountRow[]>`
    SELECT ${COLUMNS} FROM "Account" WHERE ${after} AND ${accountConditions(filter)}
    ORDER BY "createdAt" DESC, id DESC LIMIT ${take}::int OFFSET ${offset}::int`;
}

/** How many accounts match. */
export async function countAccounts(db: Pick<Deps['db'], '$queryRaw'>, filter: AccountFilter): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM "Account" WHERE ${accountConditions(filter)}`;
  return row?.n ?? 0;
}
