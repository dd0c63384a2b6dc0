import type { Pool } from 'pg';
import type { Canary, CanaryState, RetryOnly } from '../contracts/bulk.ts';
import { canaryWaits } from '../contracts/bulk.ts';
import { retryWords } from '../contracts/bulk-events.ts';
import { TaskError } from '../contracts/errors.ts';
import type {
  AccountChange,
  ActiveEntry,
  AttachedBulk,
  BulkStateChange,
  PageItem,
  Synced,
} from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import type { AccountTaskState, BulkState } from '../contracts/states.ts';
import { patternOf } from '../contracts/values.ts';
import { breakerAlert, finishedAlert } from './alerts.ts';
import { addEvent, transition } from './ledger.ts';
import type { Sql } from './sql.ts';
import { row, rows, statement, transaction } from './sql.ts';
import { accountTaskStateCounts } from './tallies.ts';

/** What a bulk workflow reads and writes of its own task. All of it may be run twice with the same effect as once. */

const STARTABLE: BulkState[] = ['draft', 'scheduled'];
const RETRIABLE: BulkState[] = ['completed', 'completed_with_failures', 'failed'];
/** Account tasks that are put back in one transaction. */
const RESET_BATCH = 500;
const DEFAULT_BREAKER = { share: 0.5, among: 20 };

interface BulkRow {
  kind: string;
  state: BulkState;
  stateReason: string | null;
  window: number;
  pace: { breaker?: { share: number; among: number } } | null;
  startedAt: Date | null;
  retryOnly: RetryOnly | null;
  canary: number | null;
  canaryState: CanaryState | null;
}

const COLUMNS = 'kind, state, "stateReason", "window", pace, "startedAt", "retryOnly", canary, "canaryState"';

const READ_BULK = statement('bulk_read', `SELECT ${COLUMNS} FROM "BulkTask" WHERE id = $1`);

const ATTACH = statement('bulk_attach', `UPDATE "BulkTask" SET "runId" = $2 WHERE id = $1 RETURNING ${COLUMNS}`);

const SET_STATE = statement(
  'bulk_set_state',
  `WITH changed AS (
     UPDATE "BulkTask" SET
       state = $2, "stateReason" = $3, "window" = COALESCE($4, "window"),
       "startedAt" = CASE WHEN $2 = 'running' THEN COALESCE("startedAt", now()) ELSE "startedAt" END,
       "finishedAt" = CASE WHEN $5 THEN now() ELSE NULL END
     WHERE id = $1 AND ($6::text[] IS NULL OR state = ANY($6)) AND (state, COALESCE("stateReason", ''), "window")
       IS DISTINCT FROM ($2::text, COALESCE($3::text, ''), COALESCE($4::int, "window"))
     RETURNING id, kind, name, state, "stateReason", "window", "startedAt", "finishedAt"
   ), event AS (
     INSERT INTO "TaskEvent" ("taskId", type, data)
     SELECT id, 'bulk-task', jsonb_build_object('state', state, 'reason', "stateReason", 'window', "window")
       || jsonb_strip_nulls(jsonb_build_object(
         'order', $8::text, 'by', $9::text, 'breakerOpened', CASE WHEN $7 THEN true END)) FROM changed
   ), finished AS (
     ${finishedAlert('(SELECT * FROM changed WHERE "finishedAt" IS NOT NULL)')}
   ), breaker AS (
     ${breakerAlert('(SELECT * FROM changed WHERE $7)')}
   )
   SELECT pg_notify('flotilla_events', id::text) FROM changed`,
);

/** Leaves alone what a pause or a cancel has written meanwhile: the reason is its own only where it was nobody's. */
const SET_CANARY = statement(
  'bulk_set_canary',
  `WITH changed AS (
     UPDATE "BulkTask" SET
       "canaryState" = $2,
       "canaryApprovedAt" = CASE WHEN $2 = 'approved' THEN now() END,
       "stateReason" = CASE WHEN state = 'running' AND COALESCE("stateReason", $3) = $3
         THEN CASE WHEN $2 = 'waiting' THEN $3 END ELSE "stateReason" END
     WHERE id = $1 AND canary IS NOT NULL AND COALESCE("canaryState", 'running') NOT IN ('approved', $2)
     RETURNING id, state, "stateReason", "window", canary, "canaryState"
   ), event AS (
     INSERT INTO "TaskEvent" ("taskId", type, data)
     SELECT id, 'bulk-task', jsonb_build_object(
       'state', state, 'reason', "stateReason", 'window', "window",
       'canary', jsonb_strip_nulls(jsonb_build_object('size', canary, 'state', "canaryState", 'by', $4::text)))
     FROM changed
   )
   SELECT pg_notify('flotilla_events', id::text) FROM changed`,
);

