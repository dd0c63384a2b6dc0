import type { RetentionPart } from '../contracts/retention.ts';
import { retentionSchema } from '../contracts/settings.ts';
import { FINAL_BULK_STATES } from '../contracts/states.ts';
import type { Deps } from './deps.ts';
import { type Db, query, queryOne } from './door/sql.ts';

type RetentionDeps = Pick<Deps, 'db' | 'env' | 'evidenceStore'>;
const BATCH = 1_000;
/** The pace looks back eight days at most, over actions and posts. */
const ACTION_DAYS = 10;
const ANSWER_DAYS = 7;
const FAILURE_DAYS = 2;

export async function retentionOf(db: Db) {
  const row = await queryOne<{ value: unknown }>(db, `SELECT value FROM "Setting" WHERE key = 'retention'`);
  const parsed = retentionSchema.safeParse(row?.value ?? {});
  // A value that cannot be read must not delete more than was meant.
  if (!parsed.success)
    throw new Error('The setting "retention" cannot be read; nothing is removed until it is mended.');
  return parsed.data;
}
type Retention = Awaited<ReturnType<typeof retentionOf>>;

/** Removes a batch of rows, known by their place in the table. */
async function drop(db: Db, table: string, where: string, ...values: unknown[]): Promise<number> {
  const gone = await queryOne<{ n: number }>(
    db,
    `WITH gone AS (DELETE FROM "${table}" WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM "${table}" WHERE ${where} LIMIT ${BATCH})) RETURNING 1) SELECT count(*)::int AS n FROM gone`,
    ...values,
  );
  return gone?.n ?? 0;
}

const olderThan = (column: string, at = 1): string => `"${column}" < now() - $${at}::int * interval '1 day'`;

/** Evidence rows and, of those whose bytes no other row names, the files. */
async function dropEvidence(deps: RetentionDeps, where: string, ...values: unknown[]): Promise<number> {
  const rows = await query<{ sha256: string }>(
    deps.db,
    `DELETE FROM "Evidence" WHERE id IN (SELECT id FROM "Evidence" WHERE ${where} LIMIT ${BATCH}) RETURNING sha256`,
    ...values,
  );
  const hashes = [...new Set(rows.map((row) => row.sha256))];
  const still = await query<{ sha256: string }>(
    deps.db,
    'SELECT DISTINCT sha256 FROM "Evidence" WHERE sha256 = ANY($1::text[])',
    hashes,
  );
  const used = new Set(still.map((row) => row.sha256));
  for (const hash of hashes) if (!used.has(hash)) await deps.evidenceStore.remove(hash);
  return rows.length;
}

/**
 * Ended tasks whose time is over. One stays whose posts guard against a second one: cross-posts, which an account makes
 * once whatever the task, and submits whose outcome nobody knows. So does what the pace still counts.
 */
const OVER_TASKS = `SELECT id FROM "BulkTask" b WHERE state = ANY($2::text[])
  AND "finishedAt" < now() - greatest($1::int, ${ACTION_DAYS}) * interval '1 day'
  AND NOT EXISTS (SELECT 1 FROM "AccountTask" a JOIN "PostIntent" p ON p."accountTaskId" = a.id
    WHERE a."taskId" = b.id AND (p.source IS NOT NULL OR p.state IN ('submitting', 'unknown')))`;

async function dropTasks(deps: RetentionDeps, days: number): Promise<number> {
  const values = [days, FINAL_BULK_STATES];
  const within = `"taskId" IN (${OVER_TASKS})`;
  // A task goes last, so that an interrupted removal is found again; each step is a batch of its own.
  const evidence = await dropEvidence(
    deps,
    `"accountTaskId" IN (SELECT id FROM "AccountTask" WHERE ${within})`,
    ...values,
  );
  if (evidence > 0) return evidence;
  for (const table of ['TaskEvent', 'Challenge', 'AccountTask']) {
    const n = await drop(deps.db, table, within, ...values);
    if (n > 0) return n;
  }
  return drop(deps.db, 'BulkTask', `id IN (${OVER_TASKS})`, ...values);
}

/** Rows of 30 seconds become averages of 5 minutes after a day and of an hour after a week. */
const THINNED = [
  { days: 1, step: 300 },
  { days: 7, step: 3_600 },
] as const;

