import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { accountTaskKey, aggregateKey, failuresKey, type TaskAddress, taskKey, useKinds } from '../../api/bulk.ts';
import { type AccountTaskEvent, type LiveEvent, useLive } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';

/** The table tells what it shows here, and is told what has changed. */
export interface TaskLive {
  onRows: { current: (events: readonly AccountTaskEvent[], everything: boolean) => void };
  counterNames: readonly string[];
}

/** The workflow hears of the last account tasks a moment after the ledger does. */
const SETTLE_MS = 1_500;

/** Whether the causes of failures are others now. */
const failedIn = ({ from, to }: AccountTaskEvent): boolean => from === 'failed' || to === 'failed';

/** Moves the page of one bulk task by its events: totals, rows on the screen, and the account task that is open. */
export function useTaskLive(address: TaskAddress, openedId: string | null): TaskLive {
  const client = useQueryClient();
  const kinds = useKinds();
  const onRows = useRef<TaskLive['onRows']['current']>(() => undefined);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);

  const refreshTotals = useSerial(() => client.invalidateQueries({ queryKey: aggregateKey(address) }));
  const refreshTask = useSerial(() => client.invalidateQueries({ queryKey: taskKey(address) }));
  const refreshFailures = useSerial(() => client.invalidateQueries({ queryKey: failuresKey(address) }));
  const refreshOpened = useSerial(async () => {
    if (openedId) await client.invalidateQueries({ queryKey: accountTaskKey(address, openedId) });
  });

  const onFlush = (events: readonly LiveEvent[]): void => {
    const everything = events.length === 0;
    refreshTotals();
    if (everything || events.some((event) => event.type === 'bulk-task')) refreshTask();
    if (everything || events.some((event) => 'accountTaskId' in event && event.accountTaskId === openedId))
      refreshOpened();
    if (everything || events.some((event) => event.type === 'account-task' && failedIn(event))) refreshFailures();
    onRows.current(
      events.filter((event) => event.type === 'account-task'),
      everything,
    );
    clearTimeout(settle.current);
    if (!everything) settle.current = setTimeout(refreshTotals, SETTLE_MS);
  };
  useLive(address.id, onFlush);
  useEffect(() => () => clearTimeout(settle.current), []);

  return { onRows, counterNames: kinds.data?.find((kind) => kind.name === address.kind)?.counters ?? [] };
}
