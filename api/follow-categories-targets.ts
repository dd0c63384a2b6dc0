import { z } from 'zod';
import { addTargets, MOST_TARGETS, receiveTargets } from './follow-categories-import.ts';
import { pageOf, pageQuery } from './pages.ts';
import { badRequest, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { saidShape } from './said.ts';

const tags = ['Follow categories'];

const targetSchema = z
  .object({ id: z.uuid(), username: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'FollowTarget' });

const importSchema = z
  .object({
    added: z.int(),
    duplicates: z.array(z.object({ line: z.int(), username: z.string() })),
    duplicatesTotal: z.int(),
    rejected: z.array(z.object({ line: z.int(), message: z.string(), ...saidShape })),
    rejectedTotal: z.int(),
  })
  .meta({ id: 'FollowTargetImport' });

const noSuchCategory = () => notFound('There is no such follow category.');

/** The list is by name, so that its unique index finds every page at once. */
const encodeCursor = (username: string): string => Buffer.from(JSON.stringify([username])).toString('base64url');

function decodeCursor(cursor: string): string {
  try {
    return z.tuple([z.string()]).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))[0];
  } catch {
    throw badRequest('The cursor is not one that a list gave out.', [
      { path: 'cursor', message: 'Leave it out to start at the first page' },
    ]);
  }
}

export const followTargetRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/follow-categories/{id}/targets',
    operationId: 'listFollowTargets',
    summary: 'The user names of a follow category, by name',
    tags,
    access: 'viewer',
    params: idParams,
    query: z.strictObject({
      ...pageQuery,
      q: z.string().trim().min(1).max(100).optional().meta({ description: 'Part of a user name' }),
    }),
    responses: {
      200: {
        description: 'One page',
        schema: pageOf(targetSchema).extend({
          total: z.int().nullable().meta({ description: 'How many match, on the first page; null on later ones' }),
        }),
      },
      404: { description: 'No such category' },
    },
    async handler({ params, query: { q, cursor, limit }, deps }) {
      if (!(await deps.db.followCategory.findUnique({ where: { id: params.id } }))) throw noSuchCategory();
      const where = {
        categoryId: params.id,
        ...(q
          ? { username: { contains: q.replace(/^@/, '').replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const } }
          : {}),
      };
      const rows = await deps.db.followTarget.findMany({
        where: { AND: [where, cursor === undefined ? {} : { username: { gt: decodeCursor(cursor) } }] },
        orderBy: { username: 'asc' },
        take: limit + 1,
      });
      const items = rows
        .slice(0, limit)
        .map(({ id, username, createdAt }) => ({ id, username, createdAt: createdAt.toISOString() }));
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last ? encodeCursor(last.username) : null;
      const total = cursor === undefined ? await deps.db.followTarget.count({ where }) : null;
      return { status: 200, body: { items, nextCursor, total } };
    },
  }),
  route({
    method: 'post',
    path: '/api/follow-categories/{id}/targets',
    operationId: 'addFollowTargets',
    summary: 'Add user names to a follow category',
    description:
      'Takes JSON, or a UTF-8 file in a part named `file`: one user name a line, or CSV with a column `username`. A ' +
      'leading @ is dropped, and capital letters make no difference between names. What is there already or comes ' +
      'twice is listed as a duplicate, what is no user name as rejected; everything else is added. The first 1,000 of ' +
      'each are listed; the totals count them all.',
    tags,
    access: 'operator',
    idempotent: true,
    params: idParams,
    body: z
      .strictObject({ usernames: z.array(z.string().max(1_000)).min(1).max(MOST_TARGETS) })
      .meta({ id: 'NewFollowTargets' }),
    multipart: true,
    examples: { plain: { usernames: ['@ada', 'grace'] } },
    responses: {
      200: { description: 'What was added, and what was not', schema: importSchema },
      404: { description: 'No such category' },
    },
    async handler({ params, body, req, deps }) {
      const lines = req.is('multipart/form-data')
        ? await receiveTargets(req, deps)
        : body.usernames.map((text, at) => ({ line: at + 1, text }));
      return { status: 200, body: await addTargets(deps, params.id, lines) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/follow-categories/{id}/targets/{targetId}',
    operationId: 'removeFollowTarget',
    summary: 'Remove one user name from a follow category',
    tags,
    access: 'operator',
    params: idParams.extend({ targetId: z.uuid() }),
    responses: { 204: { description: 'Removed' }, 404: { description: 'No such target in the category' } },
    async handler({ params, deps }) {
      const { count } = await deps.db.followTarget.deleteMany({
        where: { id: params.targetId, categoryId: params.id },
      });
      if (count === 0) throw notFound('There is no such target in this category.');
      return { status: 204 };
    },
  }),
];
