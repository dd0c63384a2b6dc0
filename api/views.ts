import { z } from 'zod';
import { say } from '../contracts/said.ts';
import { line } from './account-schemas.ts';
import { isDuplicate } from './database-errors.ts';
import { conflict, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Saved views'];
/** More than anybody picks from; so the list needs no pages. */
const MOST = 200;

const viewSchema = z
  .object({
    id: z.uuid(),
    page: z.string(),
    name: z.string(),
    query: z.string().meta({ description: 'The part of the address behind the question mark' }),
    shared: z.boolean(),
    own: z.boolean().meta({ description: 'Whether the caller made it' }),
    by: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'SavedView' });

interface ViewRow {
  id: string;
  page: string;
  name: string;
  query: string;
  shared: boolean;
  ownerId: string;
  userName: string;
  createdAt: Date;
}

const toView = ({ ownerId, userName, createdAt, ...row }: ViewRow, caller: string) => ({
  ...row,
  own: ownerId === caller,
  by: userName,
  createdAt: createdAt.toISOString(),
});

const pageName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'Must be the name of a page, such as accounts')
  .meta({ examples: ['accounts'] });

export const viewsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/views',
    operationId: 'listViews',
    summary: 'Own and shared views of a page, by name',
    tags,
    access: 'viewer',
    query: z.object({ page: pageName }),
    responses: { 200: { description: 'The views', schema: z.object({ items: z.array(viewSchema) }) } },
    async handler({ query: { page }, actor, deps }) {
      const rows = await deps.db.savedView.findMany({
        where: { page, OR: [{ ownerId: actor.id }, { shared: true }] },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        take: 2 * MOST,
      });
      return { status: 200, body: { items: rows.map((row) => toView(row, actor.id)) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/views',
    operationId: 'createView',
    summary: 'Give the filters of a page a name',
    tags,
    access: 'viewer',
    idempotent: true,
    body: z.strictObject({
      page: pageName,
      name: line(80),
      query: z.string().max(2_000),
      shared: z.boolean().default(false),
    }),
    examples: { blocked: { page: 'accounts', name: 'Blocked', query: 'status=blocked', shared: true } },
    responses: {
      201: { description: 'Saved', schema: viewSchema },
      409: { description: 'The caller has a view of that name on this page, or too many' },
    },
    async handler({ body, actor, deps }) {
      const { id: ownerId, name: userName } = actor;
      if ((await deps.db.savedView.count({ where: { ownerId, page: body.page } })) >= MOST) {
        throw conflict(say('account.many-views', { count: MOST }));
      }
      try {
        const row = await deps.db.savedView.create({ data: { ...body, ownerId, userName } });
        return { status: 201, body: toView(row, ownerId), headers: { location: `/api/views/${row.id}` } };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        throw conflict(say('account.view-taken', { name: body.name }), [{ path: 'name', message: 'Taken' }]);
      }
    },
  }),
  route({
    method: 'delete',
    path: '/api/views/{id}',
    operationId: 'deleteView',
    summary: 'Delete a view of your own',
    description: 'An admin may delete a shared view of anybody.',
    tags,
    access: 'viewer',
    params: idParams,
    responses: { 204: { description: 'Deleted' }, 404: { description: 'No such view that you may delete' } },
    async handler({ params: { id }, actor, deps }) {
      const mine = { ownerId: actor.id };
      const where = actor.role === 'admin' ? { id, OR: [mine, { shared: true }] } : { id, ...mine };
      const { count } = await deps.db.savedView.deleteMany({ where });
      if (count === 0) throw notFound('There is no such view that you may delete.');
      return { status: 204 };
    },
  }),
];
