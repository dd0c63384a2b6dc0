import { CancellationScope, sleep, uuid4 } from '@temporalio/workflow';
import { ERROR_POLICIES } from '../contracts/errors.ts';
import type { StepInput, StepName, StepOutput } from '../contracts/steps.ts';
import type { WorkInput, WorkName, WorkOutput } from '../contracts/works.ts';
import { WORK_QUEUES } from '../contracts/works.ts';
import type { StepOptions } from '../kinds/define.ts';
import type { Desk } from './desk.ts';
import { readFailure } from './failures.ts';
import { ledger, media, network } from './policies.ts';
import type { HostSession } from './session.ts';

/** How often one step is begun anew after errors that may pass, a silent host among them. */
const MAX_TRIES = 4;

/** Steps of a kind's run: each brings about a state, so that what is not known to be done is simply asked for again. */
export function createSteps(accountTaskId: string, desk: Desk, session: HostSession) {
  /** A host that fell silent may still act: it loses the account first. */
  async function fence(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      const { accountId, fencingToken } = desk.current();
      session.forget();
      await ledger.fence({ accountId, fencingToken });
    });
    await desk.claim(null);
  }

  async function step<Step extends StepName>(
    name: Step,
    input: StepInput<Step>,
    { action }: StepOptions = {},
  ): Promise<StepOutput<Step>> {
    if (action) await desk.claim(action);
    const output = await attempt(name, input);
    if (action && !('changed' in output && !output.changed)) {
      const { accountId } = desk.current();
      await CancellationScope.nonCancellable(() =>
        ledger.spend({ accountId, action, key: `${accountTaskId}/${uuid4()}` }),
      );
    }
    return output;
  }

  async function attempt<Step extends StepName>(name: Step, input: StepInput<Step>): Promise<StepOutput<Step>> {
    for (let tries = 1; ; ) {
      const opened = await desk.attend(() => session.open(desk.current()));
      try {
        const run = session.steps(opened)[name] as (request: {
          sessionId: string;
          accountTaskId: string;
          input: StepInput<Step>;
        }) => Promise<StepOutput<Step>>;
        return await run({ sessionId: opened.sessionId, accountTaskId, input });
      } catch (error) {
        const failure = readFailure(error);
        if (failure.is === 'cancelled') throw error;
        if (failure.is === 'not-started' || failure.is === 'silent') {
          if (failure.is === 'silent') tries += 1;
          if (tries > MAX_TRIES) throw error;
          await fence();
          continue;
        }
        const policy = ERROR_POLICIES[failure.type];
        if (failure.type === 'SessionExpired') session.forget();
        else await session.close();
        if (failure.type === 'ChallengeRequired') {
          await desk.park(failure.details.challenge ?? 'checkpoint', failure.message, failure.details.evidenceIds);
        } else if (failure.type === 'Throttled') {
          await desk.pace(failure.details.retryAfterMs ?? policy.delayMs, failure.message, true);
        } else if (policy.retryable && tries < MAX_TRIES) {
          tries += 1;
          await sleep(policy.delayMs);
        } else {
          throw error;
        }
      }
    }
  }

  async function work<Work extends WorkName>(name: Work, input: WorkInput<Work>): Promise<WorkOutput<Work>> {
    const queue = WORK_QUEUES[name];
    const workers = { media, network, ledger }[queue] as unknown as Record<
      string,
      (request: unknown) => Promise<WorkOutput<Work>>
    >;
    // Rendering and checks take their time; a browser that waits for them is of more use to another account.
    if (queue !== 'ledger') await session.close();
    const { accountId, platform, fencingToken } = desk.current();
    const run = workers[name];
    if (!run) throw new Error(`No worker does ${name}.`);
    return run({ accountTaskId, accountId, platform, fencingToken, input });
  }

  return { step, work };
}
