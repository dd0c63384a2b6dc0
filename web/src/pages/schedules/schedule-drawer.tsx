import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconEdit, IconExternalLink } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { Link } from 'react-router';
import { type Schedule, useSchedule } from '../../api/schedules.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { overlay } from '../../ui/part.tsx';
import { BulkStateLabel } from '../../ui/states.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { ScheduleActions } from './schedule-actions.tsx';
import { ScheduleState } from './schedule-cells.tsx';
import { whenWords } from './when-words.ts';

const ScheduleEdit = overlay(async () => (await import('./schedule-edit.tsx')).ScheduleEdit);

/** Who takes part, in words. */
function whoOf(selection: unknown): string {
  if (typeof selection !== 'object' || selection === null) return '–';
  if ('tag' in selection) return t('schedules:who.tag', { tag: String(selection.tag) });
  if ('platform' in selection) return t('schedules:who.platform', { platform: String(selection.platform) });
  if ('filter' in selection) return t('schedules:who.filter');
  return 'idCount' in selection ? t('schedules:who.picked', { count: Number(selection.idCount) }) : '–';
}

export function ScheduleDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const schedule = useSchedule(id);
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      title={t('schedules:thing')}
      heading={({ name }) => name}
      found={schedule}
    >
      {(found) => <Details schedule={found} onClose={onClose} />}
    </DetailDrawer>
  );
}

function Details({ schedule, onClose }: { schedule: Schedule; onClose(): void }) {
  const mayOrder = useMay('operator');
  const [editing, setEditing] = useState(false);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <ScheduleState state={schedule.state} />
        <Group gap={4}>
          {mayOrder && (
            <Button variant="default" size="xs" leftSection={<IconEdit size={15} />} onClick={() => setEditing(true)}>
              {t('schedules:edit')}
            </Button>
          )}
          <ScheduleActions schedule={schedule} onDeleted={onClose} />
        </Group>
      </Group>
      <Suspense fallback={null}>
        {editing && <ScheduleEdit schedule={schedule} onClose={() => setEditing(false)} />}
      </Suspense>
      {schedule.lastError && (
        <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title={t('schedules:refused')}>
          {toldOf(schedule, 'lastError')}
        </Alert>
      )}
      <Facts>
        <Fact label={t('schedules:when')}>{whenWords(schedule.spec, schedule.timeZone)}</Fact>
        <Fact label={t('schedules:who')}>{whoOf(schedule.selection)}</Fact>
        <Fact label={t('schedules:overlapTitle')}>{t(`schedules:overlap.${schedule.overlap}`)}</Fact>
      </Facts>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('schedules:nextRuns')}
        </Title>
        {schedule.nextRuns.length === 0 ? (
          <Text c="dimmed">{toldOf(schedule, 'nextRunReason')}</Text>
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
              {t('schedules:ownZone')}
            </Text>
          </>
        )}
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t('schedules:lastTasks')}
        </Title>
        {schedule.tasks.length === 0 && <Text c="dimmed">{t('schedules:noTask')}</Text>}
        <Stack gap="xs">
          {schedule.tasks.map((task) => (
            <Group key={task.id} justify="space-between" wrap="nowrap" gap="sm">
              <Stack gap={0} style={{ minWidth: 0 }}>
                <Link to={`/tasks/${task.kind}/${task.id}`} className="plain-link truncate">
                  {task.name}
                </Link>
                <Text size="xs" c="dimmed">
                  {t('count.accounts', { count: task.total })} · <Ago at={task.createdAt} />
                </Text>
              </Stack>
              <BulkStateLabel state={task.state} />
            </Group>
          ))}
        </Stack>
      </section>
      <Anchor href={schedule.temporalUrl} target="_blank" rel="noreferrer" size="sm">
        {t('schedules:inTemporal')} <IconExternalLink size={14} aria-hidden />
      </Anchor>
    </Stack>
  );
}
