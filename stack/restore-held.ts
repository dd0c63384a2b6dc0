import type pg from 'pg';

export interface Held {
  /** Account tasks that had not ended, now failed with the words why. */
  accountTasks: number;
  /** Bulk tasks that ran, now ended; their failed account tasks can be tried again. */
  bulkTasks: number;
  /** Bulk tasks that were to start by now, now drafts. */
  drafts: number;
  /** Schedules that were not paused, now paused. */
  schedules: number;
}

const REASON = (madeAt: string) =>
  `Restored from a backup of ${madeAt}. What happened after it is not known here: look at the account, then try again.`;

/** A transaction id from before any of a new cluster: readers of events see them at once, in the order of their ids. */
const EVENTS_XID = 3;

/**
 * What had begun when the backup was made may have gone on after it: posts may exist that this ledger does not know.
 * Beginning it again by itself could post twice, so a person decides: what was active is failed as of an unknown outcome
 * (and can be tried again), what is due is a draft, recurring orders are paused, and nobody holds a lease any more.
 */
export async function holdWhatRan(client: pg.Client, madeAt: string): Promise<Held> {
  const reason = REASON(madeAt);
  const count = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rowCount ?? 0;
  const open = `t.state IN ('running', 'paused') OR (t.state = 'scheduled' AND t."startedAt" IS NOT NULL)`;
  await client.query(
    `INSERT INTO "TaskTally" ("taskId", slot, key, n)
     SELECT a."taskId", 0, d.key, sum(d.n) FROM "AccountTask" a JOIN "BulkTask" t ON t.id = a."taskId"
       CROSS JOIN LATERAL (VALUES ('state:' || a.state, -1), ('state:failed', 1)) AS d(key, n)
     WHERE (${open}) AND a.state IN ('pending', 'running', 'paced', 'parked') GROUP BY 1, 3
     ON CONFLICT ("taskId", slot, key) DO UPDATE SET n = "TaskTally".n + excluded.n`,
  );
  const accountTasks = await count(
    `UPDATE "AccountTask" a SET state = 'failed', "stateReason" = $1, "errorType" = 'OutcomeUnknown', "errorMessage" = $1,
       version = a.version + 1, "wakeAt" = NULL, "finishedAt" = now()
     FROM "BulkTask" t WHERE t.id = a."taskId" AND (${open}) AND a.state IN ('pending', 'running', 'paced', 'parked')`,
    [reason],
  );
  await client.query(`UPDATE "Challenge" SET state = 'expired', answer = NULL WHERE state IN ('open', 'answered')`);
  const bulkTasks = await count(
    `UPDATE "BulkTask" t SET state = 'completed_with_failures', "stateReason" = $1, "finishedAt" = now(),
       "startedAt" = coalesce("startedAt", now()), "runId" = NULL WHERE ${open}`,
    [reason],
  );
  const drafts = await count(
    `UPDATE "BulkTask" SET state = 'draft', "stateReason" = $1, "startAt" = NULL, "startRequestedAt" = NULL
     WHERE state = 'scheduled' AND ("startRequestedAt" IS NOT NULL OR "startAt" <= now())`,
    [reason],
  );
  const schedules = await count(`UPDATE "Schedule" SET paused = true, "lastError" = $1 WHERE NOT paused`, [reason]);
  await client.query('UPDATE "Lease" SET "expiresAt" = now()');
  await client.query('UPDATE "TaskEvent" SET xid = $1', [EVENTS_XID]);
  return { accountTasks, bulkTasks, drafts, schedules };
}
