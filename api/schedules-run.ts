import { DateTime } from 'luxon';
import { say } from '../contracts/said.ts';
import { type RunScheduleAnswer, runScheduleAnswerSchema, runScheduleRequestSchema } from '../contracts/schedules.ts';
import { findKind } from '../kinds/index.ts';
import type { Deps } from './deps.ts';
import { createBulkTask } from './door/create.ts';
import { orderSchema } from './door/schemas.ts';
import { queryOne } from './door/sql.ts';
import { startTask } from './door/start.ts';
import { fieldErrors } from './field-errors.ts';
import { Problem, unprocessable } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { findSchedule, type ScheduleRow } from './schedules-store.ts';
import { settleSoon } from './schedules-temporal.ts';

/** The blank keeps it apart from every key that a request can carry. */
const firingKey = (id: string, firedAt: string): string => `schedule ${id} ${firedAt}`;
const SHOWN_REASONS = 3;

const taskOfKey = (deps: Deps, key: string) =>
  queryOne<{ id: string; kind: string }>(deps.db, 'SELECT id, kind FROM "BulkTask" WHERE "idempotencyKey" = $1', key);

function nameOf(given: string | undefined, row: ScheduleRow, firedAt: string): string {
  const local = DateTime.fromISO(firedAt, { zone: row.timeZone }).toFormat('yyyy-MM-dd HH:mm');
  return `${(given ?? row.name).slice(0, 180)}, ${local}`;
}

/** @throws Problem 422 when the order cannot be carried out as things stand */
async function makeTask(deps: Deps, row: ScheduleRow, firedAt: string): Promise<{ id: string; kind: string }> {
  const kind = findKind(row.kind);
  if (!kind) throw unprocessable(say('none.kind-now', { name: row.kind }));
  const { order: given } = await deps.db.schedule.findUniqueOrThrow({ where: { id: row.id }, select: { order: true } });
  const parsed = orderSchema(kind).safeParse(given);
  if (!parsed.success) {
    throw unprocessable('The order is not one that this kind takes any more.', fieldErrors(parsed.error));
  }
  // With a time to start at, the order is committed in the same transaction that writes the task.
  const order = { ...parsed.data, name: nameOf(parsed.data.name, row, firedAt), startAt: firedAt };
  return createBulkTask(deps, {
    kind,
    order,
    idempotencyKey: firingKey(row.id, firedAt),
    actor: row.createdById ?? `schedule:${row.id}`,
    scheduleId: row.id,
  });
}

/** A problem as one line for people. */
function reasonOf({ message, errors }: Problem): string {
  return [message, ...errors.slice(0, SHOWN_REASONS).map((error) => error.message)].join(' ');
}

async function noteRun(deps: Deps, id: string, firedAt: string, last: { taskId: string } | { error: string }) {
  const at = new Date(firedAt);
  await deps.db.schedule.updateMany({
    where: { id, OR: [{ lastRunAt: null }, { lastRunAt: { lte: at } }] },
    data: {
      lastRunAt: at,
      lastTaskId: 'taskId' in last ? last.taskId : null,
      lastError: 'error' in last ? last.error : null,
    },
  });
}

async function start(deps: Deps, task: { id: string; kind: string }): Promise<void> {
  try {
    await startTask(deps, { ...task, by: null });
  } catch (error) {
    // The sweeper was quicker, or a person has cancelled it.
    if (!(error instanceof Problem) || error.status !== 409) throw error;
  }
}

/** What a firing does: one bulk task through the door, whatever happens twice. */
async function runSchedule(deps: Deps, id: string, firedAt: string): Promise<RunScheduleAnswer> {
  const key = firingKey(id, firedAt);
  let task = await taskOfKey(deps, key);
  if (!task) {
    const row = await findSchedule(deps.db, id);
    if (!row) {
      await settleSoon(deps, id);
      return { status: 'dropped', reason: 'The schedule has been deleted.' };
    }
    if (row.paused) return { status: 'dropped', reason: 'The schedule is paused.' };
    try {
      task = await makeTask(deps, row, firedAt);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The same firing was carried out meanwhile, by the order as it was then.
      task = await taskOfKey(deps, key);
      if (!task) {
        const reason = reasonOf(error);
        await noteRun(deps, id, firedAt, { error: reason });
        return { status: 'refused', reason };
      }
    }
  }
  await start(deps, task);
  await noteRun(deps, id, firedAt, { taskId: task.id });
  return { status: 'started', taskId: task.id };
}

export const scheduleWorkerRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/worker/schedules/{id}/run',
    operationId: 'runSchedule',
    summary: 'The time of a schedule has come: make and start its bulk task',
    description: 'The accounts are selected anew. The same `firedAt` again gives the same task.',
    tags: ['Worker link'],
    access: 'worker',
    params: idParams,
    body: runScheduleRequestSchema,
    responses: { 200: { description: 'What became of it', schema: runScheduleAnswerSchema } },
    handler: async ({ params, body, deps }) => ({
      status: 200,
      body: await runSchedule(deps, params.id, body.firedAt),
    }),
  }),
];
