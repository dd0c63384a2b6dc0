import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { accountWorkflowId } from '../contracts/bulk.ts';
import type { ErrorType } from '../contracts/errors.ts';
import type { AccountChange, AccountOutcome, PageItem } from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import { accountWorkflowType } from '../kinds/index.ts';
import type { BulkAttributes } from './attributes.ts';
import { hall } from './policies.ts';
import type { Window } from './window.ts';

interface Parts {
  taskId: string;
  kind: string;
  window: Window;
  attributes: BulkAttributes;
  /** Does not let the run end in the middle of the work. */
  whole<T>(work: Promise<T>): Promise<T>;
  noteEnd(failed: boolean, type: ErrorType | null): void;
  apply(news: AccountChange): void;
}

/** Starts the account workflows of a bulk task. They outlive the run that started them, which alone hears of their end. */
export function createChildren({ taskId, kind, window, attributes, whole, noteEnd, apply }: Parts) {
  const own = new Set<number>();

  async function failed(item: PageItem, error: unknown): Promise<void> {
    own.delete(item.ordinal);
    // An account workflow of an earlier parent still runs: it is watched like the others.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const outcome =
      cause instanceof ApplicationFailure ? (cause.details?.[0] as AccountOutcome | undefined) : undefined;
    if (outcome?.state === 'failed') {
      if (window.end(item.ordinal, outcome)) noteEnd(true, outcome.error?.type ?? null);
      return;
    }
    const reason = say('task.lost', { why: cause instanceof Error ? cause.message : 'unknown' });
    const news = await whole(hall.settleLost({ taskId, accountTaskId: item.id, reason }));
    if (news) apply(news);
  }

  return {
    begin(item: PageItem): void {
      own.add(item.ordinal);
      whole(
        startChild(accountWorkflowType(kind), {
          workflowId: accountWorkflowId(taskId, item.id),
          args: [{ taskId, accountTaskId: item.id, ordinal: item.ordinal }],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          typedSearchAttributes: attributes.ofAccount(item.accountId),
        }),
      )
        .then((child) => child.result() as Promise<AccountOutcome>)
        .then(
          (outcome) => {
            own.delete(item.ordinal);
            if (window.end(item.ordinal, outcome)) noteEnd(false, outcome.error?.type ?? null);
          },
          (error: unknown) => failed(item, error),
        );
    },

    /** Whether this run started it, so that the server tells of its end. The others only tell by signal. */
    isOwn: (ordinal: number): boolean => own.has(ordinal),
  };
}
