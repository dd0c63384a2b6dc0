import { tellFinished } from '../../activities/alerts.ts';
import type { RetryOnly } from '../../contracts/bulk.ts';
import { BULK_UPDATES } from '../../contracts/bulk.ts';
import type { Resolution } from '../../contracts/orchestration.ts';
import { say } from '../../contracts/said.ts';
import { type AccountTaskState, type BulkState, isFinalBulkState } from '../../contracts/states.ts';
import type { Deps } from '../deps.ts';
import { answerChallenge } from '../inbox-answer.ts';
import { conflict, notFound } from '../problem.ts';
import { asSql, queryOne } from './sql.ts';
import { countRetriable, NOTHING_TO_RETRY, rerunFailed } from './start.ts';
import { headOf, noteTask, type TaskHead } from './tasks.ts';
import { sendOrder } from './temporal.ts';

type OrderDeps = Pick<Deps, 'db' | 'temporal' | 'log'>;

export interface OrderRequest {
  kind: string;
  id: string;
  /** Who gives the order, for people to read. */
  by: string;
}

export interface OrderAnswer {
  id: string;
  state: BulkState;
}

/** What the bulk workflow answers to an order. */
type Taken = { state: BulkState };

const hasNotBegun = (task: TaskHead): boolean => task.state === 'draft' || task.state === 'scheduled';

function refuse(task: TaskHead, order: 'paused' | 'resumed' | 'approved' | 'cancelled' | 'changed' | 'retried'): never {
  throw conflict(say(`order.state.${task.state}.${order}`));
}

export async function pauseTask(deps: OrderDeps, { kind, id, by }: OrderRequest): Promise<OrderAnswer> {
  const task = await headOf(deps.db, kind, id);
  if (task.state !== 'running') refuse(task, 'paused');
  const { state } = await sendOrder<Taken>(deps, task.workflowId, BULK_UPDATES.pause, { by });
  return { id, state };
}

export async function resumeTask(deps: OrderDeps, { kind, id, by }: OrderRequest): Promise<OrderAnswer> {
  const task = await headOf(deps.db, kind, id);
  if (task.state !== 'paused') refuse(task, 'resumed');
  const { state } = await sendOrder<Taken>(deps, task.workflowId, BULK_UPDATES.resume, { by });
  return { id, state };
}

/** Lets the others follow the canary. What is approved already stays so, and is answered the same. */
export async function approveTask(deps: OrderDeps, { kind, id, by }: OrderRequest): Promise<OrderAnswer> {
  const task = await headOf(deps.db, kind, id);
  if (task.canaryState === 'approved') return { id, state: task.state };
  if (task.canary === null) throw conflict('This task was ordered without a canary; there is nothing to approve.');
  if (hasNotBegun(task) || isFinalBulkState(task.state)) refuse(task, 'approved');
  const { state } = await sendOrder<Taken>(deps, task.workflowId, BULK_UPDATES.approve, { by });
  return { id, state };
}

/**
 * Cancels what has not begun by the ledger alone. The statement and the workflow's own first one exclude each other by
 * the task's state: whichever comes first decides.
 */
async function cancelBeforeStart(deps: OrderDeps, task: TaskHead, by: string): Promise<boolean> {
  const reason = say('task.cancelled-early', { name: by });
  return deps.db.$transaction(
    async (tx) => {
      const moved = await queryOne<{ n: number; window: number }>(
        tx,
        `WITH task AS (
           UPDATE "BulkTask" SET state = 'cancelled', "stateReason" = $2, "finishedAt" = now()
           WHERE id = $1::uuid AND state IN ('draft', 'scheduled') RETURNING id, "window"
         ), moved AS (
           UPDATE "AccountTask" a SET state = 'cancelled', "stateReason" = $2, "finishedAt" = now(), version = version + 1
           FROM task WHERE a."taskId" = task.id AND a.state = 'pending' RETURNING a.ordinal
         ), tally AS (
           INSERT INTO "TaskTally" AS t ("taskId", slot, key, n)
           SELECT task.id, 0, d.key, d.sign * (SELECT count(*) FROM moved)
           FROM task, (VALUES ('state:cancelled', 1), ('state:pending', -1)) AS d(key, sign)
           ON CONFLICT ("taskId", slot, key) DO UPDATE SET n = t.n + EXCLUDED.n
         )
         SELECT (SELECT count(*) FROM moved)::int AS n, "window" FROM task`,
        task.id,
        reason,
      );
      if (!moved) return false;
      await noteTask(tx, { ...task, state: 'cancelled' }, reason, { cancelled: moved.n, by });
      await tellFinished(asSql(tx), task.id);
      return true;
    },
    { timeout: 60_000 },
  );
}

