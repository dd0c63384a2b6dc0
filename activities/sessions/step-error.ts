import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import { networkError } from '../platforms/page-steps.ts';
import { cleanMessage } from './secrets.ts';

export interface StepCircumstances {
  /** The step's signal: when it was aborted, its reason is the error. */
  aborted: AbortSignal;
  /** Whether a post may have been sent in this step. */
  submitted: boolean;
}

function typed(error: unknown, secrets: readonly string[]): TaskError {
  if (error instanceof TaskError) return new TaskError(error.type, cleanMessage(error, secrets), error.details);
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('net::')) return networkError(text);
  if (/socks5 proxy authentication/i.test(text)) {
    return new TaskError('ProxyFailed', 'Chromium cannot log in to a SOCKS proxy; use an HTTP proxy instead.');
  }
  return new TaskError('Unavailable', cleanMessage(error, secrets));
}

/**
 * What a failed step is reported as: a `TaskError` without secrets and without a cause (causes are written to
 * histories), or the reason of the abort. What may have been submitted stays `OutcomeUnknown`, whatever broke after it.
 */
export function toStepError(
  error: unknown,
  secrets: readonly string[],
  circumstances?: StepCircumstances,
): TaskError | Error {
  const clean = typed(error, secrets);
  if (circumstances?.submitted) {
    if (clean.type === 'OutcomeUnknown') return clean;
    return new TaskError('OutcomeUnknown', say('sent.broke-off', { why: clean.message }));
  }
  if (!circumstances?.aborted.aborted || clean.type === 'OutcomeUnknown') return clean;
  const { reason } = circumstances.aborted;
  return reason instanceof Error ? reason : new Error('The step was stopped.');
}
