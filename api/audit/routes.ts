import { z } from 'zod';
import { instantSchema } from '../../contracts/values.ts';
import { query } from '../door/sql.ts';
import { numberedPageQuery, pageOf, toNumberedPage } from '../pages.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { auditVerdictSchema, NOTED_ROW, notedRowOf, verifyAudit } from './verify.ts';

const tags = ['Audit'];

const auditEventSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actorId: z.string().meta({ description: '`user:<id>`, `token:<id>` or `admin`; empty where nobody was signed in' }),
    actor: z.string().meta({ description: 'Name at that time' }),
    action: z.string().meta({ description: 'Operation of the API, or what happened at a sign-in' }),
    subject: z.string().meta({ description: 'What it was done to, e.g. `accounts/<id>`' }),
    detail: z.record(z.string(), z.unknown()).meta({ description: 'The request with its secrets masked' }),
    address: z.string().nullable(),
    requestId: z.string().nullable(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEvent' });

/** Postgres knows no year 0. */

interface Row extends Omit<z.output<typeof auditEventSchema>, 'at'> {
  at: Date;
}

export const auditRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/audit',
    operationId: 'listAudit',
    summary: 'Who changed what, newest first',
    tags,
    access: 'admin',
    query: z.object({
      actor: z.string().max(200).optional().meta({ description: 'Id or name' }),
      subject: z.string().max(300).optional().meta({ description: '`accounts/<id>`, or `accounts` for all below it' }),
      action: z.string().max(100).optional(),
      from: instantSchema.optional(),
      to: instantSchema.optional().meta({ description: 'Not later than this' }),
      ...numberedPageQuery,
    }),
    responses: { 200: { description: 'One page', schema: pageOf(auditEventSchema) } },
    async handler({ query: filter, deps }) {
      const rows = await query<Row>(
        deps.db,
        `SELECT id::text AS id, at, "actorId", actor, action, subject, detail, address, "requestId", hash
         FROM "AuditEvent"
         WHERE ($1::bigint IS NULL OR id < $1::bigint)
           AND ($2::text IS NULL OR "actorId" = $2::text OR actor = $2::text)
           AND ($3::text IS NULL OR subject = $3::text OR starts_with(subject, $3::text || '/'))
           AND ($4::text IS NULL OR action = $4::text)
           AND ($5::timestamptz IS NULL OR at >= $5::timestamptz) AND ($6::timestamptz IS NULL OR at <= $6::timestamptz)
         ORDER BY "AuditEvent".id DESC LIMIT $7::int`,
        filter.cursor ?? null,
        filter.actor ?? null,
        filter.subject ?? null,
        filter.action ?? null,
        filter.from ?? null,
        filter.to ?? null,
        filter.limit + 1,
      );
      const body = toNumberedPage(rows, filter.limit, (row) => ({ ...row, at: row.at.toISOString() }));
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/audit/verify',
    operationId: 'verifyAudit',
    summary: 'Whether the audit log is whole',
    description:
      'Reads every row and holds it against the hash that the next one names: a row that was changed, removed, added ' +
      'or moved is found.',
    tags,
    access: 'admin',
    query: z.object({
      expect: z
        .string()
        .regex(NOTED_ROW, 'Must be <headId>:<headHash> of a former answer')
        .optional()
        .meta({
          description: '`<headId>:<headHash>` that were noted at a former time: must still be there',
          examples: ['1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
        }),
    }),
    responses: { 200: { description: 'What was found', schema: auditVerdictSchema } },
    async handler({ query: { expect }, deps }) {
      return { status: 200, body: await verifyAudit(deps.db, expect ? notedRowOf(expect) : undefined) };
    },
  }),
];
