import { say } from '../../contracts/said.ts';
import type { BulkState } from '../../contracts/states.ts';
import type { AnyKind } from '../../kinds/define.ts';
import { findKind } from '../../kinds/index.ts';
import { notFound } from '../problem.ts';
import { type Db, queryOne } from './sql.ts';
import type { StartableTask } from './temporal.ts';
import { addEvent } from './timeline.ts';

export interface TaskHead extends StartableTask {
  state: BulkState;
  stateReason: string | null;
  window: number;
  canary: number | null;
  canaryState: string | null;
  startAt: Date | null;
  startRequestedAt: Date | null;
}

export const HEAD_COLUMNS =
  'id, kind, name, state, "stateReason", "window", canary, "canaryState", "workflowId", "startAt", "startRequestedAt", "startedAt"';

/** @throws Problem 404 for a name that no kind has */
export function kindOf(name: string): AnyKind {
  const kind = findKind(name);
  if (!kind) throw notFound(say('none.kind', { name }));
  return kind;
}

/** @throws Problem 404 when there is no such task of the kind */
export async function headOf(db: Db, kind: string, id: string): Promise<TaskHead> {
  kindOf(kind);
  const task = await queryOne<TaskHead>(
    db,
    `SELECT ${HEAD_COLUMNS} FROM "BulkTask" WHERE id = $1::uuid AND kind = $2`,
    id,
    kind,
  );
  if (!task) throw notFound(say('none.task', { kind, id }));
  return task;
}

/** One entry of the task's timeline, as the workflow's own changes of state write it. */
export async function noteTask(
  db: Db,
  task: { id: string; state: string; window: number },
  reason: string | null,
  more: Record<string, unknown> = {},
): Promise<void> {
  await addEvent(db, {
    taskId: task.id,
    accountTaskId: null,
    type: 'bulk-task',
    data: { state: task.state, reason, window: task.window, ...more },
  });
}
