import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Pool } from 'pg';
import { bulkWorkflowId } from '../contracts/bulk.ts';
import { TaskError } from '../contracts/errors.ts';
import type { ScheduledActivities } from '../contracts/schedules.ts';
import { runScheduleAnswerSchema } from '../contracts/schedules.ts';
import type { BulkState } from '../contracts/states.ts';
import { isFinalBulkState } from '../contracts/states.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import { LinkRefused } from './link.ts';
import { row, statement } from './sql.ts';

const STATE = statement('scheduled_task_state', `SELECT state FROM "BulkTask" WHERE id = $1`);

export interface ScheduledDependencies {
  pool: Pool;
  client: Client;
  link: Pick<HostLink, 'call'>;
}

/** The firings of schedules: the order goes through the API's door like everybody's, its end is read off the ledger. */
export function createScheduledActivities({ pool, client, link }: ScheduledDependencies): ScheduledActivities {
  /** A run that was ended from outside leaves its task open in the ledger; nobody must wait for it. */
  async function runIsOver(taskId: string): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(bulkWorkflowId(taskId)).describe();
      return status.name !== 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return true;
      throw error;
    }
  }

  return {
    runSchedule: ({ scheduleId, firedAt }) =>
      beating(async () => {
        try {
          const path = `/api/worker/schedules/${scheduleId}/run`;
          return await link.call('POST', path, { firedAt }, runScheduleAnswerSchema);
        } catch (error) {
          // A worker token that is refused is mended by an operator; the firing then goes on.
          if (error instanceof LinkRefused && error.status !== 401 && error.status !== 403) {
            throw new TaskError('InvalidInput', error.message);
          }
          throw error;
        }
      }),

    async taskEnd({ taskId }) {
      const task = await row<{ state: BulkState }>(pool, STATE, [taskId]);
      if (!task) return { state: 'deleted' };
      if (isFinalBulkState(task.state)) return { state: task.state };
      const begun = task.state === 'running' || task.state === 'paused';
      if (begun && (await runIsOver(taskId))) {
        const again = await row<{ state: BulkState }>(pool, STATE, [taskId]);
        return { state: again && isFinalBulkState(again.state) ? again.state : 'ended from outside' };
      }
      throw ApplicationFailure.create({
        type: 'StillRunning',
        message: `The bulk task ${taskId} has not ended yet; it is ${task.state}.`,
        category: ApplicationFailureCategory.BENIGN,
      });
    },
  };
}
