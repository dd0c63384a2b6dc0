import type { AnyKind } from '../../kinds/define.ts';
import { type Db, query } from './sql.ts';

/** Taken where nothing has been measured yet. */
const DEFAULT_SECONDS_PER_POST = 8;
const SAMPLE = 400;

/** Median time of one post of the kind, seconds, over account tasks that succeeded of late. */
export async function secondsPerPost(db: Db, kind: AnyKind): Promise<number> {
  const sample = await query<{ seconds: number; plan: unknown }>(
    db,
    `SELECT extract(epoch FROM at."finishedAt" - at."startedAt")::float8 AS seconds, at.plan
     FROM (SELECT id FROM "BulkTask" WHERE kind = $1 AND "startedAt" IS NOT NULL ORDER BY "createdAt" DESC LIMIT 5) b
     CROSS JOIN LATERAL (
       SELECT * FROM "AccountTask" t WHERE t."taskId" = b.id AND t.state = 'succeeded'
       ORDER BY t.ordinal DESC LIMIT ${SAMPLE / 5}
     ) at WHERE at."startedAt" IS NOT NULL AND at."finishedAt" IS NOT NULL`,
    kind.name,
  );
  const each = sample.map(({ seconds, plan }) => seconds / Math.max(1, kind.posts?.(plan) ?? 1)).sort((a, b) => a - b);
  return each[Math.floor(each.length / 2)] ?? DEFAULT_SECONDS_PER_POST;
}