async function thin(db: Db, table: 'WorkerMetric' | 'SystemMetric', days: number | null): Promise<number> {
  if (days !== null) {
    const gone = await drop(db, table, olderThan('at'), days);
    if (gone > 0) return gone;
  }
  const of = table === 'WorkerMetric' ? '"workerId"' : 'NULL::uuid';
  const target = table === 'WorkerMetric' ? '"workerId", ' : '';
  for (const { days: age, step } of THINNED) {
    const bucket = `floor(extract(epoch FROM at) / ${step})`;
    const merged = await queryOne<{ n: number }>(
      db,
      `WITH buckets AS (
         SELECT ${of} AS worker, ${bucket} AS bucket FROM "${table}"
         WHERE step < ${step} AND (${bucket} + 1) * ${step} < extract(epoch FROM now()) - ${age * 86_400}
         GROUP BY 1, 2 LIMIT 200
       ), gone AS (
         DELETE FROM "${table}" m USING buckets b
         WHERE m.step < ${step} AND ${of} IS NOT DISTINCT FROM b.worker AND ${bucket} = b.bucket
         RETURNING b.worker, b.bucket, m.metrics, m.step
       ), averages AS (
         SELECT worker, bucket, key, sum((value #>> '{}')::float8 * step) / sum(step) AS value
         FROM gone CROSS JOIN LATERAL jsonb_each(metrics) WHERE jsonb_typeof(value) = 'number' GROUP BY 1, 2, 3
       ), kept AS (
         INSERT INTO "${table}" (${target}metrics, step, at)
         SELECT ${table === 'WorkerMetric' ? 'worker, ' : ''}jsonb_object_agg(key, value), ${step}, to_timestamp(bucket * ${step})
         FROM averages GROUP BY worker, bucket RETURNING 1
       ) SELECT count(*)::int AS n FROM gone`,
    );
    if ((merged?.n ?? 0) > 0) return merged?.n ?? 0;
  }
  return 0;
}

/** Only from the front: the first row that stays names the hash of the last one that went, which is noted as the anchor. */
async function dropAudit(deps: RetentionDeps, days: number): Promise<number> {
  const gone = await queryOne<{ n: number }>(
    deps.db,
    `WITH gone AS (
       DELETE FROM "AuditEvent" WHERE id IN (
         SELECT id FROM "AuditEvent" WHERE id < coalesce(
           (SELECT min(id) FROM "AuditEvent" WHERE NOT (${olderThan('at')})), (SELECT max(id) FROM "AuditEvent"))
         ORDER BY id LIMIT ${BATCH}) RETURNING id, hash
     ), anchor AS (
       INSERT INTO "Setting" (key, value)
       SELECT 'audit.anchor', jsonb_build_object('lastId', id::text, 'hash', hash) FROM gone ORDER BY id DESC LIMIT 1
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now() RETURNING 1
     ) SELECT count(*)::int AS n FROM gone`,
    days,
  );
  return gone?.n ?? 0;
}

type Rule = (deps: RetentionDeps, keep: Retention) => Promise<number>;
const byDays = (days: number | null, work: (days: number) => Promise<number>): Promise<number> =>
  days === null ? Promise.resolve(0) : work(days);

const RULES: Readonly<Record<RetentionPart, Rule>> = {
  evidence: (deps, keep) =>
    dropEvidence(deps, olderThan('createdAt'), keep.evidence ?? deps.env.FLOTILLA_EVIDENCE_DAYS),
  tasks: (deps, keep) =>
    byDays(keep.tasks, async (days) => {
      const rows = await dropTasks(deps, days);
      if (rows > 0) return rows;
      const events = await drop(deps.db, 'AccountEvent', olderThan('at'), days);
      return events > 0 ? events : drop(deps.db, 'AccountEdit', olderThan('createdAt'), days);
    }),
  errors: ({ db }, keep) =>
    byDays(keep.errors, async (days) => {
      const rows = await drop(db, 'ErrorLog', olderThan('at'), days);
      return rows > 0 ? rows : drop(db, 'ErrorGroup', olderThan('lastSeenAt'), days);
    }),
  workerMetrics: ({ db }, keep) => thin(db, 'WorkerMetric', keep.metrics),
  systemMetrics: ({ db }, keep) => thin(db, 'SystemMetric', keep.metrics),
  stepTimings: ({ db }, keep) => byDays(keep.metrics, (days) => drop(db, 'StepTiming', olderThan('hour'), days)),
  accountActions: ({ db }) => drop(db, 'AccountAction', olderThan('at'), ACTION_DAYS),
  audit: (deps, keep) => byDays(keep.audit, (days) => dropAudit(deps, days)),
  webhookDeliveries: ({ db }, keep) =>
    byDays(keep.webhookDeliveries, (days) =>
      drop(db, 'WebhookDelivery', `${olderThan('createdAt')} AND state <> 'pending'`, days),
    ),
  idempotentAnswers: ({ db }) => drop(db, 'IdempotentAnswer', olderThan('createdAt'), ANSWER_DAYS),
  sessions: ({ db }) => drop(db, 'WebSession', '"expiresAt" < now()'),
  signInFailures: ({ db }) => drop(db, 'SignInFailure', olderThan('updatedAt'), FAILURE_DAYS),
};

/** Removes one batch of what is over of a part. Ask again while there is `more`. */
export async function retainBatch(
  deps: RetentionDeps,
  part: RetentionPart,
): Promise<{ removed: number; more: boolean }> {
  const removed = await RULES[part](deps, await retentionOf(deps.db));
  return { removed, more: removed > 0 };
}
