import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { Aggregate, RetryOnly } from '../contracts/bulk.ts';
import { AGGREGATE_QUERY, accountWorkflowId, BULK_UPDATES, WINDOW_MAX, WINDOW_MIN } from '../contracts/bulk.ts';
import type { ErrorType } from '../contracts/errors.ts';
import type { AccountChange, AccountOutcome, BulkInput, CarriedBulk, PageItem } from '../contracts/orchestration.ts';
import { CHANGED_SIGNAL } from '../contracts/orchestration.ts';
import type { BulkState } from '../contracts/states.ts';
import { isFinalBulkState } from '../contracts/states.ts';
import type { AnyKind } from '../kinds/define.ts';
import { accountWorkflowType } from '../kinds/index.ts';
import { bulkAttributes } from './attributes.ts';
import { createBreaker } from './breaker.ts';
import { etaSeconds } from './eta.ts';
import { hall, server } from './policies.ts';
import { createWindow } from './window.ts';

const changed = defineSignal<[AccountChange[]]>(CHANGED_SIGNAL);
const aggregate = defineQuery<Aggregate>(AGGREGATE_QUERY);
type Answer = { state: BulkState };
const pause = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.pause);
const resume = defineUpdate<Answer>(BULK_UPDATES.resume);
const cancel = defineUpdate<Answer, [{ by?: string }?]>(BULK_UPDATES.cancel);
const setWindow = defineUpdate<{ window: number }, [{ window: number }]>(BULK_UPDATES.setWindow);
const retryFailed = defineUpdate<{ retried: number }, [RetryOnly?]>(BULK_UPDATES.retryFailed);

const PAGE = 200;
/** Events of one run after which it continues as new; the most it writes before it notices is far below 10,000. */
const LONG_HISTORY = 5_000;
/** How often the ledger is asked when nothing is told: soon after a start, then ever more seldom, milliseconds. */
const RESYNC_FIRST_MS = 5_000;
const RESYNC_MAX_MS = 5 * 60_000;
/** Account tasks that are looked up on the server in one go. */
const ORPHAN_CHECK = 100;

/**
 * The workflow of a bulk task: keeps a window of account workflows running, holds the totals, takes orders.
 * Children outlive a run of it; what a child tells is checked against the ledger on a timer.
 */
export function bulkWorkflow(kind: AnyKind): (input: BulkInput) => Promise<void> {
  return (input) => {
    const root = CancellationScope.current();
    return CancellationScope.nonCancellable(() => runBulk(kind, input, root));
  };
}

