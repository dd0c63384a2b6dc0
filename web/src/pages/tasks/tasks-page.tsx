import { Button, Group, Select } from '@mantine/core';
import { IconListCheck, IconPlus } from '@tabler/icons-react';
import { useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { BULK_STATES } from '../../../../contracts/states.ts';
import { useKinds, useTasks } from '../../api/bulk.ts';
import { useLive } from '../../api/live.ts';
import { useMay } from '../../api/session.tsx';
import { shared, t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { BULK_LOOKS } from '../../ui/states.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { taskColumns } from './columns.tsx';

export function TasksPage() {
  const { get, set } = useAddress();
  const kind = get('kind');
  const state = get('state');
  const tasks = useTasks({ kind, state });
  const kinds = useKinds();
  const navigate = useNavigate();
  const mayOrder = useMay('operator');
  const range = useRef<[number, number]>([0, 0]);
  useLive(undefined, () => void tasks.refresh(...range.current).catch(() => undefined));

  const create = mayOrder && (
    <Button component={Link} to="/tasks/new" leftSection={<IconPlus size={16} />}>
      {t('nav.newTask')}
    </Button>
  );
  const titles = new Map(kinds.data?.map((one) => [one.name, shared(one.title)]));
  return (
    <Page title={t('nav.tasks')}>
      <Group gap="sm">
        <Select
          aria-label={t('field.kind')}
          placeholder={t('tasks:allKinds')}
          clearable
          w={200}
          data={(kinds.data ?? []).map((one) => ({ value: one.name, label: shared(one.title) }))}
          value={kind ?? null}
          onChange={(value) => set('kind', value)}
        />
        <Select
          aria-label={t('field.state')}
          placeholder={t('list.allStates')}
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
          label={t('nav.tasks')}
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
              <Notice icon={IconListCheck} title={t('tasks:noMatch')} color="gray">
                {t('list.clearFilter')}
              </Notice>
            ) : (
              <Notice icon={IconListCheck} title={t('tasks:none')} action={create}>
                {t('tasks:noneText')}
              </Notice>
            )
          }
        />
      )}
    </Page>
  );
}
