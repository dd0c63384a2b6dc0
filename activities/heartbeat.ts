import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { TaskError } from '../contracts/errors.ts';
import type { Progress } from './platforms/driver.ts';

const BEAT_MS = 5_000;

export interface Beating {
  /** Aborted when the activity is cancelled, or its worker shuts down. */
  signal: AbortSignal;
  progress: Progress;
}

/**
 * Runs a long step with heartbeats that carry its stage and fraction. A step that stops because it was cancelled ends
 * as cancelled, but for one whose effect may have been made: `OutcomeUnknown` always reaches the workflow.
 */
export async function beating<T>(work: (beat: Beating) => Promise<T>): Promise<T> {
  const context = Context.current();
  let detail: { stage: string; fraction?: number } = { stage: 'starting' };
  const timer = setInterval(() => context.heartbeat(detail), BEAT_MS);
  context.heartbeat(detail);
  try {
    return await work({
      signal: context.cancellationSignal,
      progress: (stage, fraction) => {
        const isNewStage = stage !== detail.stage;
        detail = fraction === undefined ? { stage } : { stage, fraction };
        if (isNewStage) context.heartbeat(detail);
      },
    });
  } catch (error) {
    const unknown = error instanceof TaskError && error.type === 'OutcomeUnknown';
    if (context.cancellationSignal.aborted && !unknown) throw new CancelledFailure('The step was cancelled.');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
