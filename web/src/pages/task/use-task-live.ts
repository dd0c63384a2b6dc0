import { useThrottledCallback } from '@mantine/hooks';
import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isFinalAccountTaskState } from '../../../../contracts/states.ts';
import { accountTaskKey, aggregateKey, failuresKey, type TaskAddress, taskKey, useKinds } from '../../api/bulk.ts';
import { type AccountTaskEvent, type LiveEvent, useLive } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';
import { matchingKey, taskEventsKey, throughputKey } from '../../api/task-page.ts';

/** The table tells what it shows here, and is told what has changed. */
export interface TaskLive {
  onRows: { current: (events: readonly AccountTaskEvent[], everything: boolean) => void };
  counterNames: readonly string[];
}

/** The workflow hears of the last account tasks a moment after the ledger does. */
const SETTLE_MS = 1_500;

/** What is counted over all accounts of a task is counted at most so often, however fast they end. */
const COUNTED_MS = 5_000;

/** Whether the causes of failures are others now. */
const failedIn = ({ from, to }: AccountTaskEvent): boolean => from === 'failed' || to === 'failed';

/** Whether another number of accounts has ended now. */
const endedIn = ({ from, to }: AccountTaskEvent): boolean =>
  isFinalAccountTaskState(to) || isFinalAccountTaskState(from);

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

  const readAnew = (queryKey: QueryKey): void => void client.invalidateQueries({ queryKey });
  const countEnded = useThrottledCallback(() => readAnew(throughputKey(address)), COUNTED_MS);
  const countMatching = useThrottledCallback(() => readAnew(matchingKey(address)), COUNTED_MS);

  const onFlush = (events: readonly LiveEvent[]): void => {
    const everything = events.length === 0;
    refreshTotals();
    if (everything || events.some((event) => event.type === 'bulk-task')) {
      refreshTask();
      readAnew(taskEventsKey(address));
      // With the end of the run its last interval is whole.
      readAnew(throughputKey(address));
    }
    const moved = events.filter((event) => event.type === 'account-task');
    if (everything || moved.some(endedIn)) countEnded();
    if (everything || moved.length > 0) countMatching();
    if (everything || events.some((event) => 'accountTaskId' in event && event.accountTaskId === openedId))
      refreshOpened();
    if (everything || moved.some(failedIn)) refreshFailures();
    onRows.current(moved, everything);
    clearTimeout(settle.current);
    if (!everything) settle.current = setTimeout(refreshTotals, SETTLE_MS);
  };
  useLive(address.id, onFlush);
  useEffect(() => () => clearTimeout(settle.current), []);

  return { onRows, counterNames: kinds.data?.find((kind) => kind.name === address.kind)?.counters ?? [] };
}
