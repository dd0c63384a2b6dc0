import { Group, Title } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { ACCOUNT_TASK_STATES, type AccountTaskState, type Totals } from '../../../../contracts/states.ts';
import { useAccountTasks } from '../../api/account-tasks.ts';
import type { TaskAddress } from '../../api/bulk.ts';
import type { AccountTaskEvent } from '../../api/live.ts';
import { useSerial } from '../../api/serial.ts';
import type { AccountTaskItem, BulkTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { StateFilter } from '../../ui/progress.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ACCOUNT_TASK_LOOKS } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { accountColumns } from './account-columns.tsx';
import { CauseFilter } from './failures-panel.tsx';
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
  const { get, set } = useAddress();
  const state = ACCOUNT_TASK_STATES.find((one) => one === get('state'));
  const q = get('q');
  const errorType = get('type') || undefined;
  const fingerprint = get('cause') || undefined;
  const narrowed = Boolean(q || errorType || fingerprint);
  const total = narrowed ? undefined : state ? totals[state] : task.total;
  const rows = useAccountTasks(address, { state, q, errorType, fingerprint }, total);
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
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2}>{t('task:accounts')}</Title>
        <SearchField label={t('field.searchUser')} value={q} onChange={(next) => set('q', next)} />
      </Group>
      <div style={{ marginBottom: 12 }}>
        <StateFilter
          totals={totals}
          value={state}
          onChange={(next: AccountTaskState | undefined) => set('state', next)}
        />
      </div>
      <CauseFilter address={address} />
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
          empty={
            <Notice icon={IconUsers} title={t('list.noAccountMatches')} color="gray">
              {state ? t('task:noneIn', { state: ACCOUNT_TASK_LOOKS[state].label }) : t('list.otherUser')}
            </Notice>
          }
        />
      )}
    </section>
  );
}
