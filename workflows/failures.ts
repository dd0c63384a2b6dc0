import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { ErrorType, TaskErrorDetails } from '../contracts/errors.ts';
import { isErrorType } from '../contracts/errors.ts';

/** What a failed step means, read off Temporal's failure. */
export type StepFailure =
  | { is: 'cancelled' }
  /** No worker took it: certainly nothing was done. */
  | { is: 'not-started' }
  /** It was under way when its worker fell silent. */
  | { is: 'silent' }
  | { is: 'error'; type: ErrorType; message: string; details: TaskErrorDetails };

export function readFailure(error: unknown): StepFailure {
  if (isCancellation(error)) return { is: 'cancelled' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    return cause.timeoutType === 'SCHEDULE_TO_START' ? { is: 'not-started' } : { is: 'silent' };
  }
  if (cause instanceof ApplicationFailure) {
    const details = (cause.details?.[0] ?? {}) as TaskErrorDetails;
    const type = isErrorType(cause.type) ? cause.type : 'Unavailable';
    return { is: 'error', type, message: cause.message, details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { is: 'error', type: 'Unavailable', message, details: {} };
}

/** An error of the table, thrown inside a workflow. */
export function stepError(type: ErrorType, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [{}] });
}
