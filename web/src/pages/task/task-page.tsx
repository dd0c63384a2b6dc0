import { Group, Skeleton, Stack, Title } from '@mantine/core';
import { useParams } from 'react-router';
import { type TaskAddress, useAggregate, useTask } from '../../api/bulk.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { BulkStateLabel } from '../../ui/states.tsx';
import { AccountDrawer } from './account-drawer.tsx';
import { AccountRows } from './account-rows.tsx';
import { EventsPanel } from './events-panel.tsx';
import { FailuresPanel } from './failures-panel.tsx';
import classes from './task.module.css';
import { TaskActions } from './task-actions.tsx';
import { TaskBanner } from './task-banner.tsx';
import { TaskSummary } from './task-summary.tsx';
import { ThroughputPanel } from './throughput-panel.tsx';
import { useTaskLive } from './use-task-live.ts';

const tasks = () => ({ to: '/tasks', label: t('nav.tasks') });

export function TaskPage() {
  const { kind = '', id = '' } = useParams();
  // Another task is another page: nothing of the one before may stay.
  return <TaskView key={id} address={{ kind, id }} />;
}

function TaskView({ address }: { address: TaskAddress }) {
  const task = useTask(address);
  const aggregate = useAggregate(address);
  const { get, set } = useAddress(['account']);
  const openedId = get('account') ?? null;
  const live = useTaskLive(address, openedId);

  const open = (accountTaskId: string | null): void => set('account', accountTaskId);

  if (task.error && !task.data) {
    return (
      <Page title={t('nav.task')} parent={tasks()} heading={<span />}>
        <ErrorNotice error={task.error} onRetry={() => void task.refetch()} />
      </Page>
    );
  }
  if (!task.data) {
    return (
      <Page title={t('nav.task')} parent={tasks()} heading={<Skeleton height={24} width={320} maw="60%" />}>
        <Skeleton height={170} />
        <Skeleton height={360} />
      </Page>
    );
  }
  const state = aggregate.data?.state ?? task.data.state;
  const totals = aggregate.data?.totals ?? task.data.totals;
  return (
    <Page
      title={task.data.name}
      parent={tasks()}
      heading={
        <Group gap="md" miw={0} style={{ flex: '1 1 320px' }}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {task.data.name}
          </Title>
          <span data-testid="task-state">
            <BulkStateLabel state={state} />
          </span>
        </Group>
      }
      actions={<TaskActions task={task.data} state={state} totals={totals} window={aggregate.data?.window} />}
    >
      <Stack gap="md">
        <TaskBanner task={task.data} state={state} aggregate={aggregate.data} />
        <TaskSummary task={task.data} aggregate={aggregate.data} />
        <div className={classes.panes}>
          <ThroughputPanel address={address} state={state} />
          <EventsPanel address={address} />
        </div>
        <FailuresPanel address={address} state={state} failed={totals.failed} />
      </Stack>
      <AccountRows
        address={address}
        task={task.data}
        state={state}
        totals={totals}
        opened={openedId}
        onOpen={open}
        live={live}
      />
      <AccountDrawer
        address={address}
        accountTaskId={openedId}
        counters={live.counterNames}
        onClose={() => open(null)}
      />
    </Page>
  );
}
