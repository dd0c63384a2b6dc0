import { SCHEDULE_PREFIX } from '../contracts/schedules.ts';
import { query, queryOne } from './door/sql.ts';
import { clientWithin } from './door/temporal.ts';
import { Problem } from './problem.ts';
import { allSchedules, type ScheduleRow } from './schedules-store.ts';
import { CATCH_UP_MS, noteOf, type ScheduleDeps, settleSchedule } from './schedules-temporal.ts';

const LIST_MS = 30_000;
const MAX_FAILURES = 3;
const MISSED = 'Its time passed while Temporal could not be reached. Give it another time.';

/** Temporal forgets a schedule some time after its last run. */
const mayBeGone = ({ spec }: ScheduleRow): boolean => 'at' in spec && Date.parse(spec.at) < Date.now() - CATCH_UP_MS;

async function noteRefusal(deps: ScheduleDeps, id: string, reason: string): Promise<void> {
  const text = `UPDATE "Schedule" SET "lastError" = $2 WHERE id = $1::uuid AND "lastError" IS DISTINCT FROM $2`;
  await query(deps.db, text, id, reason);
}

/**
 * Brings Temporal's schedules in line with the rows: what a crash or an absence of Temporal left missing, different or
 * behind. Without any row nothing is asked; a schedule that was left behind is then removed when it fires.
 * @returns how many it set right
 */
export async function sweepSchedules(deps: ScheduleDeps): Promise<number> {
  if (!(await queryOne(deps.db, 'SELECT 1 AS one FROM "Schedule" LIMIT 1'))) return 0;
  const client = await clientWithin(deps, LIST_MS);
  const notes = await client.withDeadline(Date.now() + LIST_MS, async () => {
    const found = new Map<string, string | undefined>();
    for await (const { scheduleId, state } of client.schedule.list({ pageSize: 1_000 })) {
      if (scheduleId.startsWith(SCHEDULE_PREFIX)) found.set(scheduleId.slice(SCHEDULE_PREFIX.length), state.note);
    }
    return found;
  });
  // Read after the list: a row is there before its schedule, so one without a row has lost it.
  const rows = await allSchedules(deps.db);
  const known = new Set(rows.map(({ id }) => id));
  const wrong = [
    ...rows.filter((row) => notes.get(row.id) !== noteOf(row, deps.payloads) && !mayBeGone(row)).map(({ id }) => id),
    ...[...notes.keys()].filter((id) => !known.has(id)),
  ];
  for (const row of rows) {
    if (mayBeGone(row) && !notes.has(row.id) && !row.paused && !row.lastRunAt) await noteRefusal(deps, row.id, MISSED);
  }
  let settled = 0;
  let failures = 0;
  for (const id of wrong) {
    try {
      await settleSchedule(deps, id);
      settled += 1;
    } catch (error) {
      if (error instanceof Problem) await noteRefusal(deps, id, error.message);
      else {
        deps.log.warn({ err: error, scheduleId: id }, 'a schedule could not be brought in line and is tried again');
        failures += 1;
        if (failures >= MAX_FAILURES) break;
      }
    }
  }
  return settled;
}
