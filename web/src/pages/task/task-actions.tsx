import { ActionIcon, Button, List, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconBan, IconDots, IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import { type BulkState, isFinalBulkState, type Totals } from '../../../../contracts/states.ts';
import { type OrderName, useOrder } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { BulkTask } from '../../api/types.ts';
import { formatCount, plural } from '../../ui/format.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { WindowControl } from './window-control.tsx';

interface TaskActionsProps {
  task: BulkTask;
  state: BulkState;
  totals: Totals;
  window: number | undefined;
}

const SAID: Record<OrderName, string> = {
  start: 'The task was started.',
  pause: 'Paused. Accounts at work finish what they do.',
  resume: 'Resumed.',
  cancel: 'The task is being cancelled.',
  'retry-failed': 'The failed accounts are tried again.',
};

/** What a person can order, by the task's state. */
export function TaskActions({ task, state, totals, window }: TaskActionsProps) {
  const mayOrder = useMay('operator');
  const order = useOrder(task);
  if (!mayOrder) return null;
  const notEnded = totals.pending + totals.running + totals.paced + totals.parked;
  const waiting = order.isPending && typeof order.variables === 'string' ? order.variables : undefined;

  const give = (name: OrderName): void =>
    order.mutate(name, { onSuccess: () => sayDone(SAID[name]), onError: (error) => sayFailed(error) });

  const askCancel = (): void => {
    modals.openConfirmModal({
      title: 'Cancel this bulk task?',
      children: (
        <List size="sm" spacing="xs">
          <List.Item>
            {plural(notEnded, 'account that has', 'accounts that have')} not ended will be cancelled.
          </List.Item>
          <List.Item>
            Accounts at work stop at the next safe point; a post that was already sent is still checked.
          </List.Item>
          <List.Item>What has been posted stays on the platform.</List.Item>
          <List.Item>
            <b>A cancelled task cannot be resumed.</b> To wait instead, pause it.
          </List.Item>
        </List>
      ),
      labels: { confirm: 'Cancel the task', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () => give('cancel'),
    });
  };

  const startable = state === 'draft' || (state === 'scheduled' && !task.startRequestedAt);
  const retryable = totals.failed > 0 && state !== 'draft' && state !== 'scheduled';
  return (
    <>
      {!isFinalBulkState(state) && (
        <WindowControl
          value={window ?? task.window}
          busy={order.isPending && typeof order.variables === 'object'}
          onSet={(next) =>
            order.mutate(
              { window: next },
              {
                onSuccess: () => sayDone(`Now ${plural(next, 'account')} at once.`),
                onError: (error) => sayFailed(error),
              },
            )
          }
        />
      )}
      {retryable && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={waiting === 'retry-failed'}
          onClick={() => give('retry-failed')}
        >
          Retry {formatCount(totals.failed)} failed
        </Button>
      )}
      {state === 'running' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={waiting === 'pause'}
          onClick={() => give('pause')}
        >
          Pause
        </Button>
      )}
      {state === 'paused' && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={waiting === 'resume'}
          onClick={() => give('resume')}
        >
          Resume
        </Button>
      )}
      {startable && (
        <Button leftSection={<IconPlayerPlay size={16} />} loading={waiting === 'start'} onClick={() => give('start')}>
          {state === 'scheduled' ? 'Start now' : 'Start'}
        </Button>
      )}
      {!isFinalBulkState(state) && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label="More actions" loading={waiting === 'cancel'}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconBan size={16} />} color="red" onClick={askCancel}>
              Cancel the task
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