export async function cancelTask(deps: OrderDeps, { kind, id, by }: OrderRequest): Promise<OrderAnswer> {
  let task = await headOf(deps.db, kind, id);
  if (isFinalBulkState(task.state)) refuse(task, 'cancelled');
  if (hasNotBegun(task)) {
    if (await cancelBeforeStart(deps, task, by)) return { id, state: 'cancelled' };
    task = await headOf(deps.db, kind, id);
    if (isFinalBulkState(task.state)) refuse(task, 'cancelled');
  }
  // The run ends when its account tasks have stopped; until then its state is what it was.
  const { state } = await sendOrder<Taken>(deps, task.workflowId, BULK_UPDATES.cancel, { by });
  return { id, state };
}

export async function setTaskWindow(
  deps: OrderDeps,
  { kind, id, by, window }: OrderRequest & { window: number },
): Promise<OrderAnswer & { window: number }> {
  const task = await headOf(deps.db, kind, id);
  if (isFinalBulkState(task.state)) refuse(task, 'changed');
  if (hasNotBegun(task)) {
    const set = await deps.db.$transaction(async (tx) => {
      const changed = await queryOne<{ state: BulkState }>(
        tx,
        `UPDATE "BulkTask" SET "window" = $2::int WHERE id = $1::uuid AND state IN ('draft', 'scheduled') RETURNING state`,
        id,
        window,
      );
      if (changed) await noteTask(tx, { id, state: changed.state, window }, null, { order: 'window', by });
      return changed;
    });
    // A run that begins now reads the window after it has changed the state, so it reads this one.
    if (set) return { id, state: set.state, window };
  }
  await sendOrder(deps, task.workflowId, BULK_UPDATES.setWindow, { window, by });
  return { id, state: (await headOf(deps.db, kind, id)).state, window };
}

export async function retryFailedOf(
  deps: OrderDeps,
  { kind, id, by, only: given }: OrderRequest & { only: RetryOnly },
): Promise<OrderAnswer & { retried: number }> {
  const only = Object.keys(given).length > 0 ? given : null;
  const task = await headOf(deps.db, kind, id);
  if (hasNotBegun(task)) refuse(task, 'retried');
  if (isFinalBulkState(task.state)) return rerunFailed(deps, task, { only, by });
  if (only && (await countRetriable(deps.db, task.id, only)) === 0) throw conflict(NOTHING_TO_RETRY);
  const { retried } = await sendOrder<{ retried: number }>(
    deps,
    task.workflowId,
    BULK_UPDATES.retryFailed,
    only ?? undefined,
    { by },
  );
  if (retried === 0) throw conflict(NOTHING_TO_RETRY);
  return { id, state: (await headOf(deps.db, kind, id)).state, retried };
}

/** Gives a person's answer to an account task that waits for one: to its entry of the inbox. */
export async function resolveAccountTask(
  deps: OrderDeps & Pick<Deps, 'sealer'>,
  { kind, id, by, accountTaskId, action }: OrderRequest & { accountTaskId: string } & Resolution,
): Promise<{ id: string; action: Resolution['action'] }> {
  const task = await headOf(deps.db, kind, id);
  const found = await deps.db.accountTask.findFirst({
    where: { id: accountTaskId, taskId: task.id },
    select: { state: true },
  });
  if (!found) throw notFound('There is no such account task in this bulk task.');
  if (found.state !== 'parked') throw conflict(say(`order.not-parked.${found.state as AccountTaskState}`));
  const challenge = await deps.db.challenge.findFirst({
    where: { accountTaskId, state: 'open' },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  });
  if (!challenge) throw conflict('The account task has been answered and is about to go on.');
  const answer = { action: action === 'skip' ? 'skip' : 'solved' } as const;
  await answerChallenge(deps, { challengeId: challenge.id, answer, by });
  return { id: accountTaskId, action };
}
