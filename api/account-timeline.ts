import { z } from 'zod';
import { checkAccount } from './account-rules.ts';
import { type Data, tell } from './account-timeline-titles.ts';
import { query } from './door/sql.ts';
import { listOf, pageOf, pageQuery } from './pages.ts';
import { badRequest } from './problem.ts';
import { idParams, route } from './route.ts';
import { saidOf, saidShape } from './said.ts';

const KINDS = ['task', 'challenge', 'evidence', 'post', 'action', 'session', 'proxy', 'edit'] as const;

const entrySchema = z
  .object({
    at: z.iso.datetime(),
    kind: z.enum(KINDS),
    type: z.string().meta({ description: 'What happened, more closely: a type of event, or an operation of the API' }),
    title: z.string(),
    ...saidShape,
    detail: z.string().nullable(),
    state: z.string().nullable(),
    by: z.string().nullable().meta({ description: 'Who did it, where it was a person or a program' }),
    taskId: z.uuid().nullable(),
    taskKind: z.string().nullable(),
    taskName: z.string().nullable(),
    accountTaskId: z.uuid().nullable(),
    permalink: z.string().nullable().meta({ description: 'Of a post' }),
    evidenceId: z.uuid().nullable(),
  })
  .meta({ id: 'AccountTimelineEntry' });

interface Row {
  at: Date;
  key: string;
  kind: (typeof KINDS)[number];
  type: string;
  data: Data;
  by: string | null;
  accountTaskId: string | null;
  taskId: string | null;
  taskKind: string | null;
  taskName: string | null;
}

/** Entries of one moment are told apart by a letter for where they come from and their number there. */
const numbered = (letter: string, id: string): string => `'${letter}' || lpad(${id}::text, 20, '0')`;

/**
 * One part of the timeline: its newest entries behind the cursor. `$1` account, `$2` and `$3` where the page before ended,
 * `$4` how many, `$5` kinds.
 */
const part = (at: string, key: string, columns: string, from: string): string => `(
  SELECT ${at} AS at, (${key}) COLLATE "C" AS key, ${columns} FROM ${from}
    AND ($2::timestamptz IS NULL OR (${at} <= $2::timestamptz AND (${at} < $2::timestamptz OR (${key}) COLLATE "C" < $3)))
  ORDER BY 1 DESC, 2 DESC LIMIT $4::int)`;

const wants = (...kinds: readonly (typeof KINDS)[number][]): string =>
  `($5::text[] IS NULL OR $5::text[] && ARRAY[${kinds.map((kind) => `'${kind}'`).join()}])`;

const EVENT_KIND = `CASE e.type WHEN 'challenge' THEN 'challenge' WHEN 'evidence' THEN 'evidence' ELSE 'task' END`;

/** Addresses of the audit log that are about one account. */
const AUDIT_SUBJECTS = `ARRAY['accounts/' || $1::text, 'accounts/' || $1::text || '/links']`;

const TIMELINE = `
  SELECT x.at, x.key, x.kind, x.type, x.data, x.by, x."accountTaskId", t."taskId", b.kind AS "taskKind", b.name AS "taskName"
  FROM (
    ${part(
      'e.at',
      numbered('t', 'e.id'),
      `${EVENT_KIND} AS kind, e.type, e.data, e.data->>'by' AS by, e."accountTaskId"`,
      `"AccountTask" w JOIN "TaskEvent" e ON e."accountTaskId" = w.id WHERE w."accountId" = $1::uuid
       AND ${wants('task', 'challenge', 'evidence')} AND ($5::text[] IS NULL OR ${EVENT_KIND} = ANY($5::text[]))`,
    )} UNION ALL ${part(
      'i."submittedAt"',
      `'p' || i.id::text`,
      `'post' AS kind, 'post' AS type, jsonb_build_object('state', i.state, 'caption', i.caption, 'permalink', i.permalink)
         AS data, NULL AS by, i."accountTaskId"`,
      `"PostIntent" i WHERE i."accountId" = $1::uuid AND i."submittedAt" IS NOT NULL AND ${wants('post')}`,
    )} UNION ALL ${part(
      'x.at',
      numbered('a', 'x.id'),
      `'action' AS kind, 'action' AS type, jsonb_build_object('action', x.action) AS data, NULL AS by,
         substring(x.key FROM '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')::uuid AS "accountTaskId"`,
      `"AccountAction" x WHERE x."accountId" = $1::uuid AND ${wants('action')}`,
    )} UNION ALL ${part(
      'v.at',
      numbered('s', 'v.id'),
      `v.type AS kind, v.type, v.data, v.by, NULL::uuid AS "accountTaskId"`,
      `"AccountEvent" v WHERE v."accountId" = $1::uuid AND ($5::text[] IS NULL OR v.type = ANY($5::text[]))`,
    )} UNION ALL ${part(
      'u.at',
      numbered('u', 'u.id'),
      `'edit' AS kind, u.action AS type, u.detail AS data, u.actor AS by, NULL::uuid AS "accountTaskId"`,
      `"AuditEvent" u WHERE u.subject = ANY(${AUDIT_SUBJECTS}) AND ${wants('edit')}`,
    )}
  ) x
  LEFT JOIN "AccountTask" t ON t.id = x."accountTaskId" LEFT JOIN "BulkTask" b ON b.id = t."taskId"
  ORDER BY x.at DESC, x.key DESC LIMIT $4::int`;

const cursorSchema = z.tuple([z.iso.datetime(), z.string().regex(/^[a-z][\w-]{1,40}$/)]);

function decode(cursor: string | undefined): readonly [string | null, string | null] {
  if (cursor === undefined) return [null, null];
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw badRequest('The cursor is not one that this list gave out.', [
      { path: 'cursor', message: 'Leave it out to start at the first page' },
    ]);
  }
}

const encode = ({ at, key }: Row): string => Buffer.from(JSON.stringify([at.toISOString(), key])).toString('base64url');

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function toEntry(row: Row): z.input<typeof entrySchema> {
  const { title, detail, state } = tell(row.type, row.data);
  return {
    at: row.at.toISOString(),
    kind: row.kind,
    type: row.type,
    title,
    detail: detail ?? null,
    ...saidOf({ detail }),
    state: state ?? null,
    by: row.by,
    taskId: row.taskId,
    taskKind: row.taskKind,
    taskName: row.taskName,
    accountTaskId: row.taskId && row.accountTaskId,
    permalink: textOrNull(row.data.permalink),
    evidenceId: textOrNull(row.data.evidenceId),
  };
}

export const accountTimelineRoute = route({
  method: 'get',
  path: '/api/accounts/{id}/timeline',
  operationId: 'listAccountTimeline',
  summary: 'Everything that was done with an account, newest first',
  description:
    'Events of its account tasks, its posts and other actions, challenges, evidence, sessions opened and expired, ' +
    'proxies, and edits. Of an edit the fields are named, never a password.',
  tags: ['Accounts'],
  access: 'viewer',
  params: idParams,
  query: z.object({ kind: listOf(KINDS), ...pageQuery }),
  responses: {
    200: { description: 'One page', schema: pageOf(entrySchema) },
    404: { description: 'No such account' },
  },
  async handler({ params: { id }, query: { kind, cursor, limit }, deps }) {
    const [at, key] = decode(cursor);
    await checkAccount(deps.db, id);
    const rows = await query<Row>(deps.db, TIMELINE, id, at, key, limit + 1, kind ?? null);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      status: 200,
      body: { items: shown.map(toEntry), nextCursor: rows.length > limit && last ? encode(last) : null },
    };
  },
});
