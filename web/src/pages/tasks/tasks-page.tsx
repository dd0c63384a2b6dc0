import { Button, Group, Select } from '@mantine/core';
import { IconListCheck, IconPlus } from '@tabler/icons-react';
import { useRef } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { BULK_STATES } from '../../../../contracts/states.ts';
import { useKinds, useTasks } from '../../api/bulk.ts';
import { useLive } from '../../api/live.ts';
import { useMay } from '../../api/session.tsx';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { BULK_LOOKS } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { taskColumns } from './columns.tsx';

export function TasksPage() {
  const [search, setSearch] = useSearchParams();
  const kind = search.get('kind') ?? undefined;
  const state = search.get('state') ?? undefined;
  const tasks = useTasks({ kind, state });
  const kinds = useKinds();
  const navigate = useNavigate();
  const mayOrder = useMay('operator');
  const range = useRef<[number, number]>([0, 0]);
  useLive(undefined, () => void tasks.refresh(...range.current).catch(() => undefined));

  const set = (name: string, value: string | null): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };

  const create = mayOrder && (
    <Button component={Link} to="/tasks/new" leftSection={<IconPlus size={16} />}>
      New bulk task
    </Button>
  );
  const titles = new Map(kinds.data?.map((one) => [one.name, one.title]));
  return (
    <Page title="Bulk tasks">
      <Group gap="sm">
        <Select
          aria-label="Kind"
          placeholder="All kinds"
          clearable
          w={200}
          data={(kinds.data ?? []).map((one) => ({ value: one.name, label: one.title }))}
          value={kind ?? null}
          onChange={(value) => set('kind', value)}
        />
        <Select
          aria-label="State"
          placeholder="All states"
          clearable
          w={230}
          data={BULK_STATES.map((one) => ({ value: one, label: BULK_LOOKS[one].label }))}
          value={state ?? null}
          onChange={(value) => set('state', value)}
        />
      </Group>
      {tasks.error ? (
        <ErrorNotice error={tasks.error} onRetry={tasks.reload} />
      ) : (
        <VirtualTable
          label="Bulk tasks"
          rows={tasks.items}
          columns={taskColumns(titles)}
          rowKey={(task) => task.id}
          rowHeight={56}
          compactRowHeight={84}
          list={tasks}
          onRange={(first, last) => {
            range.current = [first, last];
          }}
          onOpen={(task) => void navigate(`/tasks/${task.kind}/${task.id}`)}
          empty={
            kind || state ? (
              <Notice icon={IconListCheck} title="No bulk task matches" color="gray">
                Clear a filter to see more.
              </Notice>
            ) : (
              <Notice icon={IconListCheck} title="No bulk tasks yet" action={create}>
                A bulk task does one thing for many accounts. It can be paused, tuned and resumed at any time.
              </Notice>
            )
          }
        />
      )}
    </Page>
  );
}