const PAGE = statement(
  'bulk_page',
  `SELECT ordinal, id, "accountId", state, version FROM "AccountTask"
   WHERE "taskId" = $1 AND ordinal >= $2 AND state IN ('pending', 'running', 'paced', 'parked')
   ORDER BY ordinal LIMIT $3`,
);

/** Account tasks that can be tried again: those that failed, or broke off half way. */
export const CAN_BE_RETRIED = `(state = 'failed' OR (state = 'partial' AND "errorType" IS NOT NULL))`;

/** Those of them that an order means, over {@link retryValues} from `$2` on. */
export const RETRIABLE_ACCOUNT_TASK = `${CAN_BE_RETRIED}
  AND ($2::text IS NULL OR coalesce("errorType", 'Unknown') = $2) AND ($3::text IS NULL OR fingerprint = $3)
  AND ($4::uuid[] IS NULL OR id = ANY($4::uuid[])) AND ($5::text IS NULL OR state = $5)
  AND ($6::text IS NULL OR "accountId" IN (SELECT id FROM "Account" WHERE username ILIKE $6))`;

export const retryValues = (only: RetryOnly | null) => [
  only?.type ?? null,
  only?.fingerprint ?? null,
  only?.accountTaskIds ?? null,
  only?.state ?? null,
  only?.q ? patternOf(only.q) : null,
];

const FAILED = statement(
  'bulk_failed',
  `SELECT id FROM "AccountTask"
   WHERE "taskId" = $1 AND ${RETRIABLE_ACCOUNT_TASK} ORDER BY ordinal`,
);

const STATES_OF = statement(
  'bulk_states_of',
  `SELECT id, ordinal, state, version, counters, "errorType" FROM "AccountTask" WHERE id = ANY($1::uuid[])`,
);

export async function setBulkState(sql: Sql, change: BulkStateChange & { from?: readonly BulkState[] }): Promise<void> {
  const final = ['completed', 'completed_with_failures', 'cancelled', 'failed'].includes(change.state);
  await row(sql, SET_STATE, [
    change.taskId,
    change.state,
    change.reason,
    change.window ?? null,
    final,
    change.from ?? null,
    change.breakerOpened ?? false,
    change.order ?? null,
    change.by ?? null,
  ]);
}

/** The canary as a row of the ledger has it. */
export function canaryOf(row: { canary: number | null; canaryState: string | null }): Canary | null {
  return row.canary === null ? null : { size: row.canary, state: (row.canaryState as CanaryState | null) ?? 'running' };
}

/** Tells where the canary stands. Once approved it stays so, in whatever order the news come. */
export async function setCanary(sql: Sql, request: { taskId: string; canary: Canary; by?: string }): Promise<void> {
  const { size, state } = request.canary;
  await row(sql, SET_CANARY, [request.taskId, state, canaryWaits(size), request.by ?? null]);
}

const NOTE_RETRY = statement(
  'bulk_note_retry',
  `WITH event AS (
     INSERT INTO "TaskEvent" ("taskId", type, data)
     SELECT id, 'bulk-task', jsonb_build_object(
       'state', state, 'reason', "stateReason", 'window', "window", 'retried', $2::int, 'only', $3::jsonb, 'by', $4::text)
     FROM "BulkTask" WHERE id = $1 RETURNING "taskId"
   )
   SELECT pg_notify('flotilla_events', "taskId"::text) FROM event`,
);

/**
 * Puts failed account tasks, or some of them, back in the queue.
 * @param noted an order to a task that runs is entered in its events here; one to an ended task was by the door
 * @returns how many
 */
