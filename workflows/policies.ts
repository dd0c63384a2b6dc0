import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ErrorType } from '../contracts/errors.ts';
import { ERROR_POLICIES, ERROR_TYPES } from '../contracts/errors.ts';
import type {
  HostActivities,
  MediaActivities,
  NetworkActivities,
  OrchestratorActivities,
  ServerActivities,
  SessionActivities,
} from '../contracts/orchestration.ts';
import type { StepActivities } from '../contracts/steps.ts';

/** Activity options by risk. */
const neverRetried: ErrorType[] = ERROR_TYPES.filter((type) => !ERROR_POLICIES[type].retryable);

/** Throttling and challenges are answered by the workflow, which gives the slot back while it waits. */
const answeredByWorkflow: ErrorType[] = [...neverRetried, 'Throttled', 'SessionExpired'];

/** Ledger: short statements that must get through, however long Postgres is away. */
export const ledger = proxyLocalActivities<OrchestratorActivities>({
  startToCloseTimeout: '30 seconds',
  localRetryThreshold: '30 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    nonRetryableErrorTypes: neverRetried,
  },
});

/**
 * The ledger, for a bulk task: ordinary activities, because a local one that outlasts its workflow task is put in another
 * order against signals when the history is replayed, and a bulk task gets many. It asks seldom, so the events cost little.
 */
export const hall = proxyActivities<OrchestratorActivities>({
  startToCloseTimeout: '1 minute',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    nonRetryableErrorTypes: neverRetried,
  },
});

/** Orders to the Temporal server about many workflows: resumable, so retried without end. */
export const server = proxyActivities<ServerActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Read: opening a session waits for a free browser; when nobody takes it for long, the account's lease is renewed. */
export function sessionsOn(taskQueue: string) {
  return proxyActivities<SessionActivities>({
    taskQueue,
    scheduleToStartTimeout: '10 minutes',
    startToCloseTimeout: '3 minutes',
    heartbeatTimeout: '20 seconds',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: '2 seconds',
      maximumInterval: '20 seconds',
      maximumAttempts: 3,
      nonRetryableErrorTypes: answeredByWorkflow,
    },
  });
}

/** Read on the host that holds the session. */
export function readsOn(taskQueue: string) {
  return proxyActivities<Pick<HostActivities, 'findPost' | 'closeSession'>>({
    taskQueue,
    scheduleToStartTimeout: '30 seconds',
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '20 seconds',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { initialInterval: '1 second', maximumAttempts: 2, nonRetryableErrorTypes: answeredByWorkflow },
  });
}

/** Effect: one try. What became of it is asked of the platform, never guessed. */
export function effectsOn(taskQueue: string) {
  return proxyActivities<Pick<HostActivities, 'submitPost'>>({
    taskQueue,
    scheduleToStartTimeout: '30 seconds',
    startToCloseTimeout: '20 minutes',
    heartbeatTimeout: '20 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}

/** Steps that bring about a state: one try each, because the workflow fences a silent host before it tries again. */
export function stepsOn(taskQueue: string) {
  return proxyActivities<StepActivities>({
    taskQueue,
    scheduleToStartTimeout: '30 seconds',
    startToCloseTimeout: '2 hours',
    heartbeatTimeout: '20 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}

/** Network: checks that change nothing. */
export const network = proxyActivities<NetworkActivities>({
  taskQueue: 'network',
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: {
    initialInterval: '1 second',
    maximumInterval: '30 seconds',
    maximumAttempts: 3,
    nonRetryableErrorTypes: neverRetried,
  },
});

/** Render: long, heartbeats ffmpeg's progress, free to repeat because its output is named by content. */
export const media = proxyActivities<MediaActivities>({
  taskQueue: 'media',
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '1 minute',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: {
    initialInterval: '2 seconds',
    maximumInterval: '1 minute',
    maximumAttempts: 5,
    nonRetryableErrorTypes: neverRetried,
  },
});
