import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { WorkerToken } from '../prisma/generated/client.ts';
import { line } from './account-schemas.ts';
import { sha256Hex, WORKER_TOKEN_PREFIX } from './auth.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const tags = ['Tokens'];

const workerTokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdBy: z.string().nullable().meta({ description: 'Id of who made it, as the audit log has it' }),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the minute' }),
    lastUsedIp: z.string().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'WorkerToken' });

function toWorkerToken({ hash: _, createdById, ...row }: WorkerToken) {
  return {
    ...row,
    createdBy: createdById,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const workerTokensRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/worker-tokens',
    operationId: 'listWorkerTokens',
    summary: 'Tokens of worker hosts, newest first',
    description: 'The token of the environment, `FLOTILLA_WORKER_TOKEN`, is not among them.',
    tags,
    access: 'admin',
    responses: { 200: { description: 'All of them', schema: z.object({ items: z.array(workerTokenSchema) }) } },
    async handler({ deps }) {
      const rows = await deps.db.workerToken.findMany({ orderBy: { createdAt: 'desc' }, take: 1_000 });
      return { status: 200, body: { items: rows.map(toWorkerToken) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker-tokens',
    operationId: 'createWorkerToken',
    summary: 'Make a token for a worker host',
    description: 'Its text is in this answer and nowhere else; the host gets it as `FLOTILLA_WORKER_TOKEN`.',
    tags,
    access: 'admin',
    idempotent: true,
    body: z.strictObject({ name: line(100) }),
    examples: { host: { name: 'browser-host-3' } },
    responses: { 201: { description: 'Made', schema: workerTokenSchema.extend({ token: z.string() }) } },
    async handler({ body: { name }, actor, deps }) {
      const token = `${WORKER_TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
      const data = { name, createdById: actor.id, hash: sha256Hex(token) };
      const row = await deps.db.workerToken.create({ data });
      return { status: 201, body: { ...toWorkerToken(row), token }, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/worker-tokens/{id}',
    operationId: 'revokeWorkerToken',
    summary: 'Revoke a token, and shut out the hosts that use it',
    description: 'From the next call on: no secret, no lease, no media, no report. Their accounts go on elsewhere.',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 204: { description: 'Revoked' }, 404: { description: 'No such token' } },
    async handler({ params: { id }, deps, note }) {
      const token = await deps.db.workerToken.findUnique({ where: { id } });
      if (!token) throw notFound('There is no such token.');
      await deps.db.workerToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      note({ detail: { name: token.name } });
      return { status: 204 };
    },
  }),
];
