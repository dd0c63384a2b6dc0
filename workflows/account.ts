import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  log,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ERROR_POLICIES } from '../contracts/errors.ts';
import type { AccountInput, AccountOutcome, SettleRequest } from '../contracts/orchestration.ts';
import type { AnyKind, KindContext, RunResult } from '../kinds/define.ts';
import { AlreadyEnded, createDesk, Skipped } from './desk.ts';
import { readFailure } from './failures.ts';
import { ledger } from './policies.ts';
import { createPublisher } from './publish.ts';
import { createHostSession } from './session.ts';
import { createSteps } from './steps.ts';

type Verdict = Pick<SettleRequest, 'state' | 'reason' | 'error'>;

function verdictOfResult({ state, reason, errorType }: RunResult): Verdict {
  const type = errorType ?? 'Unavailable';
  const error = state === 'failed' ? { type, message: reason ?? ERROR_POLICIES[type].sentence } : null;
  return { state, reason: reason ?? null, error };
}

/** How an account task ends when its run threw. */
function verdictOf(error: unknown, counted: number): Verdict {
  if (error instanceof Skipped) return { state: 'skipped', reason: error.message, error: null };
  const failure = readFailure(error);
  switch (failure.is) {
    case 'cancelled':
      return { state: 'cancelled', reason: 'The bulk task was cancelled.', error: null };
    case 'error': {
      const state = counted > 0 ? 'partial' : 'failed';
      return { state, reason: failure.message, error: { type: failure.type, message: failure.message } };
    }
    default: {
      const message = ERROR_POLICIES.Unavailable.sentence;
      return { state: counted > 0 ? 'partial' : 'failed', reason: message, error: { type: 'Unavailable', message } };
    }
  }
}

/**
 * The workflow of one account in a bulk task of this kind: claim the account, run the kind, settle, whatever happens.
 * A failed account task fails its workflow too, so that Temporal Web shows it as what it is.
 */
export function accountWorkflow(kind: AnyKind): (input: AccountInput) => Promise<AccountOutcome> {
  return async (input) => {
    const counters: Record<string, number> = { ...input.counters };
    const memory: Record<string, number> = { ...input.memory };
    const posted: number[] = [...(input.posted ?? [])];
    const session = createHostSession(input.accountTaskId);
    const desk = createDesk(input, kind.uses ?? 'session', session.close, () => ({ posted, memory, counters }));
    const publish = createPublisher(input.accountTaskId, desk, session, posted);
    const { step, work } = createSteps(input.accountTaskId, desk, session);
    const context: KindContext<string> = {
      publish,
      async signIn({ force = false } = {}) {
        const parksBefore = desk.parks();
        const { entered } = await desk.attend(() => session.open(desk.current(), { forceLogIn: force }));
        return { entered, challenged: desk.parks() > parksBefore };
      },
      step,
      work,
      memory,
      rest: (ms, reason) => desk.pace(ms, reason),
      switchTo: desk.switchTo,
      account() {
        const { accountId, platform, proxyId } = desk.current();
        return { id: accountId, platform, proxyId };
      },
      count(counter, by = 1) {
        counters[counter] = (counters[counter] ?? 0) + by;
      },
      now: () => Date.now(),
      sleep: (ms) => sleep(ms),
      patched,
      log: { info: (message) => log.info(message), warn: (message) => log.warn(message) },
    };

    let verdict: Verdict;
    try {
      const { params, plan } = await desk.claim(kind.firstAction ?? null);
      const result = await kind.run(context, params, plan);
      verdict = verdictOfResult(result);
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      if (error instanceof AlreadyEnded) return finish(error.outcome);
      verdict = verdictOf(
        error,
        Object.values(counters).reduce((sum, n) => sum + n, 0),
      );
    }

    return CancellationScope.nonCancellable(async () => {
      await session.close();
      const claim = desk.lastClaim();
      const { version } = await ledger.settle({
        taskId: input.taskId,
        accountTaskId: input.accountTaskId,
        accountId: claim?.accountId ?? null,
        fencingToken: claim?.fencingToken ?? null,
        parentRunId: workflowInfo().parent?.runId ?? null,
        counters,
        ...verdict,
      });
      return finish({ state: verdict.state, counters, version, error: verdict.error });
    });
  };
}

/** Ends the workflow as the account task ended. */
function finish(outcome: AccountOutcome): AccountOutcome {
  if (outcome.state !== 'failed') return outcome;
  throw ApplicationFailure.create({
    type: outcome.error?.type ?? 'Unavailable',
    message: outcome.error?.message ?? 'The account task failed.',
    nonRetryable: true,
    details: [outcome],
  });
}
