import { createHash } from 'node:crypto';
import type { Client, ScheduleUpdateOptions } from '@temporalio/client';
import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import pLimit from 'p-limit';
import { payloadKeyId } from '../activities/payloads/keys.ts';
import { ORCHESTRATOR_QUEUE } from '../contracts/queues.ts';
import { say } from '../contracts/said.ts';
import {
  firingWorkflowId,
  type Overlap,
  SCHEDULED_WORKFLOW,
  type ScheduledInput,
  type ScheduleSpec,
  temporalScheduleId,
} from '../contracts/schedules.ts';
import type { Deps } from './deps.ts';
import { query } from './door/sql.ts';
import { clientWithin } from './door/temporal.ts';
import type { Payloads } from './payloads/keys.ts';
import { conflict, Problem, unavailable, unprocessable } from './problem.ts';
import { findSchedule, isOver, type NextRuns, type ScheduleRow } from './schedules-store.ts';

type WithTemporal = Pick<Deps, 'temporal' | 'log'>;
export type ScheduleDeps = WithTemporal & Pick<Deps, 'db' | 'payloads'>;

const CALL_MS = 5_000;
const DESCRIBE_MS = 3_000;
const DESCRIBED_AT_ONCE = 10;
/** A run that would be later than this, because Temporal or the API was away, is left out. */
export const CATCH_UP_MS = 3_600_000;
/** gRPC status codes: https://grpc.io/docs/guides/status-codes/ */
const INVALID_ARGUMENT = 3;

const POLICIES: Record<Overlap, ScheduleOverlapPolicy> = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer: ScheduleOverlapPolicy.BUFFER_ONE,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
};

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
] as const;

function temporalSpec(spec: ScheduleSpec, timeZone: string): ScheduleUpdateOptions['spec'] {
  if ('cron' in spec) return { cronExpressions: [spec.cron], timezone: timeZone };
  if ('everyMinutes' in spec) {
    return { intervals: [{ every: spec.everyMinutes * 60_000, offset: (spec.offsetMinutes ?? 0) * 60_000 }] };
  }
  const at = new Date(spec.at);
  const month = MONTHS[at.getUTCMonth()];
  const day = { year: at.getUTCFullYear(), dayOfMonth: at.getUTCDate(), ...(month && { month }) };
  const clock = { hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
  return { calendars: [{ ...day, ...clock }] };
}

/** Raised when what is written below changes, so that every schedule is written anew. */
const SHAPE = 1;

/**
 * Kept in Temporal beside the schedule: tells at a look into Temporal's list whether it is as the row wants it, its input
 * encrypted under the key of now.
 */
export function noteOf(
  { kind, name, spec, timeZone, overlap, paused }: ScheduleRow,
  { encrypt, keys }: Payloads,
): string {
  const wanted = [SHAPE, kind, name, spec, timeZone, overlap, paused];
  const key = encrypt ? [payloadKeyId(keys.get().current)] : [];
  const revision = createHash('sha256').update(JSON.stringify([...wanted, ...key]));
  return `${paused ? 'Paused in Flotilla' : 'Kept by Flotilla'}; revision ${revision.digest('hex').slice(0, 16)}`;
}

function optionsOf(row: ScheduleRow, payloads: Payloads): ScheduleUpdateOptions {
  const input: ScheduledInput = { scheduleId: row.id };
  return {
    spec: temporalSpec(row.spec, row.timeZone),
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_WORKFLOW,
      workflowId: firingWorkflowId(row.id),
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [input],
      memo: { name: row.name, kind: row.kind },
    },
    policies: { overlap: POLICIES[row.overlap], catchupWindow: CATCH_UP_MS, pauseOnFailure: false },
    state: { paused: row.paused, note: noteOf(row, payloads) },
  };
}

/** A single time that passed before Temporal knew of it is made up for; the firing's own time keeps it single. */
function lateRun({ spec, paused, lastRunAt }: ScheduleRow) {
  if (!('at' in spec) || paused) return {};
  const at = Date.parse(spec.at);
  const late = Date.now() - at;
  if (late < 0 || late > CATCH_UP_MS || (lastRunAt && lastRunAt.getTime() >= at - 1_000)) return {};
  const overlap = ScheduleOverlapPolicy.ALLOW_ALL;
  return { backfill: [{ start: new Date(at - 1_000), end: new Date(at + 1_000), overlap }] };
}

