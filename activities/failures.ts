import { CompleteAsyncError, Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ERROR_POLICIES, TaskError } from '../contracts/errors.ts';

/**
 * Turns what an activity throws into the failure that workflows read: a `TaskError` becomes an `ApplicationFailure` of
 * its type, with the table's word on retries. Anything else stays a plain failure, which the activity's policy retries.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof TaskError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.type,
    nonRetryable: !ERROR_POLICIES[error.type].retryable,
    details: [error.details],
    ...(error.details.retryAfterMs === undefined ? {} : { nextRetryDelay: error.details.retryAfterMs }),
  });
}

const HANDED_OVER = 'The worker was stopped in the middle of the step; another one takes it up.';

/** Whether the activity was called off because its worker is going away, and not because its workflow wants no more. */
function isHandedOver(): boolean {
  try {
    const details = Context.current().cancellationDetails;
    return details?.workerShutdown === true && !details.cancelRequested;
  } catch {
    // Not in an activity: a test calls the function itself.
    return false;
  }
}

const isCalledOff = (error: unknown) =>
  error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError');

type Activities = { [name: string]: (...args: never[]) => Promise<unknown> };

/**
 * The same activities with every error turned by {@link toFailure}. What was broken off by a worker's shutdown fails
 * rather than counts as cancelled: the server refuses a cancellation that no workflow asked for, and the step would stay
 * open until its heartbeat ran out.
 */
export function withFailures<T extends object>(activities: T): T {
  const wrapped = Object.entries(activities as Activities).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        if (isCalledOff(error) && isHandedOver()) throw toFailure(new TaskError('Unavailable', HANDED_OVER));
        if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error;
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
