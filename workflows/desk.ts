import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineUpdate,
  log,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ERROR_POLICIES } from '../contracts/errors.ts';
import type { AccountInput, AccountOutcome, Claim, Resolution } from '../contracts/orchestration.ts';
import { RESOLVE_UPDATE } from '../contracts/orchestration.ts';
import { readFailure, stepError } from './failures.ts';
import { ledger } from './policies.ts';

export type Claimed = Extract<Claim, { status: 'go' }>;

/** Thrown when the ledger says that the account task has ended already. */
export class AlreadyEnded extends Error {
  constructor(readonly outcome: AccountOutcome) {
    super('The account task has ended already.');
  }
}

/** Thrown when a person chose to skip what waits for them, or nobody answered in time. */
export class Skipped extends Error {}

const resolve = defineUpdate<{ accepted: boolean }, [Resolution]>(RESOLVE_UPDATE);

const UNANSWERED_AFTER = '48 hours';
const MAX_THROTTLES = 10;
/** Events of one run after which a waiting account starts a fresh history. */
const LONG_HISTORY = 4_000;

/**
 * The account's place in its bulk task: claims the right to go on, waits with durable timers, waits for a person.
 * `leave` is called before every wait, so that a waiting account holds no browser.
 */
export function createDesk(input: AccountInput, leave: () => Promise<void>, posted: readonly number[]) {
  let claimed: Claimed | null = null;
  let answer: Resolution | null = null;
  let parked = false;

  setHandler(
    resolve,
    (resolution) => {
      answer = resolution;
      return { accepted: true };
    },
    {
      validator: (resolution) => {
        if (!parked) throw new Error('This account task is not waiting for a person.');
        if (resolution.action !== 'retry' && resolution.action !== 'skip') throw new Error('Unknown answer.');
      },
    },
  );

  /** Takes or renews the account's lease within its pace; returns when it may go on. */
  async function claim(post: boolean): Promise<Claimed> {
    for (let waits = 0; ; waits += 1) {
      // Its answer is always taken: a lease that was given while a cancel came would be held by nobody otherwise.
      const result = await CancellationScope.nonCancellable(() =>
        ledger.claim({
          taskId: input.taskId,
          accountTaskId: input.accountTaskId,
          owner: workflowInfo().workflowId,
          post,
          waits,
        }),
      );
      if (result.status === 'go') {
        claimed = result;
        if (CancellationScope.current().consideredCancelled)
          throw new CancelledFailure('The account task was cancelled.');
        return result;
      }
      if (result.status === 'ended') throw new AlreadyEnded(result.outcome);
      if (result.status === 'refused') throw stepError(result.type, result.message);
      await leave();
      await sleep(result.waitMs);
      if (workflowInfo().historyLength > LONG_HISTORY) {
        await continueAsNew<(next: AccountInput) => Promise<AccountOutcome>>({ ...input, posted: [...posted] });
      }
    }
  }

  function current(): Claimed {
    if (!claimed) throw new Error('The account has not been claimed.');
    return claimed;
  }

  async function pace(waitMs: number, reason: string): Promise<void> {
    const { accountId, fencingToken } = current();
    await leave();
    await ledger.pace({ accountTaskId: input.accountTaskId, accountId, fencingToken, waitMs, reason });
    await sleep(waitMs);
    await claim(false);
  }

  /** Waits for a person. @throws Skipped when the person says so, or nobody answers in time */
  async function park(type: string, message: string): Promise<void> {
    const { accountId, fencingToken } = current();
    await leave();
    const { taskId, accountTaskId } = input;
    const { challengeId } = await ledger.park({ taskId, accountTaskId, accountId, fencingToken, type, message });
    answer = null;
    parked = true;
    log.info('The account waits for a person', { type });
    try {
      await condition(() => answer !== null, UNANSWERED_AFTER);
    } finally {
      parked = false;
      const given = answer as Resolution | null;
      const end = given === null ? 'expired' : given.action === 'skip' ? 'skipped' : 'answered';
      await CancellationScope.nonCancellable(() => ledger.unpark({ challengeId, answer: end }));
    }
    const given = answer as Resolution | null;
    if (given === null) throw new Skipped(`Nobody answered within ${UNANSWERED_AFTER}: ${message}`);
    if (given.action === 'skip') throw new Skipped(`Skipped by a person: ${message}`);
    await claim(false);
  }

  /** Runs a step that has no effect of its own; waits out throttling and challenges, and a queue that nobody serves. */
  async function attend<T>(step: () => Promise<T>, challenges: 'park' | 'throw-challenges' = 'park'): Promise<T> {
    for (let throttles = 0; ; ) {
      try {
        return await step();
      } catch (error) {
        const failure = readFailure(error);
        if (failure.is === 'not-started') {
          await claim(false);
        } else if (failure.is === 'error' && failure.type === 'ChallengeRequired' && challenges === 'park') {
          await park(failure.details.challenge ?? 'checkpoint', failure.message);
        } else if (failure.is === 'error' && failure.type === 'Throttled' && throttles < MAX_THROTTLES) {
          throttles += 1;
          await pace(failure.details.retryAfterMs ?? ERROR_POLICIES.Throttled.delayMs, failure.message);
        } else {
          throw error;
        }
      }
    }
  }

  return { claim, current, pace, park, attend, lastClaim: () => claimed };
}

export type Desk = ReturnType<typeof createDesk>;
