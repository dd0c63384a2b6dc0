import { XRPCError } from '@atproto/api';
import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { StepOptions } from '../driver.ts';

/** What the server calls an error of its own, and what it means here (names of the lexicons and of the server). */
const BLOCKED = /^(Account|Repo)(Takedown|Takendown|Suspended|Deactivated)$/;
const EXPIRED = /^(ExpiredToken|InvalidToken|AuthMissing|AuthenticationRequired|BadAuthScope)$/;
const BLOB = /^(BlobTooLarge|PayloadTooLarge|InvalidMimeType)$/;

/**
 * How long the server asked to wait, milliseconds: `Retry-After` (RFC 9110, section 10.2.3), else the server's own
 * `RateLimit-Reset`, seconds since the epoch.
 */
function waitOf(headers: XRPCError['headers'], now = Date.now()): { retryAfterMs?: number } {
  const after = headers?.['retry-after'];
  const reset = headers?.['ratelimit-reset'];
  const afterMs = after === undefined ? Number.NaN : Number(after) * 1_000;
  const ms = Number.isFinite(afterMs) ? afterMs : after ? Date.parse(after) - now : Number(reset) * 1_000 - now;
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {};
}

function throttled(headers: XRPCError['headers']): TaskError {
  const wait = waitOf(headers);
  return new TaskError(
    'Throttled',
    wait.retryAfterMs === undefined
      ? 'The platform asked to slow down.'
      : say('platform.wait', { count: Math.ceil(wait.retryAfterMs / 1_000) }),
    wait,
  );
}

/** The error of the table that lies at the bottom of a client's error; null when there is none. */
function taskErrorIn(error: unknown): TaskError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof TaskError) return at;
  }
  return null;
}

/** What an answer of the server means. Its own words are told; they name fields and limits, never what was sent. */
function answered({ status, error, message, headers }: XRPCError): TaskError {
  if (status === 429 || error === 'RateLimitExceeded') return throttled(headers);
  if (BLOCKED.test(error)) {
    return new TaskError('AccountBlocked', 'The platform says: this account is suspended or deactivated.');
  }
  if (status === 401 || EXPIRED.test(error)) {
    return new TaskError('SessionExpired', 'The platform asks to log in again.');
  }
  if (status === 413 || BLOB.test(error)) {
    return new TaskError('MediaRejected', say('platform.refused-file', { why: message }));
  }
  // 1 and 2 are the client's own numbers for "no answer" and "an answer that makes no sense".
  if (status >= 500 || status < 400) {
    return new TaskError('Unavailable', 'The platform answered with an error, or not at all.');
  }
  return new TaskError('InvalidInput', say('platform.refused', { why: message }));
}

export function toTaskError(error: unknown): TaskError {
  const inside = taskErrorIn(error);
  if (inside) return inside;
  if (error instanceof XRPCError) return answered(error);
  return new TaskError(
    'Unavailable',
    say('platform.not-worked', { code: error instanceof Error ? error.name : 'error' }),
  );
}

/** Whether the server refused with this name of an error. */
export function isRefusal(error: unknown, name: string): boolean {
  return error instanceof XRPCError && error.error === name;
}

/** Whether it is the server's answer, and not the want of one. */
export function isAnswer(error: unknown): error is XRPCError {
  return taskErrorIn(error) === null && error instanceof XRPCError && error.status >= 400;
}

/** Whether the server has answered and said no: then nothing was stored. */
export function isCertainRefusal(error: unknown): boolean {
  return isAnswer(error) && error.status < 500;
}

/**
 * Runs one step of the driver.
 * @throws the signal's reason when aborted, unless the step itself tells what the abort left behind (a `TaskError`
 *   `OutcomeUnknown`); else a `TaskError`
 */
export async function runStep<T>({ signal }: StepOptions, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && !(error instanceof TaskError && error.type === 'OutcomeUnknown')) throw signal.reason;
    throw toTaskError(error);
  }
}
