import { CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { LRUCache } from 'lru-cache';
import { cleanMessage } from '../activities/sessions/secrets.ts';
import { idsOfWorkflow } from '../contracts/bulk.ts';
import { kindOfWorkflowType } from '../contracts/timings.ts';
import type { WorkerError } from './error-queue.ts';
import type { Ended } from './timings.ts';

/** Steps on an open session no longer name the platform; so many account tasks' are remembered. */
const REMEMBERED = 2_000;

export interface ObserverOptions {
  onEnd(ended: Ended): void;
  onError(error: WorkerError): void;
  /** Masked wherever they stand in a message. */
  secrets: readonly string[];
}

/** `ok`, `cancelled` or the error's type; null for what is no outcome: to be finished elsewhere, or looked at again. */
function outcomeOf(error: unknown): string | null {
  if (error instanceof CompleteAsyncError) return null;
  if (error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError')) return 'cancelled';
  if (error instanceof ApplicationFailure) {
    if (error.category === ApplicationFailureCategory.BENIGN) return null;
    return (error.type ?? 'Error').slice(0, 100);
  }
  return error instanceof Error ? error.name.slice(0, 100) : 'Error';
}

function platformIn(args: readonly unknown[]): string | undefined {
  const [first] = args;
  if (typeof first !== 'object' || first === null || !('platform' in first)) return undefined;
  return typeof first.platform === 'string' ? first.platform.slice(0, 60) : undefined;
}

/** An error of this process itself, told as the activities' errors are. */
export function processError(error: unknown, secrets: readonly string[]): WorkerError {
  const type = error instanceof Error ? error.name : 'Error';
  return { type: type.slice(0, 100), message: cleanMessage(error, secrets), detail: { uncaught: true } };
}

/** Sees every activity of a worker end, local ones too: measures it, and tells of its failure without secrets. */
export function createObserver({ onEnd, onError, secrets }: ObserverOptions): ActivityInterceptorsFactory {
  const platforms = new LRUCache<string, string>({ max: REMEMBERED });

  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const { accountTaskId } = idsOfWorkflow(info.workflowExecution?.workflowId);
        const named = platformIn(input.args);
        if (named && accountTaskId) platforms.set(accountTaskId, named);
        const about = { kind: kindOfWorkflowType(info.workflowType ?? 'none').slice(0, 60), step: info.activityType };
        const startedAt = performance.now();
        const end = (outcome: string) => onEnd({ ...about, outcome, ms: performance.now() - startedAt });
        try {
          const result = await next(input);
          end('ok');
          return result;
        } catch (error) {
          const outcome = outcomeOf(error);
          if (outcome !== null) end(outcome);
          if (outcome !== null && outcome !== 'cancelled') {
            const platform = named ?? (accountTaskId && platforms.get(accountTaskId));
            const runId = info.workflowExecution?.runId;
            onError({
              ...about,
              type: outcome,
              message: cleanMessage(error, secrets),
              ...(platform ? { platform } : {}),
              ...(accountTaskId ? { accountTaskId } : {}),
              ...(runId ? { runId } : {}),
            });
          }
          throw error;
        }
      },
    },
  });
}
