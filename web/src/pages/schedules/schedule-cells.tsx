import { Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconClock, IconPlayerPause } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { ScheduleItem } from '../../api/schedules.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { BulkStateLabel } from '../../ui/states.tsx';
import { At } from '../../ui/time.tsx';

const LOOKS = {
  active: { icon: IconClock, color: 'var(--fl-running)' },
  paused: { icon: IconPlayerPause, color: 'var(--fl-parked)' },
  done: { icon: IconCircleCheck, color: 'var(--fl-succeeded)' },
} as const;

export function ScheduleState({ state }: Pick<ScheduleItem, 'state'>) {
  const { icon: Icon, color } = LOOKS[state];
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <Icon size={16} stroke={1.9} style={{ color }} aria-hidden />
      <span>{t(`schedules:state.${state}`)}</span>
    </Group>
  );
}

/** The time of the next run, or why there is none. */
export function NextRun({ schedule }: { schedule: ScheduleItem }) {
  if (schedule.nextRunAt) return <At at={schedule.nextRunAt} />;
  const reason = toldOf(schedule, 'nextRunReason');
  return (
    <Text size="xs" c="dimmed" lineClamp={2} title={reason ?? undefined}>
      {reason ?? '–'}
    </Text>
  );
}

/** When it ran last, and the task that it made or why it made none. */
export function LastRun({ schedule }: { schedule: ScheduleItem }) {
  const { lastRunAt, lastTask } = schedule;
  const lastError = toldOf(schedule, 'lastError');
  if (!lastRunAt && !lastError) return <>–</>;
  return (
    <Stack gap={1}>
      {lastRunAt && <At at={lastRunAt} />}
      {lastError ? (
        <Text size="xs" c="var(--fl-failed)" lineClamp={2} title={lastError}>
          {lastError}
        </Text>
      ) : (
        lastTask && (
          <Link
            to={`/tasks/${lastTask.kind}/${lastTask.id}`}
            className="plain-link"
            title={lastTask.name}
            onClick={(event) => event.stopPropagation()}
          >
            <BulkStateLabel state={lastTask.state} />
          </Link>
        )
      )}
    </Stack>
  );
}
