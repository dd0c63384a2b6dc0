import { CompleteAsyncError } from '@temporalio/activity';
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

type Activities = { [name: string]: (...args: never[]) => Promise<unknown> };

/** The same activities with every error turned by {@link toFailure}. */
export function withFailures<T extends object>(activities: T): T {
  const wrapped = Object.entries(activities as Activities).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error;
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
