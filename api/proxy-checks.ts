import { z } from 'zod';
import { PROXY_CHECKS, proxyFindingsSchema } from '../contracts/worker-api.ts';
import { query } from './door/sql.ts';
import { numberedPageQuery, pageOf, toNumberedPage } from './pages.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { saidOf, saidShape } from './said.ts';

const checkSchema = z
  .object({
    id: z.string(),
    verdict: z.string(),
    ...saidShape,
    status: z.enum(['healthy', 'unstable', 'failing']).nullable(),
    checks: z.array(
      z.object({
        check: z.enum(PROXY_CHECKS),
        outcome: z.enum(['passed', 'failed', 'not-checked']),
        detail: z.string(),
        ...saidShape,
      }),
    ),
    exitAddress: z.string().nullable().meta({ description: 'As the checker saw it' }),
    latency: proxyFindingsSchema.shape.latency,
    stability: proxyFindingsSchema.shape.stability,
    changes: z.array(z.string()).meta({ description: 'What a repair changed' }),
    checkedAt: z.iso.datetime(),
  })
  .meta({ id: 'ProxyCheck' });

/** Older entries, and those of a repair, hold no findings. */
const detailSchema = z.object({
  findings: proxyFindingsSchema.optional().catch(undefined),
  changes: z.array(z.string()).default([]).catch([]),
});

interface CheckRow {
  id: string;
  verdict: string;
  detail: unknown;
  checkedAt: Date;
}

function toCheck({ id, verdict, detail, checkedAt }: CheckRow): z.output<typeof checkSchema> {
  const { findings, changes } = detailSchema.parse(detail ?? {});
  const { status = null, checks = [], exitAddress = null, latency = null, stability = null } = findings ?? {};
  return {
    id,
    verdict,
    ...saidOf({ verdict }),
    status,
    checks: checks.map((check) => ({ ...check, ...saidOf({ detail: check.detail }) })),
    ...{ exitAddress, latency, stability, changes },
    checkedAt: checkedAt.toISOString(),
  };
}

export const proxyChecksRoute: Route = route({
  method: 'get',
  path: '/api/proxies/{id}/checks',
  operationId: 'listProxyChecks',
  summary: 'What checks of a proxy found, newest first',
  tags: ['Proxies'],
  access: 'viewer',
  params: idParams,
  query: z.strictObject({
    ...numberedPageQuery,
  }),
  responses: {
    200: { description: 'One page', schema: pageOf(checkSchema) },
    404: { description: 'No such proxy' },
  },
  async handler({ params: { id }, query: { cursor = null, limit }, deps }) {
    const rows = await query<CheckRow>(
      deps.db,
      `SELECT id::text, verdict, detail, "checkedAt" FROM "ProxyCheck"
       WHERE "proxyId" = $1::uuid AND ($2::bigint IS NULL OR id < $2::bigint)
       ORDER BY "ProxyCheck".id DESC LIMIT $3::int`,
      id,
      cursor,
      limit + 1,
    );
    const isThere = rows.length > 0 || (await deps.db.proxy.count({ where: { id } })) > 0;
    if (!isThere) throw notFound('There is no such proxy.');
    return { status: 200, body: toNumberedPage(rows, limit, toCheck) };
  },
});
