import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCalendarRepeat, IconPlus } from '@tabler/icons-react';
import { Suspense, useEffect } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { useKinds } from '../../api/bulk.ts';
import { useLive } from '../../api/live.ts';
import { type ScheduleItem, useSchedules } from '../../api/schedules.ts';
import { useMay } from '../../api/session.tsx';
import { shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { useAddress } from '../../ui/address.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { part } from '../../ui/part.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { ScheduleActions } from './schedule-actions.tsx';
import { LastRun, NextRun, ScheduleState } from './schedule-cells.tsx';
import { ScheduleDrawer } from './schedule-drawer.tsx';
import { whenWords } from './when-words.ts';

const WeekCalendar = part(async () => (await import('./week-calendar.tsx')).WeekCalendar);

/** Times to come move on without any event. */
const REFRESH_MS = 15_000;

function columnsOf(kindTitles: ReadonlyMap<string, string>): Column<ScheduleItem>[] {
  return [
    {
      key: 'name',
      title: t('field.name'),
      width: 'minmax(0, 1.4fr)',
      cell: (schedule, compact) => (
        <Stack gap={1}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text fw={550} truncate>
              {schedule.name}
            </Text>
            {compact && <ScheduleState state={schedule.state} />}
          </Group>
          <Text size="xs" c="dimmed" truncate>
            {compact ? whenWords(schedule.spec, schedule.timeZone) : (kindTitles.get(schedule.kind) ?? schedule.kind)}
          </Text>
          {compact && (schedule.nextRunAt || schedule.nextRunReason) && (
            <Text size="xs" c="dimmed" component="div" truncate>
              <NextRun schedule={schedule} />
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'when',
      title: t('schedules:when'),
      width: 'minmax(0, 1.4fr)',
      from: 'sm',
      cell: (schedule) => (
        <Text size="sm" lineClamp={2}>
          {whenWords(schedule.spec, schedule.timeZone)}
        </Text>
      ),
    },
    {
      key: 'state',
      title: t('field.state'),
      width: '100px',
      from: 'sm',
      cell: ({ state }) => <ScheduleState state={state} />,
    },
    {
      key: 'next',
      title: t('schedules:nextRun'),
      width: 'minmax(110px, 0.8fr)',
      from: 'sm',
      cell: (schedule) => <NextRun schedule={schedule} />,
    },
    {
      key: 'last',
      title: t('schedules:lastRun'),
      width: 'minmax(150px, 1.2fr)',
      from: 'md',
      cell: (schedule) => <LastRun schedule={schedule} />,
    },
    { key: 'actions', title: '', width: '40px', cell: (schedule) => <ScheduleActions schedule={schedule} /> },
  ];
}

export function SchedulesPage() {
  const { id = null } = useParams();
  const schedules = useSchedules();
  const kinds = useKinds();
  const navigate = useNavigate();
  const mayOrder = useMay('operator');
  const { search } = useLocation();
  const { get, set } = useAddress([]);
  const asCalendar = get('view') === 'calendar' && schedules.items.length > 0;
  // What belongs to a list keeps its place while the list is read.
  const mayHaveSome = schedules.isPending || schedules.items.length > 0;
  const { reload, hasMore, loadMore, isFetchingMore } = schedules;
  // A week is only whole with all schedules.
  // biome-ignore lint/correctness/useExhaustiveDependencies: loadMore is another function at each turn and does the same
  useEffect(() => {
    if (asCalendar && hasMore && !isFetchingMore) loadMore();
  }, [asCalendar, hasMore, isFetchingMore]);
  useLive(undefined, reload);
  // biome-ignore lint/correctness/useExhaustiveDependencies: reload is another function at each turn and does the same
  useEffect(() => {
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  const create = mayOrder && (
    <Button component={Link} to="/tasks/new" leftSection={<IconPlus size={16} />}>
      {t('nav.newTask')}
    </Button>
  );
  return (
    <Page title={t('schedules:title')} actions={mayHaveSome && create}>
      {mayHaveSome && (
        <SegmentedControl
          aria-label={t('schedules:view')}
          style={{ alignSelf: 'start' }}
          data={[
            { value: 'list', label: t('schedules:list') },
            { value: 'calendar', label: t('schedules:calendar') },
          ]}
          value={asCalendar ? 'calendar' : 'list'}
          onChange={(value) => set('view', value === 'calendar' ? value : null)}
        />
      )}
      {asCalendar ? (
        <Suspense fallback={<BlockSkeleton height={300} />}>
          <WeekCalendar schedules={schedules.items} isPartial={hasMore} />
        </Suspense>
      ) : schedules.error ? (
        <ErrorNotice error={schedules.error} onRetry={schedules.reload} />
      ) : (
        <VirtualTable
          label={t('schedules:title')}
          rows={schedules.items}
          columns={columnsOf(new Map(kinds.data?.map((kind) => [kind.name, shared(kind.title)])))}
          rowKey={(schedule) => schedule.id}
          rowHeight={60}
          compactRowHeight={84}
          list={schedules}
          selected={id ?? undefined}
          onOpen={(schedule) => void navigate({ pathname: `/schedules/${schedule.id}`, search })}
          empty={
            <Notice icon={IconCalendarRepeat} title={t('schedules:none')} action={create}>
              <Phrase of="schedules:noneText" parts={{ b: <b /> }} />
            </Notice>
          }
        />
      )}
      <ScheduleDrawer id={id} onClose={() => void navigate({ pathname: '/schedules', search })} />
    </Page>
  );
}
