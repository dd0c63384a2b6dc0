import { defineSearchAttributeKey } from '@temporalio/common';
import { ActivityCancellationType, ApplicationFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduledActivities, ScheduledInput, ScheduledOutcome } from '../contracts/schedules.ts';

/** Set by the server on every workflow that a schedule starts: the time that the firing stands for. */
const FIRED_AT = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** The door checks every account of the order, which takes minutes for very many of them. */
const { runSchedule } = proxyActivities<ScheduledActivities>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', nonRetryableErrorTypes: ['InvalidInput'] },
});

/**
 * Retries are how it waits: the server keeps their timers, so that waiting for weeks costs neither history nor a slot.
 */
const { taskEnd } = proxyActivities<ScheduledActivities>({
  startToCloseTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '30 seconds' },
});

/**
 * One firing of a schedule: has the bulk task made and started, then waits until it has ended, because the schedule's
 * overlap policy goes by this workflow. Cancelling it leaves the bulk task alone.
 */
export async function scheduledBulkTask({ scheduleId }: ScheduledInput): Promise<ScheduledOutcome> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const firedAt = (typedSearchAttributes.get(FIRED_AT) ?? startTime).toISOString();
  const answer = await runSchedule({ scheduleId, firedAt });
  if (answer.status === 'dropped') return answer;
  if (answer.status === 'refused') {
    throw ApplicationFailure.create({ type: 'InvalidInput', message: answer.reason, nonRetryable: true });
  }
  const { state } = await taskEnd({ taskId: answer.taskId });
  return { status: 'ran', taskId: answer.taskId, state };
}
