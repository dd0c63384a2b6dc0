import { z } from 'zod';
import { Prisma } from '../prisma/generated/client.ts';
import type { AccountFilter } from './account-schemas.ts';
import { accountFields, accountFilterSchema } from './account-schemas.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const tags = ['Accounts'];

const editTagsSchema = z
  .strictObject({
    ids: z.array(z.uuid()).min(1).max(100_000).optional(),
    filter: accountFilterSchema.optional().meta({ description: 'An empty filter means every account' }),
    add: accountFields.tags.default([]),
    remove: accountFields.tags.default([]),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    path: ['ids'],
    message: 'Give either ids or a filter',
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, {
    path: ['add'],
    message: 'Name a tag to add or remove',
  })
  .meta({ id: 'TagEdit' });

function conditions(ids: string[] | undefined, filter: AccountFilter): Prisma.Sql {
  const pattern = `%${(filter.q ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  const all = [
    ids ? Prisma.sql`id = ANY(${ids}::uuid[])` : Prisma.sql`true`,
    ...(filter.platform ? [Prisma.sql`platform = ${filter.platform}`] : []),
    ...(filter.status ? [Prisma.sql`status = ${filter.status}`] : []),
    ...(filter.tag ? [Prisma.sql`tags @> ARRAY[${filter.tag}]::text[]`] : []),
    ...(filter.proxyId ? [Prisma.sql`"proxyId" = ${filter.proxyId}::uuid`] : []),
    ...(filter.q ? [Prisma.sql`username ILIKE ${pattern}`] : []),
  ];
  return Prisma.join(all, ' AND ');
}

export const accountTagRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/accounts/tags',
    operationId: 'listAccountTags',
    summary: 'Tags in use, with how many accounts carry each',
    tags,
    access: 'viewer',
    responses: {
      200: {
        description: 'By name',
        schema: z.object({ items: z.array(z.object({ tag: z.string(), count: z.int() })) }),
      },
    },
    async handler({ deps }) {
      const items = await deps.db.$queryRaw<{ tag: string; count: number }[]>`
        SELECT tag, count(*)::int AS count FROM "Account", unnest(tags) AS tag GROUP BY tag ORDER BY tag`;
      return { status: 200, body: { items } };
    },
  }),
  route({
    method: 'post',
    path: '/api/accounts/tags',
    operationId: 'editAccountTags',
    summary: 'Add tags to many accounts, or take them away',
    tags,
    access: 'operator',
    body: editTagsSchema,
    examples: { some: { filter: { platform: 'sandbox' }, add: ['crew-a'], remove: ['trial'] } },
    responses: {
      200: { description: 'How many accounts changed', schema: z.object({ changed: z.int() }) },
    },
    async handler({ body, deps }) {
      const { ids, filter, add, remove } = body;
      const changed = await deps.db.$executeRaw`
        UPDATE "Account" SET
          tags = ARRAY(
            SELECT DISTINCT t FROM unnest(tags || ${add}::text[]) AS t WHERE t <> ALL(${remove}::text[]) ORDER BY t
          ),
          "updatedAt" = now()
        WHERE ${conditions(ids, filter ?? {})} AND (NOT tags @> ${add}::text[] OR tags && ${remove}::text[])`;
      return { status: 200, body: { changed } };
    },
  }),
];
