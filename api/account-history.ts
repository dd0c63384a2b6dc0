import { z } from 'zod';
import { accountBudgetRoute } from './account-budget.ts';
import { checkAccount } from './account-rules.ts';
import { accountTimelineRoute } from './account-timeline.ts';
import { afterCursor, newestFirst, pageOf, pageQuery, toPage } from './pages.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Accounts'];
const missing = { 404: { description: 'No such account' } };

/** The bulk task that something comes from, so that a reader gets there. */
const origin = { taskId: z.uuid(), taskKind: z.string(), taskName: z.string() };
const withOrigin = { accountTask: { select: { task: { select: { id: true, kind: true, name: true } } } } } as const;
interface OfTask {
  accountTask: { task: { id: string; kind: string; name: string } };
}
const originOf = ({ accountTask: { task } }: OfTask) => ({ taskId: task.id, taskKind: task.kind, taskName: task.name });

const postSchema = z
  .object({
    id: z.uuid(),
    accountTaskId: z.uuid(),
    ...origin,
    state: z.string(),
    caption: z.string(),
    permalink: z.string().nullable(),
    submits: z.int(),
    submittedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AccountPost' });

const evidenceSchema = z
  .object({
    id: z.uuid(),
    accountTaskId: z.uuid(),
    ...origin,
    step: z.string(),
    kind: z.string(),
    contentType: z.string(),
    bytes: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AccountEvidence' });

export const accountHistoryRoutes: Route[] = [
  accountTimelineRoute,
  accountBudgetRoute,
  route({
    method: 'get',
    path: '/api/accounts/{id}/posts',
    operationId: 'listAccountPosts',
    summary: 'Posts of an account, newest first',
    tags,
    access: 'viewer',
    params: idParams,
    query: z.object(pageQuery),
    responses: { 200: { description: 'One page', schema: pageOf(postSchema) }, ...missing },
    async handler({ params: { id }, query: { cursor, limit }, deps }) {
      await checkAccount(deps.db, id);
      const rows = await deps.db.postIntent.findMany({
        where: { AND: [{ accountId: id }, afterCursor(cursor)] },
        orderBy: newestFirst,
        take: limit + 1,
        include: withOrigin,
      });
      const toPost = (row: (typeof rows)[number]) => ({
        ...row,
        ...originOf(row),
        submittedAt: row.submittedAt?.toISOString() ?? null,
        createdAt: row.createdAt.toISOString(),
      });
      return { status: 200, body: toPage(rows, limit, toPost) };
    },
  }),
  route({
    method: 'get',
    path: '/api/accounts/{id}/evidence',
    operationId: 'listAccountEvidence',
    summary: 'Screenshots and traces of an account, newest first',
    tags,
    access: 'viewer',
    params: idParams,
    query: z.object(pageQuery),
    responses: { 200: { description: 'One page', schema: pageOf(evidenceSchema) }, ...missing },
    async handler({ params: { id }, query: { cursor, limit }, deps }) {
      await checkAccount(deps.db, id);
      const rows = await deps.db.evidence.findMany({
        where: { AND: [{ accountTask: { accountId: id } }, afterCursor(cursor)] },
        orderBy: newestFirst,
        take: limit + 1,
        include: withOrigin,
      });
      const toItem = (row: (typeof rows)[number]) => ({
        ...row,
        ...originOf(row),
        createdAt: row.createdAt.toISOString(),
      });
      return { status: 200, body: toPage(rows, limit, toItem) };
    },
  }),
];
