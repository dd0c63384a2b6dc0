import { causeOf } from '../../contracts/fingerprint.ts';
import { type Db, query } from '../door/sql.ts';

/** One error to note. What is known of its account task, as kind and platform, is looked up where it is not given. */
export interface NewError {
  source: string;
  type: string;
  message: string;
  kind?: string | undefined;
  platform?: string | undefined;
  step?: string | undefined;
  accountTaskId?: string | undefined;
  workerId?: string | undefined;
  runId?: string | undefined;
  /** No secrets. `count`: how often it happened, where like ones were gathered into one. */
  detail?: Record<string, string | number | boolean> | undefined;
}

/**
 * Causes are counted by the statement that writes the rows, in one order of fingerprints, so that two reports at once
 * never wait for one another in a ring. A cause that was resolved is open again.
 */
const RECORD = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS e(source text, type text, message text, kind text, platform text,
      step text, "accountTaskId" uuid, "workerId" uuid, "runId" text, detail jsonb, fingerprint text, title text,
      times bigint)
  ), logged AS (
    INSERT INTO "ErrorLog" (source, type, message, fingerprint, kind, platform, step, "accountId", "taskId",
      "accountTaskId", "workerId", "runId", detail)
    SELECT e.source, e.type, e.message, e.fingerprint, coalesce(e.kind, b.kind), coalesce(e.platform, c.platform), e.step,
      a."accountId", a."taskId", e."accountTaskId", e."workerId", e."runId", coalesce(e.detail, '{}')
    FROM given e LEFT JOIN "AccountTask" a ON a.id = e."accountTaskId" LEFT JOIN "BulkTask" b ON b.id = a."taskId"
      LEFT JOIN "Account" c ON c.id = a."accountId"
  )
  INSERT INTO "ErrorGroup" AS g (fingerprint, source, type, title, count)
  SELECT fingerprint, min(source), min(type), min(title), sum(times) FROM given GROUP BY fingerprint ORDER BY fingerprint
  ON CONFLICT (fingerprint) DO UPDATE SET count = g.count + excluded.count,
    "lastSeenAt" = greatest(g."lastSeenAt", excluded."lastSeenAt"), "resolvedAt" = NULL, "resolvedBy" = NULL
  RETURNING fingerprint`;

function timesOf(detail: NewError['detail']): number {
  const count = detail?.count;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** Writes errors into the log and counts their causes, all or nothing. */
export async function recordErrors(db: Db, errors: readonly NewError[]): Promise<void> {
  if (errors.length === 0) return;
  const rows = errors.map((error) => ({ ...error, ...causeOf(error), times: timesOf(error.detail) }));
  await query(db, RECORD, JSON.stringify(rows));
}
