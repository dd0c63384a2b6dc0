import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Aggregate } from '../contracts/bulk.ts';
import { AGGREGATE_QUERY } from '../contracts/bulk.ts';
import type { ErrorType } from '../contracts/errors.ts';
import type { AccountChange, BulkInput, BulkStateChange, CarriedBulk, PageItem } from '../contracts/orchestration.ts';
import { CHANGED_SIGNAL } from '../contracts/orchestration.ts';
import { say } from '../contracts/said.ts';
import { isFinalBulkState } from '../contracts/states.ts';
import type { AnyKind } from '../kinds/define.ts';
import { bulkAttributes } from './attributes.ts';
import { createBreaker } from './breaker.ts';
import { createChildren } from './children.ts';
import { etaSeconds } from './eta.ts';
import { createLine } from './line.ts';
import { takeOrders } from './orders.ts';
import { hall, server } from './policies.ts';
import { createStand, isHeldBack, reasonOf } from './stand.ts';
import { createWindow } from './window.ts';

const changed = defineSignal<[AccountChange[]]>(CHANGED_SIGNAL);
const aggregate = defineQuery<Aggregate>(AGGREGATE_QUERY);

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
  const stand = createStand(carried);
  const line = createLine(taskId, carried?.nextOrdinal ?? 0);
  let startedAt: string | null = null;
  let finishedAt: string | null = null;
  /** Child starts and ledger writes under way: a run does not end in the middle of one. */
  let busy = 0;
  let stirred = true;

  setHandler(aggregate, () => ({
    id: taskId,
    kind: kind.name,
    state: stand.state,
    stateReason: reasonOf(stand),
    source: 'workflow',
    totals: window.totals(),
    counters: withZeros(kind, window.counters()),
    window: stand.size,
    canary: stand.canary,
    startedAt,
    finishedAt,
    etaSeconds: etaSeconds({
      remaining: window.totals().pending + window.activeCount(),
      ended: stand.rate.ended,
      elapsedMs: workflowInfo().unsafe.now() - stand.rate.sinceMs,
      stopped: stand.state !== 'running' || isHeldBack(stand),
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
    stand.rate.ended += 1;
    stir();
    const why = kind.failuresAreFindings ? null : stand.breaker.note(failed, type);
    if (why && !stand.paused && stand.cancelledBy === null) void hold(why, { breakerOpened: true });
  }

  async function hold(reason: string, cause: Pick<BulkStateChange, 'breakerOpened' | 'order' | 'by'>): Promise<void> {
    stand.paused = true;
    stand.reason = reason;
    stand.state = 'paused';
    attributes.tell(stand.state);
    stand.breaker.reset();
    await whole(hall.setBulkState({ taskId, state: stand.state, reason, ...cause }));
  }

  function apply(news: AccountChange): void {
    const end = window.change(news);
    if (end) noteEnd(end === 'failed', news.errorType as ErrorType | null);
    else stir();
  }

  setHandler(changed, (batch) => {
    for (const news of batch) apply(news);
  });

  const children = createChildren({ taskId, kind: kind.name, window, attributes, whole, noteEnd, apply });
  takeOrders({
    ...{ taskId, stand, line, attributes, resync, stir },
    hold: (reason, by) => hold(reason, { order: 'pause', ...(by ? { by } : {}) }),
  });

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
      const silent = window.entries().filter(([ordinal]) => !children.isOwn(ordinal));
      if (silent.length > 0 && wait > RESYNC_FIRST_MS) {
        const shown = rotate(silent, Math.floor(Date.now() / wait)).slice(0, ORPHAN_CHECK);
        if ((await server.endOrphans({ taskId, active: shown })) > 0) await resync();
      }
      // Nobody ends while it is paused or waits for approval, so nothing else would wake it to begin a fresh history.
      if (workflowInfo().historyLength > LONG_HISTORY && patched('long-wait')) stir();
      const rests = stand.paused || stand.canary?.state === 'waiting';
      wait = news > 0 || (before === 0 && !rests) ? RESYNC_FIRST_MS : Math.min(wait * 2, RESYNC_MAX_MS);
    }
  }

  /** The next account task to start; takes in those that run already on the way. */
  const takeItem = (): Promise<PageItem | undefined> =>
    line.next((item) => {
      if (isBehindCanary(item)) return 'stay';
      return window.add(item) && item.state === 'pending' ? 'take' : 'pass';
    });

  const isBehindCanary = ({ ordinal, state }: PageItem): boolean =>
    state === 'pending' && isHeldBack(stand) && ordinal >= (stand.canary?.size ?? 0);

  /** Looks whether the canary has ended, or goes on because some of it is tried again, and tells the ledger. */
  async function watchCanary(): Promise<void> {
    const { canary } = stand;
    if (!canary || stand.cancelledBy !== null) return;
    let nextIsBehind = false;
    let left = false;
    await line.next((item) => {
      left = true;
      nextIsBehind = isBehindCanary(item);
      return 'stay';
    });
    // Nothing is left to let go: the task ends by itself.
    if (!left && window.activeCount() === 0) return;
    const state = nextIsBehind && window.activeCount() === 0 ? 'waiting' : 'running';
    if (stand.cancelledBy !== null || !isHeldBack(stand) || canary.state === state) return;
    // Only what the ledger knows can be approved.
    if (state === 'running') canary.state = state;
    await whole(hall.setCanary({ taskId, canary: { ...canary, state } }));
    if (isHeldBack(stand)) canary.state = state;
  }

  async function cancelAll(): Promise<void> {
    await server.cancelChildren({ taskId, reason: say('task.cancelled-by', { name: String(stand.cancelledBy) }) });
    line.close();
    await resync();
  }

  function carry(): CarriedBulk {
    return {
      nextOrdinal: line.place(),
      active: window.entries(),
      ended: window.ended(),
      counters: window.counters(),
      window: stand.size,
      paused: stand.paused,
      pauseReason: stand.reason,
      cancelledBy: stand.cancelledBy,
      recent: stand.breaker.recent(),
      ...(stand.canary ? { canary: stand.canary } : {}),
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
  stand.state = start.state;
  attributes.tell(stand.state);
  startedAt = start.startedAt;
  if (!carried) {
    stand.size = start.window;
    stand.paused = start.state === 'paused';
    // That the canary waits is told by the canary itself, and ends with its approval.
    stand.reason = !stand.paused && start.canary?.state === 'waiting' ? null : start.stateReason;
  }
  stand.canary = start.canary ?? null;
  stand.breaker = createBreaker(start.breaker, carried?.recent);
  window.sync(start);
  stand.attached = true;
  root.cancelRequested.catch(() => {
    stand.cancelledBy ??= 'an order given to Temporal';
    stir();
  });
  const watcher = new CancellationScope({ cancellable: true });
  void watcher.run(watch).catch(() => undefined);

  let cancelSent = false;
  for (;;) {
    stirred = false;
    if (stand.cancelledBy !== null && !cancelSent) {
      await cancelAll();
      cancelSent = true;
    }
    while (!stand.paused && !cancelSent && stand.cancelledBy === null && window.runningCount() < stand.size) {
      const item = await takeItem();
      if (!item) break;
      children.begin(item);
      if (workflowInfo().historyLength > LONG_HISTORY) break;
    }
    if (isHeldBack(stand)) await watchCanary();
    if (line.isOver() && window.activeCount() === 0 && (!stand.paused || window.totals().pending === 0) && busy === 0)
      break;
    if (workflowInfo().historyLength > LONG_HISTORY || workflowInfo().continueAsNewSuggested) {
      await condition(() => busy === 0 && allHandlersFinished());
      return continueAsNew<(next: BulkInput) => Promise<void>>({ taskId, carried: carry() });
    }
    await condition(() => stirred);
  }

  watcher.cancel();
  await resync();
  const totals = window.totals();
  stand.state =
    stand.cancelledBy !== null
      ? 'cancelled'
      : totals.failed + totals.partial > 0
        ? 'completed_with_failures'
        : 'completed';
  finishedAt = new Date().toISOString();
  const reason = stand.cancelledBy !== null ? say('task.cancelled-by', { name: stand.cancelledBy }) : null;
  stand.reason = reason;
  attributes.tell(stand.state);
  await hall.setBulkState({ taskId, state: stand.state, reason });
  await condition(allHandlersFinished);
}

function withZeros(kind: AnyKind, counters: Record<string, number>): Record<string, number> {
  return { ...Object.fromEntries(kind.counters.map((name) => [name, 0])), ...counters };
}

/** The same list, begun at another place each time, so that a long one is looked at in turn. */
function rotate<T>(items: readonly T[], turn: number): T[] {
  const from = (turn * ORPHAN_CHECK) % Math.max(1, items.length);
  return [...items.slice(from), ...items.slice(0, from)];
}
