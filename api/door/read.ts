import { canaryOf } from '../../activities/bulk-ledger.ts';
import { accountTaskStateCounts } from '../../activities/tallies.ts';
import type { Aggregate } from '../../contracts/bulk.ts';
import { say } from '../../contracts/said.ts';
import {
  type BulkState,
  emptyTotals,
  FINAL_ACCOUNT_TASK_STATES,
  isFinalBulkState,
  type Totals,
} from '../../contracts/states.ts';
import { patternOf } from '../../contracts/values.ts';
import { findKind } from '../../kinds/index.ts';
import type { Deps } from '../deps.ts';
import { notFound } from '../problem.ts';
import { asSql, type Db, query, queryOne } from './sql.ts';
import { askAggregate } from './temporal.ts';

interface AggregateRow {
  id: string;
  kind: string;
  state: BulkState;
  stateReason: string | null;
  window: number;
  total: number;
  canary: number | null;
  canaryState: string | null;
  canaryApprovedAt: Date | null;
  workflowId: string;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** Seconds until the rest has ended at the speed so far; null while there is no speed to go by. */
function etaSeconds(task: AggregateRow, totals: Totals): number | null {
  if (isFinalBulkState(task.state) || !task.startedAt) return null;
  const ended = FINAL_ACCOUNT_TASK_STATES.reduce((sum, state) => sum + totals[state], 0);
  const left = totals.total - ended;
  if (left <= 0) return 0;
  if (ended === 0 || task.state !== 'running') return null;
  if (task.canary === null) return Math.ceil((left * (Date.now() - task.startedAt.getTime())) / 1_000 / ended);
  // The time that it waited for a person says nothing about its speed.
  const since = ended - task.canary;
  if (!task.canaryApprovedAt || since <= 0) return null;
  return Math.ceil((left * (Date.now() - task.canaryApprovedAt.getTime())) / 1_000 / since);
}

/** Every counter of the kind, as the workflow shows them: what has not happened yet is 0, not absent. */
export function withZeros(kind: string, counters: Record<string, number>): Record<string, number> {
  return { ...Object.fromEntries((findKind(kind)?.counters ?? []).map((name) => [name, 0])), ...counters };
}

async function fromLedger(db: Db, task: AggregateRow): Promise<Aggregate> {
  const { totals, counters } = await accountTaskStateCounts(asSql(db), task.id);
  return {
    id: task.id,
    kind: task.kind,
    state: task.state,
    stateReason: task.stateReason,
    source: 'ledger',
    totals,
    counters: withZeros(task.kind, counters),
    window: task.window,
    canary: canaryOf(task),
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: task.finishedAt?.toISOString() ?? null,
    etaSeconds: etaSeconds(task, totals),
  };
}

/**
 * The totals of a bulk task: of its workflow while it runs, of the ledger before and after, and when none can answer.
 * @throws Problem 404
 */
export async function readAggregate(
  deps: Pick<Deps, 'db' | 'temporal' | 'log'>,
  kind: string,
  id: string,
): Promise<Aggregate> {
  const task = await queryOne<AggregateRow>(
    deps.db,
    `SELECT id, kind, state, "stateReason", "window", total, canary, "canaryState", "canaryApprovedAt", "workflowId", "startedAt", "finishedAt"
     FROM "BulkTask" WHERE id = $1::uuid AND kind = $2`,
    id,
    kind,
  );
  if (!task) throw notFound(say('none.task', { kind, id }));
  const runs = task.state === 'running' || task.state === 'paused';
  const live = runs ? await askAggregate(deps, task.workflowId) : undefined;
  return live ?? fromLedger(deps.db, task);
}

export interface Tallies {
  totals: Totals;
  counters: Record<string, number>;
}

/** Totals and counters of several bulk tasks, in one statement. */
export async function readTallies(db: Db, taskIds: readonly string[]): Promise<Map<string, Tallies>> {
  const tallies = new Map<string, Tallies>(taskIds.map((id) => [id, { totals: emptyTotals(), counters: {} }]));
  if (taskIds.length === 0) return tallies;
  const rows = await query<{ taskId: string; key: string; n: number }>(
    db,
    `SELECT "taskId", key, sum(n)::int AS n FROM "TaskTally" WHERE "taskId" = ANY($1::uuid[]) GROUP BY "taskId", key`,
    taskIds,
  );
  for (const { taskId, key, n } of rows) {
    const tally = tallies.get(taskId);
    if (!tally) continue;
    if (key.startsWith('counter:')) tally.counters[key.slice('counter:'.length)] = n;
    else {
      tally.totals[key.slice('state:'.length) as keyof Totals] = n;
      tally.totals.total += n;
    }
  }
  return tallies;
}

export interface AccountTaskRow {
  id: string;
  ordinal: number;
  accountId: string;
  username: string;
  state: string;
  stateReason: string | null;
  counters: Record<string, number>;
  errorType: string | null;
  errorMessage: string | null;
  attempts: number;
  wakeAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface AccountTaskFilter {
  states?: readonly string[] | undefined;
  /** Part of a user name. */
  q?: string | undefined;
  errorType?: string | undefined;
  /** Of the cause of a failure. */
  fingerprint?: string | undefined;
  /** Only account tasks behind this place. */
  afterOrdinal?: number | undefined;
  /** Rows to leave out first. */
  offset?: number | undefined;
  limit: number;
}

const ACCOUNT_TASK_COLUMNS = `id, ordinal, "accountId", username, state, "stateReason", counters, "errorType",
  "errorMessage", attempts, "wakeAt", "startedAt", "finishedAt"`;

/** Whether an account task failed with the type of error in `$parameter`; one that gave none counts as unknown. */
export const ofType = (parameter: number): string =>
  `("errorType" = $${parameter} OR ($${parameter} = 'Unknown' AND "errorType" IS NULL AND state = 'failed'))`;

/** Up to so many accounts are looked up by name first; of more, one soon comes along in any order. */
const FEW = 5_000;

/**
 * One page of account tasks in their order, found by place; only an offset is counted. Reads one row more than `limit`.
 * A part of a name is looked up among the accounts, by its index, and accounts are known by their present name. Where many
 * have it, the account tasks are walked through in their order instead: only one of the two branches runs.
 */
export function listAccountTasks(db: Db, taskId: string, filter: AccountTaskFilter): Promise<AccountTaskRow[]> {
  const pattern = filter.q ? patternOf(filter.q) : null;
  const page = (more: string) => `SELECT ${ACCOUNT_TASK_COLUMNS} FROM "AccountTask"
     WHERE "taskId" = $1::uuid AND ordinal > $2::int AND ($3::text[] IS NULL OR state = ANY($3::text[]))
       AND ($4::text IS NULL OR ${ofType(4)}) AND ($5::text IS NULL OR fingerprint = $5) AND ${more}
     ORDER BY ordinal`;
  const cut = 'LIMIT $6::int OFFSET $7::int';
  const upToCut = 'LIMIT $6::int + $7::int';
  const byName = `WITH named AS MATERIALIZED (SELECT id FROM "Account" WHERE username ILIKE $8 LIMIT ${FEW + 1}),
     found AS MATERIALIZED (SELECT array_agg(id) AS ids, count(*) <= ${FEW} AS few FROM named)
     (${page('(SELECT few FROM found) AND "accountId" = ANY((SELECT ids FROM found)::uuid[])')} ${upToCut})
     UNION ALL (${page('NOT (SELECT few FROM found) AND username ILIKE $8')} ${upToCut})
     ORDER BY ordinal ${cut}`;
  return query<AccountTaskRow>(
    db,
    pattern === null ? `${page('true')} ${cut}` : byName,
    taskId,
    filter.afterOrdinal ?? -1,
    filter.states ?? null,
    filter.errorType ?? null,
    filter.fingerprint ?? null,
    filter.limit + 1,
    filter.offset ?? 0,
    ...(pattern === null ? [] : [pattern]),
  );
}

/** The dashboard of Temporal, at one workflow. */
export function temporalUrl(
  env: Pick<Deps['env'], 'temporalUiUrl' | 'TEMPORAL_NAMESPACE'>,
  workflowId: string,
): string {
  const base = env.temporalUiUrl.replace(/\/$/, '');
  return `${base}/namespaces/${encodeURIComponent(env.TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(workflowId)}`;
}
