import type { AccountChange, ActiveEntry, PageItem } from '../contracts/orchestration.ts';
import { emptyTotals } from '../contracts/states.ts';
import { createWindow } from './window.ts';

const item = (ordinal: number, over: Partial<PageItem> = {}): PageItem => ({
  ordinal,
  id: `id-${ordinal}`,
  state: 'pending',
  version: 0,
  ...over,
});
const news = (ordinal: number, to: AccountChange['to'], version: number): AccountChange => ({
  ordinal,
  id: `id-${ordinal}`,
  to,
  version,
  counters: to === 'succeeded' ? { posted: 1 } : {},
  errorType: null,
});
const ledger = (over: Partial<ReturnType<typeof emptyTotals>>, changes: AccountChange[] = [], counters = {}) => ({
  totals: { ...emptyTotals(), ...over },
  counters,
  changes,
});

function windowOf(total: number) {
  const window = createWindow();
  window.sync(ledger({ total, pending: total }));
  return window;
}

describe('the window of a bulk task', () => {
  it('counts what it has started as running and the rest as pending', () => {
    const window = windowOf(10);
    window.add(item(0));
    window.add(item(1));
    expect(window.totals()).toMatchObject({ total: 10, pending: 8, running: 2 });
  });

  it('gives the slot of a paced or parked account back', () => {
    const window = windowOf(3);
    window.add(item(0));
    window.change(news(0, 'paced', 2));
    expect(window.runningCount()).toBe(0);
    expect(window.totals()).toMatchObject({ paced: 1, running: 0, pending: 2 });
    window.change(news(0, 'running', 3));
    expect(window.runningCount()).toBe(1);
  });

  it('counts an end once, whoever tells it and how often', () => {
    const window = windowOf(2);
    window.add(item(0));
    expect(window.change(news(0, 'succeeded', 2))).toBe('succeeded');
    expect(window.change(news(0, 'succeeded', 2))).toBeNull();
    expect(window.end(0, { state: 'succeeded', counters: { posted: 1 }, version: 2 })).toBe(false);
    expect(window.totals()).toMatchObject({ succeeded: 1, running: 0, pending: 1 });
    expect(window.counters()).toEqual({ posted: 1 });
  });

  it('drops news that are older than what it knows', () => {
    const window = windowOf(2);
    window.add(item(0));
    window.change(news(0, 'running', 5));
    window.change(news(0, 'paced', 4));
    expect(window.totals()).toMatchObject({ running: 1, paced: 0 });
  });

  it('drops late news of an account task that is tried again', () => {
    const window = windowOf(1);
    window.add(item(0, { version: 3 }));
    expect(window.end(0, { state: 'failed', counters: {}, version: 2 })).toBe(false);
    expect(window.totals()).toMatchObject({ running: 1, failed: 0 });
  });

  it('takes the word of the ledger without counting anything twice', () => {
    const window = windowOf(3);
    window.add(item(0));
    window.add(item(1));
    const gone = window.sync(
      ledger({ total: 3, succeeded: 1, running: 1, pending: 1 }, [news(0, 'succeeded', 2)], { posted: 1 }),
    );
    expect(gone.map(({ ordinal }) => ordinal)).toEqual([0]);
    expect(window.end(0, { state: 'succeeded', counters: { posted: 1 }, version: 2 })).toBe(false);
    expect(window.totals()).toMatchObject({ total: 3, succeeded: 1, running: 1, pending: 1 });
    expect(window.counters()).toEqual({ posted: 1 });
  });

  it('goes on where an earlier run of the workflow stood', () => {
    const first = windowOf(4);
    first.add(item(0));
    first.add(item(1));
    first.change(news(1, 'parked', 2));
    const active: ActiveEntry[] = first.entries();
    const second = createWindow({ active, ended: first.ended(), counters: first.counters() });
    second.sync(ledger({ total: 4, pending: 2, running: 1, parked: 1 }));
    expect(second.totals()).toEqual(first.totals());
    expect(second.runningCount()).toBe(1);
  });

  it('knows an account task that it has taken in already', () => {
    const window = windowOf(1);
    expect(window.add(item(0))).toBe(true);
    expect(window.add(item(0))).toBe(false);
  });
});
