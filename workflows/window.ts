import type {
  AccountChange,
  AccountOutcome,
  ActiveEntry,
  CarriedBulk,
  PageItem,
  Synced,
} from '../contracts/orchestration.ts';
import type { FinalAccountTaskState, Totals } from '../contracts/states.ts';
import { emptyTotals, FINAL_ACCOUNT_TASK_STATES, isFinalAccountTaskState } from '../contracts/states.ts';

/**
 * Who has been started, who runs, who waits, who has ended: the sliding window of a bulk task. Pure; news may come
 * twice, late or out of order, and are told apart by the version that the ledger gives every change.
 */
type ActiveState = ActiveEntry[2];

interface Active {
  id: string;
  state: ActiveState;
  version: number;
}

export function createWindow(carried?: Pick<CarriedBulk, 'active' | 'ended' | 'counters'>) {
  const active = new Map<number, Active>();
  let ended: Record<FinalAccountTaskState, number> = carried?.ended ?? endedOf(emptyTotals());
  let counters: Record<string, number> = { ...carried?.counters };
  let total = 0;
  let running = 0;
  for (const [ordinal, id, state, version] of carried?.active ?? []) set(ordinal, { id, state, version });

  function set(ordinal: number, entry: Active): void {
    drop(ordinal);
    active.set(ordinal, entry);
    if (entry.state === 'running') running += 1;
  }

  function drop(ordinal: number): void {
    if (active.get(ordinal)?.state === 'running') running -= 1;
    active.delete(ordinal);
  }

  return {
    /** Takes an account task in: one to start, or one that runs already. @returns whether it was not known before */
    add(item: PageItem): boolean {
      if (active.has(item.ordinal)) return false;
      set(item.ordinal, {
        id: item.id,
        state: item.state === 'pending' ? 'running' : item.state,
        version: item.version,
      });
      return true;
    },

    /** An account task has ended. @returns whether that was news */
    end(ordinal: number, outcome: Pick<AccountOutcome, 'state' | 'counters' | 'version'>): boolean {
      const entry = active.get(ordinal);
      if (!entry || outcome.version < entry.version) return false;
      drop(ordinal);
      ended[outcome.state] += 1;
      for (const [name, n] of Object.entries(outcome.counters)) counters[name] = (counters[name] ?? 0) + n;
      return true;
    },

    /** An account task changed. @returns the final state when that ended it */
    change(news: AccountChange): FinalAccountTaskState | null {
      const entry = active.get(news.ordinal);
      if (!entry || news.version <= entry.version || news.to === 'pending') return null;
      if (isFinalAccountTaskState(news.to)) {
        const state = news.to;
        return this.end(news.ordinal, { state, counters: news.counters, version: news.version }) ? state : null;
      }
      set(news.ordinal, { id: entry.id, state: news.to, version: news.version });
      return null;
    },

    /** Takes the ledger's word for everything, as of one moment. @returns those that the ledger says have ended */
    sync(ledger: Synced): AccountChange[] {
      ended = endedOf(ledger.totals);
      counters = { ...ledger.counters };
      total = ledger.totals.total;
      const gone: AccountChange[] = [];
      for (const news of ledger.changes) {
        const entry = active.get(news.ordinal);
        if (!entry || news.version <= entry.version || news.to === 'pending') continue;
        if (isFinalAccountTaskState(news.to)) {
          drop(news.ordinal);
          gone.push(news);
        } else set(news.ordinal, { id: entry.id, state: news.to, version: news.version });
      }
      return gone;
    },

    entries: (): ActiveEntry[] => [...active].map(([ordinal, { id, state, version }]) => [ordinal, id, state, version]),
    activeCount: () => active.size,
    runningCount: () => running,
    ended: () => ended,
    counters: () => counters,

    totals(): Totals {
      const totals: Totals = { ...emptyTotals(), ...ended, total };
      for (const { state } of active.values()) totals[state] += 1;
      const known = FINAL_ACCOUNT_TASK_STATES.reduce((sum, state) => sum + ended[state], 0) + active.size;
      totals.pending = Math.max(0, total - known);
      return totals;
    },
  };
}

export type Window = ReturnType<typeof createWindow>;

function endedOf(totals: Totals): Record<FinalAccountTaskState, number> {
  const { succeeded, partial, failed, skipped, cancelled } = totals;
  return { succeeded, partial, failed, skipped, cancelled };
}
