import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ApiToken } from '../prisma/generated/client.ts';
import { line } from './account-schemas.ts';
import { ROLES } from './actor.ts';
import { sha256Hex } from './auth.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Auth'];
const tokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.enum(ROLES)),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiToken' });

function toToken({ hash: _, ...row }: ApiToken) {
  return {
    ...row,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
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
      'Its text is in this answer and nowhere else. People sign in with it, programs send it as bearer token.',
    tags,
    access: 'admin',
    idempotent: true,
    body: z.strictObject({ name: line(100), scopes: z.array(z.enum(ROLES)).min(1).max(ROLES.length) }),
    examples: { reporter: { name: 'Weekly report', scopes: ['viewer'] } },
    responses: { 201: { description: 'Made', schema: tokenSchema.extend({ token: z.string() }) } },
    async handler({ body, deps }) {
      const token = `flt_${randomBytes(32).toString('base64url')}`;
      const row = await deps.db.apiToken.create({ data: { ...body, hash: sha256Hex(token) } });
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
    async handler({ params: { id }, deps }) {
      if (!(await deps.db.apiToken.findUnique({ where: { id } }))) throw notFound('There is no such token.');
      await deps.db.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      return { status: 204 };
    },
  }),
];
