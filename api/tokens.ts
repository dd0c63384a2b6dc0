import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { scopeSchema } from '../contracts/scopes.ts';
import { instantSchema } from '../contracts/values.ts';
import type { ApiToken } from '../prisma/generated/client.ts';
import { line } from './account-schemas.ts';
import { sha256Hex } from './auth.ts';
import { badRequest, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Tokens'];
const MOST_SCOPES = scopeSchema.options.length;

const tokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdBy: z.string().nullable().meta({ description: 'Id of who made it, as the audit log has it' }),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the minute' }),
    lastUsedIp: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiToken' });

function toToken({ hash: _, createdById, ...row }: ApiToken) {
  return {
    ...row,
    createdBy: createdById,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const tokensRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/tokens',
    operationId: 'listTokens',
    summary: 'Tokens of people and programs, newest first',
    tags,
    access: 'admin',
    responses: { 200: { description: 'All of them', schema: z.object({ items: z.array(tokenSchema) }) } },
    async handler({ deps }) {
      const rows = await deps.db.apiToken.findMany({ orderBy: { createdAt: 'desc' }, take: 1_000 });
      return { status: 200, body: { items: rows.map(toToken) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/tokens',
    operationId: 'createToken',
    summary: 'Make a token',
    description:
      'Its text is in this answer and nowhere else. Programs send it as bearer token; with a role among its scopes, ' +
      'people can sign in with it too. `<area>:read` takes in all that reads in that area, `<area>:write` what an ' +
      'operator may change there; what only admins change needs the role.',
    tags,
    access: 'admin',
    idempotent: true,
    body: z.strictObject({
      name: line(100),
      scopes: z.array(scopeSchema).min(1).max(MOST_SCOPES),
      expiresAt: instantSchema.nullable().optional(),
    }),
    examples: {
      reporter: { name: 'Weekly report', scopes: ['viewer'] },
      uploader: {
        name: 'Upload script',
        scopes: ['media:write', 'bulk-tasks:read', 'bulk-tasks:write'],
        expiresAt: '2050-01-01T00:00:00Z',
      },
    },
    responses: { 201: { description: 'Made', schema: tokenSchema.extend({ token: z.string() }) } },
    async handler({ body, actor, deps }) {
      const token = `flt_${randomBytes(32).toString('base64url')}`;
      const expiresAt = body.expiresAt ? new Date(body.expiresAt) : null;
      if (expiresAt && expiresAt <= new Date()) {
        throw badRequest('The token would have expired already.', [
          { path: 'expiresAt', message: 'Must be a time to come' },
        ]);
      }
      const scopes = [...new Set(body.scopes)];
      const data = { name: body.name, scopes, expiresAt, createdById: actor.id, hash: sha256Hex(token) };
      const row = await deps.db.apiToken.create({ data });
      return { status: 201, body: { ...toToken(row), token }, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/tokens/{id}',
    operationId: 'revokeToken',
    summary: 'Revoke a token, with everybody that it signed in',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 204: { description: 'Revoked' }, 404: { description: 'No such token' } },
    async handler({ params: { id }, deps, note }) {
      const token = await deps.db.apiToken.findUnique({ where: { id } });
      if (!token) throw notFound('There is no such token.');
      await deps.db.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      note({ detail: { name: token.name } });
      return { status: 204 };
    },
  }),
];
