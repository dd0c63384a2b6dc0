import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { z } from 'zod';
import { ORCHESTRATOR_QUEUE } from '../contracts/queues.ts';
import {
  RETENTION_SCHEDULE,
  RETENTION_WORKFLOW,
  retentionBatchSchema,
  retentionCountsSchema,
  retentionPartSchema,
  retentionRunSchema,
} from '../contracts/retention.ts';
import { retentionSchema } from '../contracts/settings.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { clientWithin } from './door/temporal.ts';
import { unavailable } from './problem.ts';
import { retainBatch, retentionOf } from './retention-parts.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const CALL_MS = 5_000;
/** Key of the setting that holds the last run. */
export const LAST_RUN = 'retention.lastRun';

/** Makes Temporal's schedule of the retention, or brings it up to date: every hour, never two at once. */
export async function ensureRetentionSchedule(deps: Pick<Deps, 'temporal' | 'log'>): Promise<void> {
  const client = await clientWithin(deps, CALL_MS);
  const options = {
    spec: { intervals: [{ every: '1 hour' as const, offset: '7 minutes' as const }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: RETENTION_WORKFLOW,
      workflowId: RETENTION_WORKFLOW,
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 3_600_000, pauseOnFailure: false },
  };
  await client.withDeadline(Date.now() + CALL_MS, async () => {
    try {
      await client.schedule.create({ ...options, scheduleId: RETENTION_SCHEDULE });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      // What somebody paused in Temporal Web stays paused.
      await client.schedule.getHandle(RETENTION_SCHEDULE).update(({ state }) => ({ ...options, state }));
    }
  });
}

const stateSchema = z.object({
  settings: retentionSchema.meta({ description: 'Days that each is kept; null for good' }),
  lastRun: retentionRunSchema.nullable(),
});

export const retentionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/system/retention',
    operationId: 'getRetention',
    summary: 'How long things are kept, and what the last clearing removed',
    tags: ['System'],
    access: 'viewer',
    responses: { 200: { description: 'Settings and the last run', schema: stateSchema } },
    async handler({ deps }) {
      const row = await queryOne<{ value: unknown }>(deps.db, 'SELECT value FROM "Setting" WHERE key = $1', LAST_RUN);
      const lastRun = retentionRunSchema.safeParse(row?.value);
      return { status: 200, body: { settings: await retentionOf(deps.db), lastRun: lastRun.data ?? null } };
    },
  }),
  route({
    method: 'post',
    path: '/api/system/retention/run',
    operationId: 'runRetention',
    summary: 'Clear now what has been kept long enough',
    description: 'Starts the schedule’s run now, unless one is under way. See `lastRun` for what it removed.',
    tags: ['System'],
    access: 'admin',
    responses: {
      202: { description: 'Handed to Temporal', schema: z.object({ started: z.literal(true) }) },
      503: { description: 'Temporal cannot be reached' },
    },
    async handler({ deps }) {
      try {
        const client = await clientWithin(deps, CALL_MS);
        const fire = () => client.schedule.getHandle(RETENTION_SCHEDULE).trigger(ScheduleOverlapPolicy.SKIP);
        await client.withDeadline(Date.now() + CALL_MS, fire).catch(async (error: unknown) => {
          if (!(error instanceof ScheduleNotFoundError)) throw error;
          await ensureRetentionSchedule(deps);
          await client.withDeadline(Date.now() + CALL_MS, fire);
        });
      } catch (error) {
        deps.log.warn({ err: error }, 'the retention could not be started');
        throw unavailable('Temporal cannot be reached; nothing was started.');
      }
      return { status: 202, body: { started: true } };
    },
  }),
  route({
    method: 'post',
    path: '/api/worker/retention',
    operationId: 'retainBatch',
    summary: 'Remove one batch of what is over',
    tags: ['Workers'],
    access: 'worker',
    body: z.object({ part: retentionPartSchema }),
    responses: { 200: { description: 'What was removed', schema: retentionBatchSchema } },
    async handler({ deps, body }) {
      return { status: 200, body: await retainBatch(deps, body.part) };
    },
  }),
  route({
    method: 'put',
    path: '/api/worker/retention',
    operationId: 'noteRetention',
    summary: 'Note what a run has removed',
    tags: ['Workers'],
    access: 'worker',
    body: z.object({ counts: retentionCountsSchema }),
    responses: { 200: { description: 'Noted', schema: z.object({ noted: z.literal(true) }) } },
    async handler({ deps, body }) {
      const run = { at: new Date().toISOString(), counts: body.counts };
      await query(
        deps.db,
        `INSERT INTO "Setting" (key, value) VALUES ($1, $2::jsonb)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`,
        LAST_RUN,
        JSON.stringify(run),
      );
      return { status: 200, body: { noted: true } };
    },
  }),
];
