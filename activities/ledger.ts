import { causeOf } from '../contracts/fingerprint.ts';
import type { AccountTaskState, FinalAccountTaskState } from '../contracts/states.ts';
import type { Sql } from './sql.ts';
import { row, statement } from './sql.ts';

/**
 * The one writer of account task state. A change is one statement, and so one transaction: the conditional update, the
 * running totals, the event row, of a failure its line in the error log, and the NOTIFY that moves the dashboard stand
 * or fall together.
 */
export interface Transition {
  accountTaskId: string;
  /** States it may come from; nothing is written when it is in another one. */
  from: readonly AccountTaskState[];
  to: AccountTaskState;
  reason?: string | null;
  /** When a paced task goes on. */
  wakeAt?: Date | null;
  error?: { type: string; message: string } | null;
  /** Replaces the account task's counters; the totals move by the difference. */
  counters?: Record<string, number>;
  /** Starts a new attempt: counts it and clears what the last one left. */
  newAttempt?: boolean;
}

export interface Moved {
  taskId: string;
  ordinal: number;
  from: AccountTaskState;
  version: number;
  /** The parent workflow's current run, as the ledger knows it. */
  runId: string | null;
}

const FINAL: readonly FinalAccountTaskState[] = ['succeeded', 'partial', 'failed', 'skipped', 'cancelled'];

/** The `source` of account tasks in the error log. */
export const FAILURE_SOURCE = 'account-task';

/** Of the failure in a change, where there is one; a partial success has a cause too, but no line in the error log. */
function fingerprintOf({ to, error, reason }: Transition): string | null {
  if (to !== 'failed' && (to !== 'partial' || !error)) return null;
  const [type, message] = [error?.type ?? 'Failed', error?.message ?? reason ?? ''];
  return causeOf({ source: FAILURE_SOURCE, type, message }).fingerprint;
}

/** Of a change to `failed`: fingerprint, title, type and message for the error log. */
function failureOf({ to, error, reason }: Transition): (string | null)[] {
  if (to !== 'failed') return [null, null, null, null];
  const type = error?.type ?? 'Failed';
  const message = error?.message ?? reason ?? '';
  const { fingerprint, title } = causeOf({ source: FAILURE_SOURCE, type, message });
  return [fingerprint, title, type, message];
}

const TRANSITION = statement(
  'ledger_transition',
  `WITH old AS MATERIALIZED (
     SELECT id, state, counters FROM "AccountTask" WHERE id = $1 AND state = ANY($2::text[]) FOR UPDATE
   ), moved AS (
     UPDATE "AccountTask" a SET
       state = $3,
       "stateReason" = $4,
       "wakeAt" = $5,
       "errorType" = CASE WHEN $10 THEN NULL ELSE COALESCE($6, a."errorType") END,
       "errorMessage" = CASE WHEN $10 THEN NULL ELSE COALESCE($7, a."errorMessage") END,
       fingerprint = CASE WHEN $10 THEN NULL ELSE COALESCE($15, a.fingerprint) END,
       counters = COALESCE($8::jsonb, a.counters),
       attempts = a.attempts + CASE WHEN $10 THEN 1 ELSE 0 END,
       version = a.version + 1,
       "startedAt" = CASE WHEN $10 THEN now() WHEN $3 = 'pending' THEN NULL ELSE a."startedAt" END,
       "finishedAt" = CASE WHEN $9 THEN now() ELSE NULL END
     FROM old WHERE a.id = old.id
     RETURNING a.id, a."taskId", a."accountId", a.ordinal, a.version, old.state AS "from", old.counters AS was, a.counters AS is_now
   ), tally AS (
     INSERT INTO "TaskTally" AS t ("taskId", slot, key, n)
     SELECT "taskId", slot, key, sum(n) FROM (
       SELECT "taskId", (ordinal % 16)::smallint AS slot, 'state:' || "from" AS key, -1::bigint AS n FROM moved
       UNION ALL
       SELECT "taskId", (ordinal % 16)::smallint, 'state:' || $3, 1::bigint FROM moved
       UNION ALL
       SELECT m."taskId", (m.ordinal % 16)::smallint, 'counter:' || c.key, c.value::bigint
       FROM moved m, jsonb_each_text(m.is_now) c
       UNION ALL
       SELECT m."taskId", (m.ordinal % 16)::smallint, 'counter:' || c.key, -(c.value::bigint)
       FROM moved m, jsonb_each_text(m.was) c
     ) d GROUP BY "taskId", slot, key HAVING sum(n) <> 0 ORDER BY key
     ON CONFLICT ("taskId", slot, key) DO UPDATE SET n = t.n + EXCLUDED.n
   ), event AS (
     INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data)
     SELECT "taskId", id, 'account-task', jsonb_build_object(
       'ordinal', ordinal, 'from', "from", 'to', $3::text, 'reason', $4::text, 'errorType', $6::text)
     FROM moved
   ), logged AS (
     INSERT INTO "ErrorLog" (source, type, message, fingerprint, kind, platform, "accountId", "taskId", "accountTaskId")
     SELECT '${FAILURE_SOURCE}', $13, $14, $11, b.kind, c.platform, m."accountId", m."taskId", m.id
     FROM moved m JOIN "BulkTask" b ON b.id = m."taskId" JOIN "Account" c ON c.id = m."accountId"
     WHERE $11::text IS NOT NULL
     RETURNING fingerprint
   ), cause AS (
     INSERT INTO "ErrorGroup" AS g (fingerprint, source, type, title, count)
     SELECT fingerprint, '${FAILURE_SOURCE}', $13, $12, 1 FROM logged
     ON CONFLICT (fingerprint) DO UPDATE SET count = g.count + 1, "lastSeenAt" = greatest(g."lastSeenAt", now()),
       "resolvedAt" = NULL, "resolvedBy" = NULL
   )
   SELECT m."taskId", m.ordinal, m."from", m.version, b."runId",
          pg_notify('flotilla_events', m."taskId"::text) AS notified
   FROM moved m JOIN "BulkTask" b ON b.id = m."taskId"`,
);

/** Moves one account task. @returns what it was before, or nothing when it was in none of the `from` states */
export async function transition(sql: Sql, change: Transition): Promise<Moved | undefined> {
  return row<Moved & { notified: string }>(sql, TRANSITION, [
    change.accountTaskId,
    change.from,
    change.to,
    change.reason ?? null,
    change.wakeAt ?? null,
    change.error?.type ?? null,
    change.error?.message ?? null,
    change.counters ? JSON.stringify(change.counters) : null,
    (FINAL as readonly string[]).includes(change.to),
    change.newAttempt ?? false,
    ...failureOf(change),
    fingerprintOf(change),
  ]);
}

const EVENT = statement(
  'ledger_event',
  `WITH event AS (
     INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data) VALUES ($1, $2, $3, $4::jsonb) RETURNING "taskId"
   ) SELECT pg_notify('flotilla_events', "taskId"::text) FROM event`,
);

/** Adds to the timeline of a bulk task or of one of its account tasks. No secrets in `data`. */
export async function addEvent(
  sql: Sql,
  event: { taskId: string; accountTaskId: string | null; type: string; data: Record<string, unknown> },
): Promise<void> {
  await row(sql, EVENT, [event.taskId, event.accountTaskId, event.type, JSON.stringify(event.data)]);
}
