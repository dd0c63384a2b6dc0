import { z } from 'zod';
import { hasPages } from '../activities/platforms/profiles.ts';
import type { ChallengeState, ChallengeType } from '../contracts/bulk.ts';
import { CHALLENGE_STATES, CHALLENGE_TYPES } from '../contracts/bulk.ts';
import type { Deps } from './deps.ts';
import { query as rowsOf } from './door/sql.ts';
import { answerChallenge } from './inbox-answer.ts';
import { answerSchema, type InboxItem, inboxCountSchema, inboxItemSchema } from './inbox-schemas.ts';
import { decodeCursor, pageOf, pageQuery, toPage } from './pages.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { saidOf } from './said.ts';

const TAGS = ['Inbox'];

interface InboxRow {
  id: string;
  type: ChallengeType;
  message: string;
  platform: string;
  username: string;
  accountId: string;
  taskId: string;
  taskName: string;
  kind: string;
  accountTaskId: string;
  evidenceId: string | null;
  createdAt: Date;
  state: ChallengeState;
  answeredAt: Date | null;
  answeredBy: string | null;
}

interface InboxFilter {
  state: ChallengeState | undefined;
  type: ChallengeType | undefined;
  cursor: string | undefined;
  limit: number;
}

/**
 * An entry is open while its account task is parked: one whose run was ended by hand waits for nobody.
 * Each half reads the index on state and time from its newest end, so a page costs the same however full the inbox is.
 */
const half = (state: string, condition: string, shown: string) => `(
  SELECT c.id, c.type, c.message, c."accountId", c."taskId", c."accountTaskId", c."evidenceId", c."createdAt",
    ${shown} AS state, c."answeredAt", c."answeredBy"
  FROM "Challenge" c JOIN "AccountTask" t ON t.id = c."accountTaskId"
  WHERE c.state = ${state} AND ${condition}
    AND ($1::text IS NULL OR ${shown} = $1) AND ($2::text IS NULL OR c.type = $2)
    AND ($3::timestamptz IS NULL OR c."createdAt" <= $3 AND (c."createdAt" < $3 OR c.id < $4::uuid))
  ORDER BY c."createdAt" DESC, c.id DESC LIMIT $5::int
)`;
const LIST = `
  SELECT e.id, e.type, e.message, e."accountId", e."taskId", e."accountTaskId", e."createdAt", e.state,
    e."answeredAt", e."answeredBy", a.platform, a.username, b.name AS "taskName", b.kind, v.id AS "evidenceId"
  FROM (
    ${[
      half(`'open'`, `t.state = 'parked'`, `'open'`),
      half(`'open'`, `t.state <> 'parked'`, `'expired'`),
      ...['answered', 'skipped', 'expired'].map((state) => half(`'${state}'`, 'true', `'${state}'`)),
    ].join(' UNION ALL ')}
  ) e
  JOIN "Account" a ON a.id = e."accountId" JOIN "BulkTask" b ON b.id = e."taskId"
  LEFT JOIN "Evidence" v ON v.id = e."evidenceId"
  ORDER BY e."createdAt" DESC, e.id DESC LIMIT $5::int`;

const COUNT = `
  SELECT c.type, count(*)::int AS n FROM "Challenge" c JOIN "AccountTask" t ON t.id = c."accountTaskId"
  WHERE c.state = 'open' AND t.state = 'parked' GROUP BY c.type`;

function toItem(row: InboxRow, lastsMs: number): InboxItem {
  // Until it is closed, these two say who is about to answer.
  const closed = row.state !== 'open';
  return {
    ...row,
    ...saidOf({ message: row.message }),
    hasPages: hasPages(row.platform),
    createdAt: row.createdAt.toISOString(),
    expiresAt: new Date(row.createdAt.getTime() + lastsMs).toISOString(),
    answeredAt: closed ? (row.answeredAt?.toISOString() ?? null) : null,
    answeredBy: closed ? row.answeredBy : null,
  };
}

async function listInbox(deps: Pick<Deps, 'db' | 'env'>, { state, type, cursor, limit }: InboxFilter) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const rows = await rowsOf<InboxRow>(
    deps.db,
    LIST,
    state ?? null,
    type ?? null,
    after?.createdAt ?? null,
    after?.id ?? null,
    limit + 1,
  );
  const lastsMs = deps.env.FLOTILLA_CHALLENGE_HOURS * 3_600_000;
  return toPage(rows, limit, (row) => toItem(row, lastsMs));
}

export const inboxRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/inbox',
    operationId: 'listInbox',
    summary: 'What waits for a person, newest first',
    description:
      'A parked account task waits for a code, a confirmation on the platform, or a look at whether a post was made.',
    tags: TAGS,
    access: 'viewer',
    query: z.object({
      state: z.enum(CHALLENGE_STATES).optional(),
      type: z.enum(CHALLENGE_TYPES).optional(),
      ...pageQuery,
    }),
    responses: { 200: { description: 'One page', schema: pageOf(inboxItemSchema) } },
    handler: async ({ query: { state, type, cursor, limit }, deps }) => ({
      status: 200,
      body: await listInbox(deps, { state, type, cursor, limit }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/inbox/count',
    operationId: 'countInbox',
    summary: 'How many entries are open',
    tags: TAGS,
    access: 'viewer',
    responses: { 200: { description: 'In all, and by type', schema: inboxCountSchema } },
    async handler({ deps }) {
      const found = await rowsOf<{ type: ChallengeType; n: number }>(deps.db, COUNT);
      const counted = Object.fromEntries(found.map(({ type, n }) => [type, n]));
      return {
        status: 200,
        body: {
          open: found.reduce((sum, { n }) => sum + n, 0),
          byType: Object.fromEntries(CHALLENGE_TYPES.map((type) => [type, counted[type] ?? 0])),
        },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/inbox/{id}/answer',
    operationId: 'answerInbox',
    summary: 'Answer an entry of the inbox',
    description:
      '`code` hands the code to the platform, `solved` goes on from where it was after the matter was settled on the platform, `skip` ends the account task. A code is kept sealed until a worker takes it, once.',
    tags: TAGS,
    access: 'operator',
    params: idParams,
    body: answerSchema,
    examples: { code: { action: 'code', code: '123456' }, solved: { action: 'solved' }, skip: { action: 'skip' } },
    responses: {
      202: {
        description: 'The answer was taken',
        schema: z.object({ id: z.uuid(), state: z.enum(['answered', 'skipped']) }),
      },
      409: { description: 'The entry is not open any more' },
      422: { description: 'A code answers nothing here' },
      503: { description: 'No orchestrator answers, or Temporal cannot be reached' },
    },
    handler: async ({ params: { id }, body, actor, deps }) => ({
      status: 202,
      body: await answerChallenge(deps, { challengeId: id, answer: body, by: actor.name }),
    }),
  }),
];