async function runBulk(kind: AnyKind, input: BulkInput, root: CancellationScope): Promise<void> {
  const { taskId, carried } = input;
  const window = createWindow(carried);
  const attributes = bulkAttributes();
  let size = carried?.window ?? WINDOW_MIN;
  let paused = carried?.paused ?? false;
  let pauseReason = carried?.pauseReason ?? null;
  let cancelledBy = carried?.cancelledBy ?? null;
  let state: BulkState = 'running';
  let startedAt: string | null = null;
  let finishedAt: string | null = null;
  let attached = false;
  let endedHere = 0;
  const runStartedMs = Date.now();

  let page: PageItem[] = [];
  let cursor = carried?.nextOrdinal ?? 0;
  let rewinds = 0;
  let exhausted = false;
  /** Child starts and ledger writes under way: a run does not end in the middle of one. */
  let busy = 0;
  let stirred = true;
  /** Children that this run started: the server tells of their end. The others only tell by signal. */
  const own = new Set<number>();
  let breaker = createBreaker({ share: 1, among: 1 }, carried?.recent);

  setHandler(aggregate, () => ({
    id: taskId,
    kind: kind.name,
    state,
    stateReason: pauseReason,
    source: 'workflow',
    totals: window.totals(),
    counters: withZeros(kind, window.counters()),
    window: size,
    startedAt,
    finishedAt,
    etaSeconds: etaSeconds({
      remaining: window.totals().pending + window.activeCount(),
      ended: endedHere,
      elapsedMs: workflowInfo().unsafe.now() - runStartedMs,
      stopped: state !== 'running',
    }),
  }));

  function stir(): void {
    stirred = true;
  }

  async function whole<T>(work: Promise<T>): Promise<T> {
    busy += 1;
    try {
      return await work;
    } finally {
      busy -= 1;
      stir();
    }
  }

  function noteEnd(failed: boolean, type: ErrorType | null): void {
    endedHere += 1;
    stir();
    const why = kind.failuresAreFindings ? null : breaker.note(failed, type);
    if (why && !paused && cancelledBy === null) void hold(why, true);
  }

  async function hold(reason: string | null, breakerOpened = false): Promise<void> {
    paused = true;
    pauseReason = reason;
    state = 'paused';
    attributes.tell(state);
    breaker.reset();
    await whole(hall.setBulkState({ taskId, state, reason, ...(breakerOpened && { breakerOpened }) }));
  }

  function apply(news: AccountChange): void {
    const end = window.change(news);
    if (end) noteEnd(end === 'failed', news.errorType as ErrorType | null);
    else stir();
  }

  setHandler(changed, (batch) => {
    for (const news of batch) apply(news);
  });

  setHandler(pause, async (order) => {
    await condition(() => attached);
    refuseWhenOver('paused');
    if (paused) throw conflict('The bulk task is paused already.');
    await hold(order?.by ? `Paused by ${order.by}.` : 'Paused.');
    return { state };
  });
  setHandler(resume, async () => {
    await condition(() => attached);
    refuseWhenOver('resumed');
    if (!paused) throw conflict('The bulk task is not paused.');
    paused = false;
    pauseReason = null;
    state = 'running';
    attributes.tell(state);
    breaker.reset();
    await hall.setBulkState({ taskId, state, reason: null });
    stir();
    return { state };
  });
  setHandler(cancel, async (order) => {
    await condition(() => attached);
    refuseWhenOver('cancelled');
    cancelledBy = order?.by ?? 'an operator';
    paused = false;
    pauseReason = `Cancelled by ${cancelledBy}; accounts in mid-step end first.`;
    state = 'running';
    attributes.tell(state);
    await hall.setBulkState({ taskId, state, reason: pauseReason });
    stir();
    return { state };
  });
  setHandler(
    setWindow,
    async (order) => {
      await condition(() => attached);
      refuseWhenOver('changed');
      size = order.window;
      await hall.setBulkState({ taskId, state, reason: pauseReason, window: size });
      stir();
      return { window: size };
    },
    {
      validator: (order) => {
        if (!Number.isInteger(order?.window) || order.window < WINDOW_MIN || order.window > WINDOW_MAX) {
          throw new Error(`The window is a whole number from ${WINDOW_MIN} to ${WINDOW_MAX}.`);
        }
      },
    },
  );
  setHandler(retryFailed, async (only) => {
    await condition(() => attached);
    refuseWhenOver('retried');
    const { retried } = await hall.resetFailed(only ? { taskId, only } : { taskId });
    if (retried === 0) throw conflict('No account task has failed.');
    page = [];
    cursor = 0;
    rewinds += 1;
    exhausted = false;
    await resync();
    stir();
    return { retried };
  });

  function refuseWhenOver(order: string): void {
    if (cancelledBy !== null) throw conflict(`The bulk task has been cancelled and cannot be ${order}.`);
    if (isFinalBulkState(state)) throw conflict(`The bulk task has ended and cannot be ${order}.`);
  }

  async function resync(): Promise<number> {
    const synced = await hall.resync({ taskId, active: window.entries() });
    const gone = window.sync(synced);
    for (const news of gone) noteEnd(news.to === 'failed', news.errorType as ErrorType | null);
    return synced.changes.length;
  }

  /** Watches over what nobody told: asks the ledger, and for silent children the server. */
  async function watch(): Promise<void> {
    for (let wait = RESYNC_FIRST_MS; ; ) {
      await sleep(wait);
      const before = window.activeCount();
      const news = await resync();
      const silent = window.entries().filter(([ordinal]) => !own.has(ordinal));
      if (silent.length > 0 && wait > RESYNC_FIRST_MS) {
        const shown = rotate(silent, Math.floor(Date.now() / wait)).slice(0, ORPHAN_CHECK);
        if ((await server.endOrphans({ taskId, active: shown })) > 0) await resync();
      }
      wait = news > 0 || before === 0 ? RESYNC_FIRST_MS : Math.min(wait * 2, RESYNC_MAX_MS);
    }
  }

  /** The next account task to start; takes in those that run already on the way. */
  async function takeItem(): Promise<PageItem | undefined> {
    for (;;) {
      const item = page.shift();
      if (item) {
        if (window.add(item) && item.state === 'pending') return item;
        continue;
      }
      if (exhausted) return undefined;
      const rewindsBefore = rewinds;
      const read = await hall.nextPage({ taskId, fromOrdinal: cursor, limit: PAGE });
      if (rewinds !== rewindsBefore) continue;
      page = read;
      const last = read.at(-1);
      if (last) cursor = last.ordinal + 1;
      else exhausted = true;
    }
  }

  function begin(item: PageItem): void {
    own.add(item.ordinal);
    whole(
      startChild(accountWorkflowType(kind.name), {
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
        (error: unknown) => childFailed(item, error),
      );
  }

  async function childFailed(item: PageItem, error: unknown): Promise<void> {
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
    const reason = `The run of this account ended without a result: ${cause instanceof Error ? cause.message : 'unknown'}.`;
    const news = await whole(hall.settleLost({ taskId, accountTaskId: item.id, reason }));
    if (news) apply(news);
  }

  async function cancelAll(): Promise<void> {
    await server.cancelChildren({ taskId, reason: `Cancelled by ${cancelledBy}.` });
    exhausted = true;
    page = [];
    await resync();
  }

  function carry(): CarriedBulk {
    return {
      nextOrdinal: page[0]?.ordinal ?? cursor,
      active: window.entries(),
      ended: window.ended(),
      counters: window.counters(),
      window: size,
      paused,
      pauseReason,
      cancelledBy,
      recent: breaker.recent(),
    };
  }

  // ---- the hall's day, as a table of contents
  const start = await hall.attachBulk({
    taskId,
    runId: workflowInfo().runId,
    retryFailed: input.retryFailed ?? false,
    fresh: carried === undefined,
    active: carried?.active ?? [],
  });
  if (carried === undefined && isFinalBulkState(start.state)) return;
  state = start.state;
  attributes.tell(state);
  startedAt = start.startedAt;
  if (!carried) {
    size = start.window;
    paused = start.state === 'paused';
    pauseReason = start.stateReason;
  }
  breaker = createBreaker(start.breaker, carried?.recent);
  window.sync(start);
  attached = true;
  root.cancelRequested.catch(() => {
    cancelledBy ??= 'an order given to Temporal';
    stir();
  });
  const watcher = new CancellationScope({ cancellable: true });
  void watcher.run(watch).catch(() => undefined);

  let cancelSent = false;
  for (;;) {
    stirred = false;
    if (cancelledBy !== null && !cancelSent) {
      await cancelAll();
      cancelSent = true;
    }
    while (!paused && !cancelSent && cancelledBy === null && window.runningCount() < size) {
      const item = await takeItem();
      if (!item) break;
      begin(item);
      if (workflowInfo().historyLength > LONG_HISTORY) break;
    }
    if (exhausted && window.activeCount() === 0 && (!paused || window.totals().pending === 0) && busy === 0) break;
    if (workflowInfo().historyLength > LONG_HISTORY || workflowInfo().continueAsNewSuggested) {
      await condition(() => busy === 0 && allHandlersFinished());
      return continueAsNew<(next: BulkInput) => Promise<void>>({ taskId, carried: carry() });
    }
    await condition(() => stirred);
  }

  watcher.cancel();
  await resync();
  const totals = window.totals();
  state =
    cancelledBy !== null ? 'cancelled' : totals.failed + totals.partial > 0 ? 'completed_with_failures' : 'completed';
  finishedAt = new Date().toISOString();
  const reason = cancelledBy !== null ? `Cancelled by ${cancelledBy}.` : null;
  pauseReason = reason;
  attributes.tell(state);
  await hall.setBulkState({ taskId, state, reason });
  await condition(allHandlersFinished);
}

function conflict(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'Conflict', message, nonRetryable: true });
}

function withZeros(kind: AnyKind, counters: Record<string, number>): Record<string, number> {
  return { ...Object.fromEntries(kind.counters.map((name) => [name, 0])), ...counters };
}

/** The same list, begun at another place each time, so that a long one is looked at in turn. */
function rotate<T>(items: readonly T[], turn: number): T[] {
  const from = (turn * ORPHAN_CHECK) % Math.max(1, items.length);
  return [...items.slice(from), ...items.slice(0, from)];
}
