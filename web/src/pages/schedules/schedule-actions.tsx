import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext, IconTrash } from '@tabler/icons-react';
import { type ScheduleItem, type ScheduleOrder, useScheduleOrder } from '../../api/schedules.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { askDelete } from '../../ui/confirm.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

interface ScheduleActionsProps {
  schedule: ScheduleItem;
  onDeleted?(): void;
}

/** What a person can order, by the schedule's state. */
export function ScheduleActions({ schedule, onDeleted }: ScheduleActionsProps) {
  const mayOrder = useMay('operator');
  const order = useScheduleOrder(schedule.id);
  if (!mayOrder) return null;

  const give = (name: ScheduleOrder): void =>
    order.mutate(name, {
      onSuccess: () => {
        sayDone(t(`schedules:said.${name}`));
        if (name === 'delete') onDeleted?.();
      },
      onError: (error) => sayFailed(error),
    });
  const onDelete = (): void =>
    askDelete({
      title: t('schedules:delete.title', { name: schedule.name }),
      text: t('schedules:delete.text'),
      onConfirm: () => give('delete'),
    });

  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          aria-label={t('schedules:actionsFor', { name: schedule.name })}
          loading={order.isPending}
          onClick={(event) => event.stopPropagation()}
          onKeyDown={(event) => event.stopPropagation()}
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        {schedule.state !== 'paused' && (
          <Menu.Item leftSection={<IconPlayerTrackNext size={16} />} onClick={() => give('run-now')}>
            {t('schedules:runNow')}
          </Menu.Item>
        )}
        {schedule.state === 'active' && (
          <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => give('pause')}>
            {t('schedules:pause')}
          </Menu.Item>
        )}
        {schedule.state === 'paused' && (
          <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => give('resume')}>
            {t('schedules:resume')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={onDelete}>
          {t('schedules:delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
