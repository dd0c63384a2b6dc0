import { z } from 'zod';
import { acquireLease, releaseLease } from '../activities/leases.ts';
import { fencingTokenSchema } from '../contracts/values.ts';
import { asSql, query } from './door/sql.ts';
import { pageOf } from './pages.ts';
import { conflict } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const TAGS = ['Locks'];
const resource = z.string().min(1).max(200).meta({ description: 'Any name, e.g. `report/weekly` or `account/<id>`' });
const fencingToken = fencingTokenSchema;

const lockSchema = z.object({
  resource: z.string(),
  owner: z.string(),
  fencingToken: z.string().meta({ description: 'Grows with every new holder; a decimal number of up to 18 digits' }),
  expiresAt: z.iso.datetime(),
});
const heldSchema = lockSchema.extend({ acquiredAt: z.iso.datetime() });

interface HeldRow {
  resource: string;
  owner: string;
  fencingToken: string;
  expiresAt: Date;
  acquiredAt: Date;
}

export const locksRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/locks/acquire',
    operationId: 'acquireLock',
    summary: 'Take a named lock for a time, or prolong it as the same owner',
    description: 'When another owner holds it, the answer is 409 and `errors` names the holder and until when.',
    tags: TAGS,
    access: 'operator',
    body: z
      .object({
        resource,
        owner: z.string().min(1).max(200),
        ttlMs: z.int().min(1_000).max(86_400_000).meta({ description: 'Milliseconds until it expires by itself' }),
      })
      .strict(),
    responses: {
      200: { description: 'The lock is held', schema: lockSchema },
      409: { description: 'Somebody else holds it' },
    },
    async handler({ body, deps }) {
      const answer = await acquireLease(asSql(deps.db), body);
      if (answer.acquired) {
        return { status: 200, body: { ...answer.lease, expiresAt: answer.lease.expiresAt.toISOString() } };
      }
      const { holder } = answer;
      // Between the two statements the holder may have let go.
      if (!holder) throw conflict(`${body.resource} was held by another owner a moment ago; try again.`);
      const until = holder.expiresAt.toISOString();
      throw conflict(`${body.resource} is held by ${holder.owner} until ${until}.`, [
        { path: 'holder.owner', message: holder.owner },
        { path: 'holder.expiresAt', message: until },
      ]);
    },
  }),
  route({
    method: 'post',
    path: '/api/locks/release',
    operationId: 'releaseLock',
    summary: 'Give a lock back',
    tags: TAGS,
    access: 'operator',
    body: z.object({ resource, fencingToken }).strict(),
    examples: { release: { resource: 'deploy', fencingToken: '42' } },
    responses: {
      200: { description: 'It is free', schema: z.object({ resource: z.string(), released: z.literal(true) }) },
      409: { description: 'It is no longer held under this fencing token' },
    },
    async handler({ body, deps }) {
      if (!(await releaseLease(asSql(deps.db), body.resource, body.fencingToken))) {
        throw conflict(`${body.resource} is no longer held under this fencing token.`);
      }
      return { status: 200, body: { resource: body.resource, released: true } };
    },
  }),
  route({
    method: 'get',
    path: '/api/locks',
    operationId: 'listLocks',
    summary: 'Locks and account leases that are held now, by name',
    tags: TAGS,
    access: 'viewer',
    query: z.object({
      prefix: z.string().max(200).default('').meta({ description: 'Only resources that begin so' }),
      cursor: z.string().max(200).optional().meta({ description: '`nextCursor` of the page before' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    responses: { 200: { description: 'One page', schema: pageOf(heldSchema) } },
    async handler({ query: { prefix, cursor, limit }, deps }) {
      const rows = await query<HeldRow>(
        deps.db,
        `SELECT resource, owner, "fencingToken"::text AS "fencingToken", "expiresAt", "acquiredAt" FROM "Lease"
         WHERE "expiresAt" > now() AND starts_with(resource, $1) AND ($2::text IS NULL OR resource > $2)
         ORDER BY resource LIMIT $3::int`,
        prefix,
        cursor ?? null,
        limit + 1,
      );
      const shown = rows.slice(0, limit);
      return {
        status: 200,
        body: {
          items: shown.map((row) => ({
            ...row,
            expiresAt: row.expiresAt.toISOString(),
            acquiredAt: row.acquiredAt.toISOString(),
          })),
          nextCursor: rows.length > limit ? (shown.at(-1)?.resource ?? null) : null,
        },
      };
    },
  }),
];
