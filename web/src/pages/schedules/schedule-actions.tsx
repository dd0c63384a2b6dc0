import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext, IconTrash } from '@tabler/icons-react';
import { type ScheduleItem, type ScheduleOrder, useScheduleOrder } from '../../api/schedules.ts';
import { useMay } from '../../api/session.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

const SAID: Record<ScheduleOrder, string> = {
  pause: 'Paused. A task that runs already goes on.',
  resume: 'Resumed.',
  'run-now': 'The run begins; its task shows up in a moment.',
  delete: 'The schedule was deleted.',
};

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
        sayDone(SAID[name]);
        if (name === 'delete') onDeleted?.();
      },
      onError: (error) => sayFailed(error),
    });
  const askDelete = (): void => {
    modals.openConfirmModal({
      title: `Delete ${schedule.name}?`,
      children: (
        <Text size="sm">
          Nothing more is started by it. Bulk tasks that it has ordered stay, and those that run go on. To stop for a
          while, pause it instead.
        </Text>
      ),
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () => give('delete'),
    });
  };

  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          aria-label={`Actions for ${schedule.name}`}
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
            Run now
          </Menu.Item>
        )}
        {schedule.state === 'active' && (
          <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => give('pause')}>
            Pause
          </Menu.Item>
        )}
        {schedule.state === 'paused' && (
          <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => give('resume')}>
            Resume
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={askDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