async function put(client: Client, row: ScheduleRow, payloads: Payloads): Promise<void> {
  const options = optionsOf(row, payloads);
  const scheduleId = temporalScheduleId(row.id);
  try {
    await client.schedule.create({ ...options, scheduleId, state: { ...options.state, ...lateRun(row) } });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update(() => options);
  }
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(temporalScheduleId(id)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function isRefusal(error: unknown): error is Error {
  if (error instanceof TypeError) return true;
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return isGrpcServiceError(cause) && cause.code === INVALID_ARGUMENT;
}

/**
 * Makes Temporal's schedule what the row says, or removes it where there is no row. May be repeated at any time: the row
 * is read under a lock, so that of two calls the later one has the last word.
 * @throws Problem 422 when Temporal cannot work with the row's values
 */
export async function settleSchedule(deps: ScheduleDeps, id: string): Promise<void> {
  await deps.db.$transaction(
    async (tx) => {
      await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('schedule/' || $1, 0))::text`, id);
      const row = await findSchedule(tx, id);
      const client = await clientWithin(deps, CALL_MS);
      await client
        .withDeadline(Date.now() + CALL_MS, () => (row ? put(client, row, deps.payloads) : remove(client, id)))
        .catch((error: unknown) => {
          throw isRefusal(error) ? unprocessable(say('schedule.refused', { why: `${error.message}.` })) : error;
        });
    },
    { timeout: 4 * CALL_MS, maxWait: 2 * CALL_MS },
  );
}

/** Settles now if it can be done now; otherwise the sweep does it. */
export async function settleSoon(deps: ScheduleDeps, id: string): Promise<void> {
  try {
    await settleSchedule(deps, id);
  } catch (error) {
    if (error instanceof Problem) throw error;
    deps.log.warn({ err: error, scheduleId: id }, 'a schedule could not be handed to Temporal now and is tried again');
  }
}

const NOT_REACHED = 'Temporal cannot be reached, so the next run is not known.';
const NOT_THERE = 'It has not reached Temporal yet; this is tried again every few seconds.';

/** The next times of each row, as Temporal reckons them. */
export async function nextRunsOf(deps: WithTemporal, rows: readonly ScheduleRow[]): Promise<NextRuns[]> {
  const asked = rows.map((row) => !row.paused && !isOver(row));
  const client = asked.some(Boolean) ? await clientWithin(deps, DESCRIBE_MS).catch(() => undefined) : undefined;
  const limit = pLimit(DESCRIBED_AT_ONCE);
  const ask = async (row: ScheduleRow): Promise<NextRuns> => {
    if (row.paused) return { times: [], reason: 'The schedule is paused.' };
    if (isOver(row)) return { times: [], reason: 'Its time has passed.' };
    if (!client) return { times: [], reason: NOT_REACHED };
    try {
      const { info } = await client.schedule.getHandle(temporalScheduleId(row.id)).describe();
      return { times: info.nextActionTimes, reason: 'There is no further time that fits.' };
    } catch (error) {
      return { times: [], reason: error instanceof ScheduleNotFoundError ? NOT_THERE : NOT_REACHED };
    }
  };
  const all = () => Promise.all(rows.map((row) => limit(() => ask(row))));
  return client ? client.withDeadline(Date.now() + DESCRIBE_MS, all) : all();
}

/**
 * Fires a schedule now, under its own overlap policy.
 * @throws Problem 409 when the policy would skip it, 503 when Temporal cannot be reached
 */
export async function fireNow(deps: ScheduleDeps, row: ScheduleRow): Promise<void> {
  const unreachable = () => unavailable('Temporal cannot be reached; nothing was started.');
  const client = await clientWithin(deps, CALL_MS).catch(() => undefined);
  if (!client) throw unreachable();
  const handle = client.schedule.getHandle(temporalScheduleId(row.id));
  const fire = async () => {
    const { info } = await handle.describe();
    if (row.overlap === 'skip' && info.runningActions.length > 0) {
      throw conflict(
        'The last run has not ended, and this schedule skips a run that would overlap. Wait for it, cancel its task, or change the overlap.',
      );
    }
    await handle.trigger(POLICIES[row.overlap]);
  };
  try {
    await client.withDeadline(Date.now() + CALL_MS, fire).catch(async (error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      await settleSchedule(deps, row.id);
      await client.withDeadline(Date.now() + CALL_MS, fire);
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw isGrpcServiceError(cause) ? unreachable() : error;
  }
}
