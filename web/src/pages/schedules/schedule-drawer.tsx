import { Alert, Anchor, Drawer, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconExternalLink } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type Schedule, useSchedule } from '../../api/schedules.ts';
import { plural } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { BulkStateLabel } from '../../ui/states.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { ScheduleActions } from './schedule-actions.tsx';
import { ScheduleState } from './schedule-cells.tsx';

const OVERLAPS = {
  skip: 'A run is left out while the one before has not ended',
  buffer: 'A run waits until the one before has ended',
  allow: 'Runs may overlap',
} as const;

/** Who takes part, in words. */
function whoOf(selection: unknown): string {
  if (typeof selection !== 'object' || selection === null) return '–';
  if ('tag' in selection) return `Accounts with the tag ${String(selection.tag)}`;
  if ('platform' in selection) return `All accounts of ${String(selection.platform)}`;
  return 'idCount' in selection ? plural(Number(selection.idCount), 'picked account') : '–';
}

export function ScheduleDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const schedule = useSchedule(id);
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      size="md"
      title={
        <Text fw={600} size="lg">
          {schedule.data?.name ?? 'Schedule'}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {schedule.data ? (
        <Details schedule={schedule.data} onClose={onClose} />
      ) : schedule.error ? (
        <ErrorNotice error={schedule.error} onRetry={() => void schedule.refetch()} />
      ) : (
        id !== null && <Skeleton height={200} />
      )}
    </Drawer>
  );
}

function Details({ schedule, onClose }: { schedule: Schedule; onClose(): void }) {
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <ScheduleState state={schedule.state} />
        <ScheduleActions schedule={schedule} onDeleted={onClose} />
      </Group>
      {schedule.lastError && (
        <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title="The last run was refused">
          {schedule.lastError}
        </Alert>
      )}
      <Facts>
        <Fact label="When">{schedule.when}</Fact>
        <Fact label="Who">{whoOf(schedule.selection)}</Fact>
        <Fact label="Overlap">{OVERLAPS[schedule.overlap]}</Fact>
      </Facts>
      <section>
        <Title order={3} size="h5" mb="xs">
          Next runs
        </Title>
        {schedule.nextRuns.length === 0 ? (
          <Text c="dimmed">{schedule.nextRunReason}</Text>
        ) : (
          <>
            <Stack gap={4} component="ol" m={0} pl="md">
              {schedule.nextRuns.map((time) => (
                <li key={time}>
                  <At at={time} />
                </li>
              ))}
            </Stack>
            <Text size="xs" c="dimmed" mt={4}>
              In your own time zone.
            </Text>
          </>
        )}
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          Last tasks
        </Title>
        {schedule.tasks.length === 0 && <Text c="dimmed">It has not ordered a task yet.</Text>}
        <Stack gap="xs">
          {schedule.tasks.map((task) => (
            <Group key={task.id} justify="space-between" wrap="nowrap" gap="sm">
              <Stack gap={0} style={{ minWidth: 0 }}>
                <Link to={`/tasks/${task.kind}/${task.id}`} className="plain-link truncate">
                  {task.name}
                </Link>
                <Text size="xs" c="dimmed">
                  {plural(task.total, 'account')} · <Ago at={task.createdAt} />
                </Text>
              </Stack>
              <BulkStateLabel state={task.state} />
            </Group>
          ))}
        </Stack>
      </section>
      <Anchor href={schedule.temporalUrl} target="_blank" rel="noreferrer" size="sm">
        In Temporal <IconExternalLink size={14} aria-hidden />
      </Anchor>
    </Stack>
  );
}
