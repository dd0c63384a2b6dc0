/**
 * The error types of account tasks, and the one table that says what each of them means.
 *
 * The name of an error is its policy: activities throw a {@link TaskError} with a type, the activity boundary turns it
 * into an `ApplicationFailure` of the same type, and workflows, API and dashboard read this table.
 */
export const ERROR_TYPES = [
  'InvalidInput',
  'InvalidCredentials',
  'SessionExpired',
  'ChallengeRequired',
  'AccountBlocked',
  'Throttled',
  'MediaRejected',
  'TargetNotFound',
  'ProxyFailed',
  'PageChanged',
  'OutcomeUnknown',
  'Unavailable',
] as const;

export type ErrorType = (typeof ERROR_TYPES)[number];

export interface ErrorPolicy {
  /** Whether trying the same step again, unchanged, can help. */
  retryable: boolean;
  /** Wait before such a retry, milliseconds; a platform's own Retry-After goes first. */
  delayMs: number;
  /** Whether the account task waits for a person instead of failing. */
  parks: boolean;
  /** Whether a failure of this type counts towards the bulk task's circuit breaker. */
  countsAgainstBreaker: boolean;
  /** What the account's status becomes, when the error says something lasting about the account. */
  accountStatus?: 'bad_credentials' | 'challenged' | 'blocked';
  /** What a user reads: the cause and the way out. */
  sentence: string;
}

export const ERROR_POLICIES: Readonly<Record<ErrorType, ErrorPolicy>> = {
  InvalidInput: {
    retryable: false,
    delayMs: 0,
    parks: false,
    countsAgainstBreaker: false,
    sentence: 'The task asks for something that the platform does not accept. Correct the task and start it again.',
  },
  InvalidCredentials: {
    retryable: false,
    delayMs: 0,
    parks: false,
    countsAgainstBreaker: true,
    accountStatus: 'bad_credentials',
    sentence: 'The platform refused the user name or password. Edit the account; it is not tried again until then.',
  },
  SessionExpired: {
    retryable: true,
    delayMs: 1_000,
    parks: false,
    countsAgainstBreaker: false,
    sentence: 'The session had ended and a new log-in was made.',
  },
  ChallengeRequired: {
    retryable: false,
    delayMs: 0,
    parks: true,
    countsAgainstBreaker: false,
    accountStatus: 'challenged',
    sentence: 'The platform asks for a confirmation that only a person can give. Answer it in the inbox.',
  },
  AccountBlocked: {
    retryable: false,
    delayMs: 0,
    parks: false,
    countsAgainstBreaker: true,
    accountStatus: 'blocked',
    sentence: 'The platform has suspended or locked this account. Settle it with the platform first.',
  },
  Throttled: {
    retryable: true,
    delayMs: 60_000,
    parks: false,
    countsAgainstBreaker: true,
    sentence: 'The platform asked to slow down. The account waits as long as the platform said.',
  },
  MediaRejected: {
    retryable: false,
    delayMs: 0,
    parks: false,
    countsAgainstBreaker: false,
    sentence: 'The media file was refused. Look at its probe data, and render or replace it.',
  },
  TargetNotFound: {
    retryable: false,
    delayMs: 0,
    parks: false,
    countsAgainstBreaker: false,
    sentence: 'What the step was aimed at does not exist on the platform.',
  },
  ProxyFailed: {
    retryable: true,
    delayMs: 10_000,
    parks: false,
    countsAgainstBreaker: true,
    sentence: "The account's proxy could not be used. Check it under Proxies.",
  },
  PageChanged: {
    retryable: true,
    delayMs: 5_000,
    parks: false,
    countsAgainstBreaker: true,
    sentence: 'The page does not look as expected. The screenshot shows what was there instead.',
  },
  OutcomeUnknown: {
    retryable: false,
    delayMs: 0,
    parks: true,
    countsAgainstBreaker: true,
    sentence: 'Whether the platform took the post cannot be told. A person must look before anything is sent again.',
  },
  Unavailable: {
    retryable: true,
    delayMs: 5_000,
    parks: false,
    countsAgainstBreaker: true,
    sentence: 'A service did not answer. It was tried again until the limit.',
  },
};

export function isErrorType(value: unknown): value is ErrorType {
  return typeof value === 'string' && (ERROR_TYPES as readonly string[]).includes(value);
}

/** Details that may travel with a {@link TaskError}. Never put a secret here: it ends in workflow history. */
export interface TaskErrorDetails {
  /** How long the platform asked to wait, milliseconds. */
  retryAfterMs?: number;
  /** Which evidence (screenshot, trace) was kept for the failed step. */
  evidenceIds?: string[];
  /** What sort of confirmation the platform wants, with `ChallengeRequired`. */
  challenge?: 'email-code' | 'totp' | 'checkpoint';
}

/** An error with a type of the table. The message is read by users and kept in histories: no secrets. */
export class TaskError extends Error {
  readonly type: ErrorType;
  readonly details: TaskErrorDetails;

  constructor(type: ErrorType, message: string, details: TaskErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TaskError';
    this.type = type;
    this.details = details;
  }
}
