import type { Driver, Progress, StepOptions } from '../platforms/driver.ts';
import type { AccountSecret, LeaseProof } from './link.ts';

export interface StepRequest {
  /** Aborted when the activity is cancelled. */
  signal: AbortSignal;
  progress: Progress;
  /** Whose evidence a failure becomes. */
  accountTaskId: string;
  /** A step that a person takes leaves none: what they type is known to nobody, and could not be masked. */
  withoutEvidence?: boolean;
}

export type StepWork<T, Handle> = (handle: Handle, driver: Driver<Handle>, options: StepOptions) => Promise<T>;

/** One account in use on this host, with the account's secrets in its closure and nowhere else. */
export interface AccountSession<Handle> {
  readonly lost: AbortSignal;
  /** Ids of the own posts that submits of this session have confirmed. */
  readonly confirmedPostIds: readonly string[];
  /** What steps work with now, to be looked at and not to be touched; null while there is none. */
  peek(): Handle | null;
  /** Checks the stored session and logs in where it has ended. @returns how the account got in */
  enter(handle: Handle, options: StepOptions, forceLogIn: boolean): Promise<'reused' | 'logged-in'>;
  /** Runs one step; steps of one session never overlap. @throws TaskError with a clean message; the signal's reason */
  step<T>(name: string, work: StepWork<T, Handle>, request: StepRequest): Promise<T>;
  /** Stops a running step at once and gives up what the session holds. */
  end(reason: Error): Promise<void>;
}

/** @throws TaskError `InvalidInput` for a platform without a driver of this sort */
export type OpenAccount<Handle> = (account: { secret: AccountSecret; proof: LeaseProof }) => AccountSession<Handle>;
