import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Deps } from './deps.ts';
import { remembered } from './remembered.ts';
import { pageOfSchedules } from './schedules-store.ts';
import { nextRunsOf } from './schedules-temporal.ts';

export const nextRunsSchema = z
  .array(z.object({ scheduleId: z.uuid(), name: z.string(), kind: z.string(), at: z.iso.datetime() }))
  .nullable()
  .meta({
    description: 'The next five runs of schedules; null while Temporal, which keeps their clock, does not answer',
  });
type NextRuns = z.input<typeof nextRunsSchema>;

/** The newest schedules that are looked at. */
const LOOKED_AT = 100;
const SHOWN = 5;
const KEPT_MS = 30_000;
/** An overview does not wait any longer for Temporal; what comes later is shown the next time. */
const PATIENCE_MS = 1_000;

const readRuns = remembered({ ms: KEPT_MS }, async (deps: Deps): Promise<NextRuns> => {
  const rows = (await pageOfSchedules(deps.db, undefined, LOOKED_AT)).filter((row) => !row.paused);
  const runs = await nextRunsOf(deps, rows);
  if (rows.length > 0 && runs.every(({ times }) => times.length === 0)) {
    if (runs.some(({ reason }) => reason?.startsWith('Temporal cannot be reached'))) return null;
  }
  return rows
    .flatMap(({ id, name, kind }, place) =>
      (runs[place]?.times ?? []).slice(0, SHOWN).map((at) => ({ scheduleId: id, name, kind, at: at.toISOString() })),
    )
    .sort((one, other) => (one.at < other.at ? -1 : 1))
    .slice(0, SHOWN);
});

/** The next runs of all schedules, the soonest first. */
export function nextScheduledRuns(deps: Deps): Promise<NextRuns> {
  return Promise.race([readRuns(deps).catch(() => null), sleep(PATIENCE_MS, null, { ref: false })]).then((runs) =>
    // They are kept for half a minute, in which one of them may have come.
    runs === null ? null : runs.filter(({ at }) => Date.parse(at) > Date.now()),
  );
}
