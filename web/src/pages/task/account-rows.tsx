import { useEffect, useRef } from 'react';
import type { BulkState, Totals } from '../../../../contracts/states.ts';
import { useAccountTasks } from '../../api/account-tasks.ts';
import type { TaskAddress } from '../../api/bulk.ts';
import type { AccountTaskEvent } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';
import type { AccountTaskItem, BulkTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { accountColumns } from './account-columns.tsx';
import { useAccountFilter } from './account-filter.ts';
import { AccountFilters } from './account-filters.tsx';
import { MatchingBar } from './matching-bar.tsx';
import { NothingMatches } from './nothing-matches.tsx';
import type { TaskLive } from './use-task-live.ts';

interface AccountRowsProps {
  address: TaskAddress;
  task: BulkTask;
  state: BulkState;
  totals: Totals;
  opened: string | null;
  onOpen(accountTaskId: string): void;
  live: TaskLive;
}

/** What an event tells of a row, until the row itself is read again. */
function moved(row: AccountTaskItem, event: AccountTaskEvent): AccountTaskItem {
  const { error: _, said: __, ...rest } = row;
  const next: AccountTaskItem = {
    ...rest,
    state: event.to,
    stateReason: event.reason,
    ...(event.said?.reason && { said: { stateReason: event.said.reason } }),
  };
  return event.errorType ? { ...next, error: { type: event.errorType, message: row.error?.message ?? '' } } : next;
}

export function AccountRows({ address, task, state: taskState, totals, opened, onOpen, live }: AccountRowsProps) {
  const narrowed = useAccountFilter();
  const { state, ...others } = narrowed.filter;
  const isPart = Object.values(others).some((value) => value !== undefined);
  const total = isPart ? undefined : state ? totals[state] : task.total;
  const rows = useAccountTasks(address, narrowed.filter, total);
  const range = useRef<[number, number]>([0, 0]);
  const refreshVisible = useSerial(() => rows.refresh());

  useEffect(() => {
    live.onRows.current = (events, everything) => {
      const byRow = new Map(events.map((event) => [event.accountTaskId, event]));
      const [first, last] = range.current;
      const seen = Array.from({ length: last - first + 1 }, (_, at) => rows.rowAt(first + at)?.id).some(
        (id) => id !== undefined && byRow.has(id),
      );
      const joins = state !== undefined && events.some((event) => event.to === state || event.from === state);
      if (byRow.size > 0) {
        rows.patch((row) => {
          const event = byRow.get(row.id);
          return event ? moved(row, event) : row;
        });
      }
      if (everything || seen || joins) refreshVisible();
    };
  });

  return (
    <section aria-label={t('task:accountsOf')}>
      <AccountFilters address={address} totals={totals} narrowed={narrowed} />
      <MatchingBar address={address} state={taskState} narrowed={narrowed} />
      {rows.error ? (
        <ErrorNotice error={rows.error} onRetry={rows.reload} />
      ) : (
        <VirtualTable
          label={t('task:accountsOf')}
          placed={rows}
          columns={accountColumns(task)}
          rowKey={(row) => row.id}
          selected={opened ?? undefined}
          onRange={(first, last) => {
            range.current = [first, last];
          }}
          onOpen={(row) => onOpen(row.id)}
          empty={<NothingMatches address={address} narrowed={narrowed} />}
        />
      )}
    </section>
  );
}
