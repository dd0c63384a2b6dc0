import { z } from 'zod';
import { say } from '../contracts/said.ts';
import { FINAL_BULK_STATES } from '../contracts/states.ts';
import { line } from './account-schemas.ts';
import { isDuplicate, isMissing } from './database-errors.ts';
import { queryOne } from './door/sql.ts';
import { followTargetRoutes } from './follow-categories-targets.ts';
import { afterCursor, newestFirst, pageOf, pageQuery, toPage } from './pages.ts';
import { conflict, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Follow categories'];
const nameSchema = line(100);

const categorySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    targets: z.int().meta({ description: 'How many user names it holds' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'FollowCategory' });

const withTargets = { _count: { select: { targets: true } } } as const;
const toCategory = (row: { id: string; name: string; createdAt: Date; _count: { targets: number } }) => ({
  id: row.id,
  name: row.name,
  targets: row._count.targets,
  createdAt: row.createdAt.toISOString(),
});

const noSuchCategory = () => notFound('There is no such follow category.');
const nameTaken = (name: string) =>
  conflict(say('account.category-taken', { name }), [{ path: 'name', message: 'Taken' }]);

const body = z.strictObject({ name: nameSchema });

export const followCategoriesRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/follow-categories',
    operationId: 'listFollowCategories',
    summary: 'List follow categories, newest first',
    tags,
    access: 'viewer',
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', schema: pageOf(categorySchema) } },
    async handler({ query, deps }) {
      const rows = await deps.db.followCategory.findMany({
        where: afterCursor(query.cursor),
        orderBy: newestFirst,
        take: query.limit + 1,
        include: withTargets,
      });
      return { status: 200, body: toPage(rows, query.limit, toCategory) };
    },
  }),
  route({
    method: 'post',
    path: '/api/follow-categories',
    operationId: 'createFollowCategory',
    summary: 'Add a follow category',
    tags,
    access: 'operator',
    idempotent: true,
    body: body.meta({ id: 'NewFollowCategory' }),
    examples: { plain: { name: 'Harbour towns' } },
    responses: {
      201: { description: 'Added', schema: categorySchema },
      409: { description: 'The name is taken' },
    },
    async handler({ body: { name }, deps }) {
      try {
        const row = await deps.db.followCategory.create({ data: { name }, include: withTargets });
        return { status: 201, body: toCategory(row), headers: { location: `/api/follow-categories/${row.id}` } };
      } catch (error) {
        throw isDuplicate(error) ? nameTaken(name) : error;
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/follow-categories/{id}',
    operationId: 'getFollowCategory',
    summary: 'One follow category',
    tags,
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'The category', schema: categorySchema }, 404: { description: 'No such one' } },
    async handler({ params, deps }) {
      const row = await deps.db.followCategory.findUnique({ where: { id: params.id }, include: withTargets });
      if (!row) throw noSuchCategory();
      return { status: 200, body: toCategory(row) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/follow-categories/{id}',
    operationId: 'changeFollowCategory',
    summary: 'Rename a follow category',
    tags,
    access: 'operator',
    params: idParams,
    body: body.partial().meta({ id: 'FollowCategoryChanges' }),
    examples: { rename: { name: 'Baltic harbours' } },
    responses: {
      200: { description: 'Changed', schema: categorySchema },
      404: { description: 'No such one' },
      409: { description: 'The name is taken' },
    },
    async handler({ params, body: { name }, deps }) {
      const data = name === undefined ? {} : { name };
      try {
        const row = await deps.db.followCategory.update({ where: { id: params.id }, data, include: withTargets });
        return { status: 200, body: toCategory(row) };
      } catch (error) {
        if (isMissing(error)) throw noSuchCategory();
        throw name !== undefined && isDuplicate(error) ? nameTaken(name) : error;
      }
    },
  }),
  route({
    method: 'delete',
    path: '/api/follow-categories/{id}',
    operationId: 'deleteFollowCategory',
    summary: 'Delete a follow category and its targets',
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      204: { description: 'Deleted' },
      404: { description: 'No such one' },
      409: { description: 'A bulk task that has not ended uses it' },
    },
    async handler({ params, deps }) {
      const task = await queryOne<{ name: string }>(
        deps.db,
        `SELECT name FROM "BulkTask" WHERE state <> ALL($2::text[]) AND strpos(params::text, $1) > 0
         ORDER BY "createdAt" LIMIT 1`,
        params.id.toLowerCase(),
        [...FINAL_BULK_STATES],
      );
      if (task) {
        throw conflict(say('account.category-used', { name: task.name }));
      }
      const { count } = await deps.db.followCategory.deleteMany({ where: { id: params.id } });
      if (count === 0) throw noSuchCategory();
      return { status: 204 };
    },
  }),
  ...followTargetRoutes,
];
