import type { AnyKind } from '../../kinds/define.ts';
import { actionCount } from './plans.ts';
import { type Db, query } from './sql.ts';

/** Taken where nothing has been measured yet. */
const DEFAULT_SECONDS_PER_POST = 8;
const SAMPLE = 400;

/**
 * Median time of one action of the kind, seconds, over account tasks that succeeded of late. Only the time under way
 * counts: waiting for the pace, for a person or through days of rest is reckoned by the forecast itself.
 */
export async function secondsPerPost(db: Db, kind: AnyKind): Promise<number> {
  const sample = await query<{ seconds: number; plan: unknown }>(
    db,
    `SELECT greatest(0, extract(epoch FROM at."finishedAt" - at."startedAt") - coalesce(w.seconds, 0))::float8 AS seconds,
       at.plan
     FROM (SELECT id FROM "BulkTask" WHERE kind = $1 AND "startedAt" IS NOT NULL ORDER BY "createdAt" DESC LIMIT 5) b
     CROSS JOIN LATERAL (
       SELECT * FROM "AccountTask" t WHERE t."taskId" = b.id AND t.state = 'succeeded'
       ORDER BY t.ordinal DESC LIMIT ${SAMPLE / 5}
     ) at
     LEFT JOIN LATERAL (
       SELECT extract(epoch FROM sum(e.until - e.at) FILTER (WHERE e."to" IN ('paced', 'parked'))) AS seconds
       FROM (
         SELECT at, data->>'to' AS "to", lead(at, 1, at) OVER (ORDER BY id) AS until FROM "TaskEvent"
         WHERE "accountTaskId" = at.id AND type = 'account-task'
       ) e WHERE e.at >= at."startedAt"
     ) w ON true
     WHERE at."startedAt" IS NOT NULL AND at."finishedAt" IS NOT NULL`,
    kind.name,
  );
  const each = sample.map(({ seconds, plan }) => seconds / Math.max(1, actionCount(kind, plan))).sort((a, b) => a - b);
  return each[Math.floor(each.length / 2)] ?? DEFAULT_SECONDS_PER_POST;
}
