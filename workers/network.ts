import { Worker } from '@temporalio/worker';
import { withFailures } from '../activities/failures.ts';
import { TaskError } from '../contracts/errors.ts';
import type { SessionActivities } from '../contracts/orchestration.ts';
import type { Role, RoleParts } from './role.ts';

const QUEUE = 'network';
const SLOTS = 50;

/** Accounts over APIs. Which platforms these are is their profiles' word; one without a driver here is refused. */
export async function network({ env, connection }: RoleParts): Promise<Role> {
  const activities: SessionActivities = withFailures<SessionActivities>({
    openSession: ({ platform }) =>
      Promise.reject(new TaskError('InvalidInput', `There is no API driver for the platform "${platform}".`)),
  });
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: QUEUE,
    activities,
    maxConcurrentActivityTaskExecutions: SLOTS,
    shutdownGraceTime: '10 seconds',
  });
  return {
    workers: [worker],
    taskQueues: [QUEUE],
    slots: SLOTS,
    measure: () => ({ activities: worker.getStatus().numInFlightActivities }),
    close: async () => undefined,
  };
}
