import { CloseButton, Group, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ACCOUNT_TASK_STATES, type AccountTaskState, type Totals } from '../../../../contracts/states.ts';
import { type TaskAddress, useAccountTasks } from '../../api/bulk.ts';
import type { AccountTaskEvent } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';
import type { AccountTaskItem, BulkTask } from '../../api/types.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { StateFilter } from '../../ui/progress.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { accountColumns } from './account-columns.tsx';
import type { TaskLive } from './use-task-live.ts';

interface AccountRowsProps {
  address: TaskAddress;
  task: BulkTask;
  totals: Totals;
  opened: string | null;
  onOpen(accountTaskId: string): void;
  live: TaskLive;
}

/** What an event tells of a row, until the row itself is read again. */
function moved(row: AccountTaskItem, event: AccountTaskEvent): AccountTaskItem {
  const { error: _, ...rest } = row;
  const next: AccountTaskItem = { ...rest, state: event.to, stateReason: event.reason };
  return event.errorType ? { ...next, error: { type: event.errorType, message: row.error?.message ?? '' } } : next;
}

export function AccountRows({ address, task, totals, opened, onOpen, live }: AccountRowsProps) {
  const [search, setSearch] = useSearchParams();
  const state = ACCOUNT_TASK_STATES.find((one) => one === search.get('state'));
  const q = search.get('q') ?? undefined;
  const [typed, setTyped] = useState(q ?? '');
  const rows = useAccountTasks(address, { state, q });
  const range = useRef<[number, number]>([0, 0]);
  const refreshVisible = useSerial(() => rows.refresh(...range.current));

  const set = (name: 'state' | 'q', value: string | undefined): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  const searchFor = useDebouncedCallback((text: string) => set('q', text.trim() || undefined), 250);

  useEffect(() => {
    live.onRows.current = (events, everything) => {
      const byRow = new Map(events.map((event) => [event.accountTaskId, event]));
      const [first, last] = range.current;
      const seen = rows.items.slice(first, last + 1).some((row) => byRow.has(row.id));
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
    <section aria-label="Accounts of the task">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2}>Accounts</Title>
        <TextInput
          aria-label="Search by user name"
          placeholder="Search by user name"
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 260 }}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            searchFor(event.currentTarget.value);
          }}
          rightSection={
            typed && (
              <CloseButton
                size="sm"
                aria-label="Clear the search"
                onClick={() => {
                  setTyped('');
                  set('q', undefined);
                }}
              />
            )
          }
        />
      </Group>
      <div style={{ marginBottom: 12 }}>
        <StateFilter
          totals={totals}
          value={state}
          onChange={(next: AccountTaskState | undefined) => set('state', next)}
        />
      </div>
      {rows.error ? (
        <ErrorNotice error={rows.error} onRetry={rows.reload} />
      ) : (
        <VirtualTable
          label="Accounts of the task"
          rows={rows.items}
          columns={accountColumns(task)}
          rowKey={(row) => row.id}
          selected={opened ?? undefined}
          list={rows}
          onRange={(first, last) => {
            range.current = [first, last];
          }}
          onOpen={(row) => onOpen(row.id)}
          empty={
            <Notice icon={IconUsers} title="No account matches" color="gray">
              {state ? `No account is ${state} right now.` : 'Search for another user name.'}
            </Notice>
          }
        />
      )}
    </section>
  );
}
