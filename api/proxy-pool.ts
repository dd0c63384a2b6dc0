import { z } from 'zod';
import { BEHIND_FAILING } from './account-filter.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

/** Checks that a list shows of each proxy. */
const RECENT = 20;

const STATUSES = ['healthy', 'unstable', 'failing'] as const;

export const recentChecksSchema = z
  .array(
    z.object({
      at: z.iso.datetime({ offset: true }),
      status: z.enum(STATUSES),
      p50Ms: z.number().nullable().meta({ description: 'Median of its requests; null when none came through' }),
    }),
  )
  .meta({ description: `The last ${RECENT} checks, oldest first` });
export type RecentChecks = z.infer<typeof recentChecksSchema>;

/** The last checks of each of these proxies; what a repair wrote without checking is passed over. */
export async function recentChecks(db: Db, ids: readonly string[]): Promise<Map<string, RecentChecks>> {
  const rows = await query<{ id: string; checks: RecentChecks }>(
    db,
    `SELECT p.id, coalesce(json_agg(json_build_object('at', c."checkedAt", 'status', c.status, 'p50Ms', c.p50)
       ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), '[]') AS checks
     FROM unnest($1::uuid[]) AS p(id) LEFT JOIN LATERAL (
       SELECT id, "checkedAt", detail->'findings'->>'status' AS status,
         (detail->'findings'->'latency'->>'p50Ms')::float AS p50
       FROM "ProxyCheck" WHERE "proxyId" = p.id AND detail->'findings'->>'status' = ANY($2::text[])
       ORDER BY "checkedAt" DESC, id DESC LIMIT ${RECENT}
     ) c ON true GROUP BY p.id`,
    ids,
    STATUSES,
  );
  return new Map(rows.map(({ id, checks }) => [id, checks]));
}

const poolSchema = z
  .object({
    spares: z.int().meta({ description: 'Proxies of the spare pool' }),
    free: z
      .object({ healthy: z.int(), unknown: z.int(), unstable: z.int(), failing: z.int() })
      .meta({ description: 'Those that no account uses, by what their last check said' }),
    idle: z.int().meta({ description: 'Proxies that no account uses and that are not of the pool' }),
    accounts: z
      .object({ without: z.int(), failing: z.int() })
      .meta({ description: 'Accounts without a proxy, and those behind one whose last check failed' }),
  })
  .meta({ id: 'ProxyPool' });

const POOL = `
  WITH p AS (
    SELECT spare, status, EXISTS (SELECT FROM "Account" a WHERE a."proxyId" = "Proxy".id) AS used FROM "Proxy"
  )
  SELECT count(*) FILTER (WHERE spare)::int AS spares,
    json_build_object(
      'healthy', count(*) FILTER (WHERE spare AND NOT used AND status = 'healthy'),
      'unknown', count(*) FILTER (WHERE spare AND NOT used AND status = 'unknown'),
      'unstable', count(*) FILTER (WHERE spare AND NOT used AND status = 'unstable'),
      'failing', count(*) FILTER (WHERE spare AND NOT used AND status = 'failing')
    ) AS free,
    count(*) FILTER (WHERE NOT spare AND NOT used)::int AS idle,
    json_build_object(
      'without', (SELECT count(*) FROM "Account" WHERE "proxyId" IS NULL),
      'failing', (SELECT count(*) FROM "Account" WHERE ${BEHIND_FAILING})
    ) AS accounts
  FROM p`;

export const proxyPoolRoute: Route = route({
  method: 'get',
  path: '/api/proxies/pool',
  operationId: 'getProxyPool',
  summary: 'The spare pool, and who could do with one of it',
  description:
    'Spares are given out by `POST /api/accounts/bulk-edit` with `proxy: {mode: "spread"}`, and by repairs of their own.',
  tags: ['Proxies'],
  access: 'viewer',
  responses: { 200: { description: 'The pool', schema: poolSchema } },
  async handler({ deps }) {
    const pool = await queryOne<z.infer<typeof poolSchema>>(deps.db, POOL);
    if (!pool) throw new Error('The pool was not counted.');
    return { status: 200, body: pool };
  },
});
