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
import type { Action } from '../contracts/pace.ts';
import { say } from '../contracts/said.ts';
import { parkedAttribute } from './attributes.ts';
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

/** How long a person has to answer, milliseconds, where the ledger does not say: in runs begun before it could. */
const UNANSWERED_AFTER_MS = 48 * 3_600_000;
const MAX_THROTTLES = 10;
/** Events of one run after which a waiting account starts a fresh history. */
const LONG_HISTORY = 4_000;

/**
 * The account's place in its bulk task: claims the right to go on, waits with durable timers, waits for a person.
 * `leave` is called before every wait, so that a waiting account holds no browser.
 */
export function createDesk(
  input: AccountInput,
  uses: 'session' | 'secret' | 'name',
  leave: () => Promise<void>,
  /** What a fresh history has to know. */
  carried: () => Partial<AccountInput>,
) {
  let claimed: Claimed | null = null;
  /** The linked account that acts now, when it is not the account task's own. */
  let actingId: string | null = null;
  let parks = 0;
  let answer: Resolution | null = null;
  let parked = false;
  const shown = parkedAttribute();

  setHandler(
    resolve,
    (resolution) => {
      answer = resolution;
      return { accepted: true };
    },
    {
      validator: (resolution) => {
        if (!parked) throw new Error('This account task is not waiting for a person.');
        // Two answers may come in one turn of the workflow: the first one counts.
        if (answer !== null) throw new Error('This account task has been answered a moment ago.');
        if (resolution.action !== 'retry' && resolution.action !== 'skip') throw new Error('Unknown answer.');
      },
    },
  );

  /** Takes or renews the account's lease within its pace; returns when it may go on. */
  async function claim(action: Action | null): Promise<Claimed> {
    for (let waits = 0; ; waits += 1) {
      // Its answer is always taken: a lease that was given while a cancel came would be held by nobody otherwise.
      const result = await CancellationScope.nonCancellable(() =>
        ledger.claim({
          taskId: input.taskId,
          accountTaskId: input.accountTaskId,
          accountId: actingId,
          uses,
          owner: workflowInfo().workflowId,
          action,
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
      // It was under way: whoever else wants the account need not wait for the lease to run out.
      if (claimed) await ledger.fence({ accountId: claimed.accountId, fencingToken: claimed.fencingToken });
      await sleep(result.waitMs);
      if (workflowInfo().historyLength > LONG_HISTORY) {
        await continueAsNew<(next: AccountInput) => Promise<AccountOutcome>>({ ...input, ...carried() });
      }
    }
  }

  function current(): Claimed {
    if (!claimed) throw new Error('The account has not been claimed.');
    return claimed;
  }

  async function pace(waitMs: number, reason: string, slow = false): Promise<void> {
    const { accountId, fencingToken } = current();
    await leave();
    await ledger.pace({ accountTaskId: input.accountTaskId, accountId, fencingToken, waitMs, reason, slow });
    await sleep(waitMs);
    await claim(null);
  }

  /** Gives the account back and goes on as a linked one. */
  async function switchTo(accountId: string): Promise<void> {
    const held = current();
    if (held.accountId === accountId) return;
    await leave();
    await ledger.fence({ accountId: held.accountId, fencingToken: held.fencingToken });
    actingId = accountId;
    await claim(null);
  }

  /** Waits for a person. @throws Skipped when the person says so, or nobody answers in time */
  async function park(type: string, message: string, evidenceIds: string[] = []): Promise<void> {
    const { accountId, fencingToken } = current();
    await leave();
    const { taskId, accountTaskId } = input;
    const place = { taskId, accountTaskId, accountId, fencingToken };
    const { challengeId, expiresInMs } = await ledger.park({ ...place, type, message, evidenceIds });
    const waitMs = expiresInMs ?? UNANSWERED_AFTER_MS;
    answer = null;
    parked = true;
    parks += 1;
    log.info('The account waits for a person', { type });
    shown.enter();
    try {
      await condition(() => answer !== null, waitMs);
    } finally {
      parked = false;
      shown.leave();
      const given = answer as Resolution | null;
      const end = given === null ? 'expired' : given.action === 'skip' ? 'skipped' : 'answered';
      await CancellationScope.nonCancellable(() => ledger.unpark({ challengeId, answer: end }));
    }
    const given = answer as Resolution | null;
    if (given === null) throw new Skipped(say('task.unanswered', { wait: waitMs, why: message }));
    if (given.action === 'skip') throw new Skipped(say('task.skipped', { why: message }));
    await claim(null);
  }

  /** Runs a step that has no effect of its own; waits out throttling and challenges, and a queue that nobody serves. */
  async function attend<T>(step: () => Promise<T>, challenges: 'park' | 'throw-challenges' = 'park'): Promise<T> {
    for (let throttles = 0; ; ) {
      try {
        return await step();
      } catch (error) {
        const failure = readFailure(error);
        if (failure.is === 'not-started') {
          await claim(null);
        } else if (failure.is === 'error' && failure.type === 'ChallengeRequired' && challenges === 'park') {
          await park(failure.details.challenge ?? 'checkpoint', failure.message, failure.details.evidenceIds);
        } else if (failure.is === 'error' && failure.type === 'Throttled' && throttles < MAX_THROTTLES) {
          throttles += 1;
          await pace(failure.details.retryAfterMs ?? ERROR_POLICIES.Throttled.delayMs, failure.message, true);
        } else {
          throw error;
        }
      }
    }
  }

  return { claim, current, pace, park, attend, switchTo, lastClaim: () => claimed, parks: () => parks };
}

export type Desk = ReturnType<typeof createDesk>;
