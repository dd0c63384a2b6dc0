import { type MessageType, TEST_EVENT } from '../../contracts/webhooks.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between attempts, milliseconds, as the Standard Webhooks specification proposes: eight attempts in 28 hours. */
const WAITS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR] as const;
export const MOST_ATTEMPTS = WAITS_MS.length + 1;
/** Receivers that failed together are not asked together again. */
const JITTER = 0.2;
const LONGEST_WAIT_MS = 24 * HOUR;

/** A test is for a person who looks at it now. */
export const attemptsOf = (type: MessageType): number => (type === TEST_EVENT ? 1 : MOST_ATTEMPTS);

/**
 * How long to wait after `attempts` attempts that failed, milliseconds.
 * @param retryAfterMs what the receiver asked for; a longer wait than ours is kept to, up to a day
 * @param random from 0 to 1
 */
export function waitAfter(attempts: number, retryAfterMs: number | null, random = Math.random()): number {
  const usual = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? WAITS_MS[0];
  const own = usual * (1 + JITTER * random);
  return Math.round(Math.max(own, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS)));
}

/** The header `Retry-After`, seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; null when it is neither. */
export function readRetryAfter(header: string | undefined, now = Date.now()): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
