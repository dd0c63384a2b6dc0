import { ActionIcon, Button, List, Menu } from '@mantine/core';
import { IconBan, IconDots, IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import { type BulkState, isFinalBulkState, type Totals } from '../../../../contracts/states.ts';
import { type OrderName, useOrder } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { BulkTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { ask } from '../../ui/confirm.ts';
import { formatCount } from '../../ui/format.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { WindowControl } from './window-control.tsx';

interface TaskActionsProps {
  task: BulkTask;
  state: BulkState;
  totals: Totals;
  window: number | undefined;
}

/** What a person can order, by the task's state. */
export function TaskActions({ task, state, totals, window }: TaskActionsProps) {
  const mayOrder = useMay('operator');
  const order = useOrder(task);
  if (!mayOrder) return null;
  const notEnded = totals.pending + totals.running + totals.paced + totals.parked;
  const waiting = order.isPending && typeof order.variables === 'string' ? order.variables : undefined;

  const give = (name: OrderName): void =>
    order.mutate(name, { onSuccess: () => sayDone(t(`task:said.${name}`)), onError: (error) => sayFailed(error) });

  const askCancel = (): void => {
    ask({
      title: t('task:cancel.title'),
      danger: true,
      text: (
        <List size="sm" spacing="xs">
          <List.Item>{t('task:cancel.notEnded', { count: notEnded })}</List.Item>
          <List.Item>{t('task:cancel.safe')}</List.Item>
          <List.Item>{t('task:cancel.stays')}</List.Item>
          <List.Item>
            <Phrase of="task:cancel.warn" parts={{ b: <b /> }} />
          </List.Item>
        </List>
      ),
      confirm: t('task:cancel.action'),
      keep: t('confirm.keep'),
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
                onSuccess: () => sayDone(t('task:nowAtOnce', { count: next })),
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
          {t('task:retry', { n: formatCount(totals.failed) })}
        </Button>
      )}
      {state === 'running' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={waiting === 'pause'}
          onClick={() => give('pause')}
        >
          {t('task:pause')}
        </Button>
      )}
      {state === 'paused' && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={waiting === 'resume'}
          onClick={() => give('resume')}
        >
          {t('task:resume')}
        </Button>
      )}
      {startable && (
        <Button leftSection={<IconPlayerPlay size={16} />} loading={waiting === 'start'} onClick={() => give('start')}>
          {state === 'scheduled' ? t('task:startNow') : t('task:start')}
        </Button>
      )}
      {!isFinalBulkState(state) && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t('task:more')} loading={waiting === 'cancel'}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconBan size={16} />} color="red" onClick={askCancel}>
              {t('task:cancel.action')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
