import { RETRIABLE_ACCOUNT_TASK, retryValues } from '../../activities/bulk-ledger.ts';
import type { RetryOnly } from '../../contracts/bulk.ts';
import { retryWords } from '../../contracts/bulk-events.ts';
import { say } from '../../contracts/said.ts';
import type { BulkState } from '../../contracts/states.ts';
import { FINAL_BULK_STATES } from '../../contracts/states.ts';
import type { Deps } from '../deps.ts';
import { conflict } from '../problem.ts';
import { type Db, query, queryOne } from './sql.ts';
import { HEAD_COLUMNS, headOf, noteTask, type TaskHead } from './tasks.ts';
import { startBulkWorkflow } from './temporal.ts';

type StartDeps = Pick<Deps, 'db' | 'temporal' | 'log'>;

/** A start call gets this long before the sweeper takes it for lost. */
const LOST_AFTER_SECONDS = 5;
const SWEEP_BATCH = 50;
const MAX_FAILURES = 3;

/** Tries to start what the ledger has committed. When it fails now, the sweeper goes on. */
async function startCommitted(deps: StartDeps, task: TaskHead): Promise<BulkState> {
  try {
    return (await startBulkWorkflow(deps, task)) === 'running' ? 'running' : 'scheduled';
  } catch (error) {
    deps.log.warn({ err: error, taskId: task.id }, 'a bulk task could not be started now and is tried again');
    return 'scheduled';
  }
}

/**
 * Starts a draft, or a scheduled task before its time.
 * The order is committed before Temporal hears of it, so it is never lost: without an answer the sweeper repeats it.
 * @param task.by who ordered it, for people to read; null where a schedule did
 * @returns `running`, or `scheduled` while the start still has to go through
 * @throws Problem 409 when it was started before
 */
export async function startTask(
  deps: StartDeps,
  { kind, id, by }: { kind: string; id: string; by: string | null },
): Promise<{ id: string; state: BulkState }> {
  await headOf(deps.db, kind, id);
  const task = await deps.db.$transaction(async (tx) => {
    const taken = await queryOne<TaskHead>(
      tx,
      `UPDATE "BulkTask" SET state = 'scheduled', "startRequestedAt" = now()
       WHERE id = $1::uuid AND state IN ('draft', 'scheduled') AND "startRequestedAt" IS NULL RETURNING ${HEAD_COLUMNS}`,
      id,
    );
    if (taken) await noteTask(tx, taken, null, { startRequested: true, by });
    return taken;
  });
  if (!task) {
    const { state } = await headOf(deps.db, kind, id);
    throw conflict(state === 'scheduled' ? 'This task is already being started.' : say(`order.started.${state}`));
  }
  return { id, state: await startCommitted(deps, task) };
}

export const NOTHING_TO_RETRY = 'No account task of this task failed in that way, so there is nothing to try again.';

/** How many account tasks would be tried again. */
export async function countRetriable(db: Db, taskId: string, only: RetryOnly | null): Promise<number> {
  const found = await queryOne<{ n: number }>(
    db,
    `SELECT count(*)::int AS n FROM "AccountTask" WHERE "taskId" = $1::uuid AND ${RETRIABLE_ACCOUNT_TASK}`,
    taskId,
    ...retryValues(only),
  );
  return found?.n ?? 0;
}

/**
 * Runs an ended task again for its failed account tasks, as a new run under the same workflow id.
 * @throws Problem 409 when none failed
 */
export async function rerunFailed(
  deps: StartDeps,
  task: TaskHead,
  { only, by }: { only: RetryOnly | null; by: string },
): Promise<{ id: string; state: BulkState; retried: number }> {
  const retried = await countRetriable(deps.db, task.id, only);
  if (retried === 0) throw conflict(NOTHING_TO_RETRY);
  const again = await deps.db.$transaction(async (tx) => {
    const taken = await queryOne<TaskHead>(
      tx,
      `UPDATE "BulkTask" SET state = 'scheduled', "stateReason" = NULL, "startRequestedAt" = now(), "finishedAt" = NULL,
         "retryOnly" = $3::jsonb
       WHERE id = $1::uuid AND state = ANY($2::text[]) AND "startedAt" IS NOT NULL RETURNING ${HEAD_COLUMNS}`,
      task.id,
      FINAL_BULK_STATES,
      only && JSON.stringify(only),
    );
    if (taken)
      await noteTask(tx, taken, 'The failed account tasks are tried again.', { retried, only: retryWords(only), by });
    return taken;
  });
  if (!again) throw conflict('The task has changed in the meantime; look at its state and try again.');
  return { id: task.id, state: await startCommitted(deps, again), retried };
}

/**
 * Starts committed tasks whose start call was lost, and scheduled ones whose time has come.
 * @returns how many runs it started or found started
 */
export async function sweepStarts(deps: StartDeps): Promise<number> {
  const due = await query<TaskHead>(
    deps.db,
    `UPDATE "BulkTask" SET "startRequestedAt" = coalesce("startRequestedAt", now())
     WHERE id IN (
       SELECT id FROM "BulkTask"
       WHERE state = 'scheduled' AND CASE WHEN "startRequestedAt" IS NULL THEN "startAt" <= now()
         ELSE "startRequestedAt" < now() - ${LOST_AFTER_SECONDS} * interval '1 second' END
       ORDER BY random() LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED
     ) AND state = 'scheduled' RETURNING ${HEAD_COLUMNS}`,
  );
  let started = 0;
  let failures = 0;
  for (const task of due) {
    try {
      if ((await startBulkWorkflow(deps, task)) === 'running') started += 1;
    } catch (error) {
      deps.log.warn({ err: error, taskId: task.id }, 'a bulk task could not be started now and is tried again');
      failures += 1;
      // Nobody answers: the others would wait just as long for nothing. The order is drawn anew at the next sweep.
      if (failures >= MAX_FAILURES) break;
    }
  }
  return started;
}