export async function resetFailed(
  pool: Pool,
  taskId: string,
  only: RetryOnly | null = null,
  noted?: { by: string | null },
): Promise<number> {
  const failed = await rows<{ id: string }>(pool, FAILED, [taskId, ...retryValues(only)]);
  let retried = 0;
  for (let start = 0; start < failed.length; start += RESET_BATCH) {
    await transaction(pool, async (client) => {
      for (const { id } of failed.slice(start, start + RESET_BATCH)) {
        const moved = await transition(client, {
          accountTaskId: id,
          from: ['failed', 'partial'],
          to: 'pending',
          reason: 'To be tried again.',
          counters: {},
        });
        if (moved) retried += 1;
      }
      // With the last of them: an order that broke off half way is given again, and noted once.
      if (noted && retried > 0 && start + RESET_BATCH >= failed.length) {
        await row(client, NOTE_RETRY, [taskId, retried, JSON.stringify(retryWords(only)), noted.by]);
      }
    });
  }
  return retried;
}

/** Makes this run the task's current one and answers where the task stands. */
export async function attachBulk(
  pool: Pool,
  request: { taskId: string; runId: string; retryFailed: boolean; fresh: boolean; active: readonly ActiveEntry[] },
): Promise<AttachedBulk> {
  const { taskId, runId, retryFailed, fresh } = request;
  const attached = await row<BulkRow>(pool, ATTACH, [taskId, runId]);
  if (!attached) throw new TaskError('InvalidInput', say('ledger.no-task', { id: taskId }));
  if (fresh && retryFailed) await resetFailed(pool, taskId, attached.retryOnly);
  // Only from these: a cancel that was written in between stands.
  const from: BulkState[] = retryFailed ? [...STARTABLE, ...RETRIABLE] : STARTABLE;
  if (fresh) await setBulkState(pool, { taskId, state: 'running', reason: null, from });
  const bulk = (await row<BulkRow>(pool, READ_BULK, [taskId])) ?? attached;
  return {
    ...(await resync(pool, request)),
    state: bulk.state,
    stateReason: bulk.stateReason,
    window: bulk.window,
    startedAt: bulk.startedAt?.toISOString() ?? null,
    breaker: bulk.pace?.breaker ?? DEFAULT_BREAKER,
    canary: canaryOf(bulk),
  };
}

export async function nextPage(
  sql: Sql,
  request: { taskId: string; fromOrdinal: number; limit: number },
): Promise<PageItem[]> {
  return rows<PageItem>(sql, PAGE, [request.taskId, request.fromOrdinal, request.limit]);
}

interface StateRow {
  id: string;
  ordinal: number;
  state: AccountTaskState;
  version: number;
  counters: Record<string, number>;
  errorType: string | null;
}

function changeOf(found: StateRow): AccountChange {
  return {
    ordinal: found.ordinal,
    id: found.id,
    version: found.version,
    to: found.state,
    counters: found.counters,
    errorType: found.errorType,
  };
}

/** Totals, counters, and what the ledger knows more of active account tasks: all of one moment. */
export async function resync(pool: Pool, request: { taskId: string; active: readonly ActiveEntry[] }): Promise<Synced> {
  const known = new Map(request.active.map(([, id, , version]) => [id, version]));
  return transaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const counts = await accountTaskStateCounts(client, request.taskId);
    const found = known.size === 0 ? [] : await rows<StateRow>(client, STATES_OF, [[...known.keys()]]);
    const news = found.filter((task) => task.version > (known.get(task.id) ?? 0) && task.state !== 'pending');
    return { ...counts, changes: news.map(changeOf) };
  });
}

/** Ends an account task whose run is gone without having settled. */
export async function settleLost(
  pool: Pool,
  request: { taskId: string; accountTaskId: string; reason: string },
): Promise<AccountChange | null> {
  const moved = await transition(pool, {
    accountTaskId: request.accountTaskId,
    from: ['pending', 'running', 'paced', 'parked'],
    to: 'failed',
    reason: request.reason,
    error: { type: 'Unavailable', message: request.reason },
  });
  if (moved) await addEvent(pool, { ...request, type: 'note', data: { message: request.reason } });
  const [found] = await rows<StateRow>(pool, STATES_OF, [[request.accountTaskId]]);
  return found ? changeOf(found) : null;
}
