import { ActionIcon, Button, Group, Select, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link, useLocation } from 'react-router';
import { wallTime } from '../../../../contracts/schedule-runs.ts';
import type { ScheduleItem } from '../../api/schedules.ts';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import { useAddress } from '../../ui/address.ts';
import { useNow } from '../../ui/time.tsx';
import { DAY_MS, type DayRuns, mondayOf, weekOf } from './week.ts';
import classes from './week-calendar.module.css';
import { whenWords } from './when-words.ts';

interface WeekCalendarProps {
  schedules: readonly ScheduleItem[];
  /** There are more schedules than have been read. */
  isPartial: boolean;
}

const isZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
};

/** A week of runs to come, as clocks in the chosen zone show them. */
export function WeekCalendar({ schedules, isPartial }: WeekCalendarProps) {
  const { get, set } = useAddress([]);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  const asked = get('zone');
  const zone = asked && isZone(asked) ? asked : own;
  const now = useNow(60_000);
  const today = Math.floor(wallTime(now, zone) / DAY_MS) * DAY_MS;
  const present = mondayOf(today);
  const given = /^\d{4}-\d\d-\d\d$/.test(get('week') ?? '') ? Date.parse(`${get('week')}T00:00:00Z`) : Number.NaN;
  const monday = Number.isNaN(given) ? present : mondayOf(given);
  const days = useMemo(() => weekOf(schedules, zone, monday, now), [schedules, zone, monday, now]);
  const goTo = (next: number) => (): void =>
    set('week', next === present ? null : new Date(next).toISOString().slice(0, 10));

  const zones = [
    ...new Set([own, 'UTC', ...schedules.map(({ timeZone }) => timeZone), ...Intl.supportedValuesOf('timeZone')]),
  ];
  const dayText = (day: number, more: Intl.DateTimeFormatOptions = {}): string =>
    formatDate(day, { timeZone: 'UTC', day: 'numeric', month: 'short', ...more });
  const isEmpty = days.every(({ runs }) => runs.length === 0);
  return (
    <section aria-label={t('schedules:calendar')}>
      <Group justify="space-between" gap="sm" mb="sm">
        <Group gap={6}>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t('schedules:weekBefore')}
            onClick={goTo(monday - 7 * DAY_MS)}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t('schedules:weekAfter')}
            onClick={goTo(monday + 7 * DAY_MS)}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
          <Button variant="default" size="xs" disabled={monday === present} onClick={goTo(present)}>
            {t('schedules:thisWeek')}
          </Button>
          <Text fw={600} ml={6} className="tabular" role="status">
            {t('plan.fromTo', { from: dayText(monday), to: dayText(monday + 6 * DAY_MS, { year: 'numeric' }) })}
          </Text>
        </Group>
        <Select
          aria-label={t('field.timeZone')}
          searchable
          allowDeselect={false}
          limit={80}
          w={230}
          data={zones}
          value={zone}
          onChange={(value) => set('zone', value === own ? null : value)}
        />
      </Group>
      {isEmpty && (
        <Text c="dimmed" mb="sm">
          {monday + 7 * DAY_MS <= today ? t('schedules:weekOver') : t('schedules:weekEmpty')}
        </Text>
      )}
      <ol className={classes.week}>
        {days.map(({ day, runs }) => (
          <li
            key={day}
            className={`surface ${classes.day}`}
            data-today={day === today || undefined}
            data-past={day < today || undefined}
          >
            <Text size="sm" fw={600} className={classes.title}>
              {dayText(day, { weekday: 'short' })}
            </Text>
            {runs.map((run) => (
              <Run key={`${run.schedule.id}/${run.times[0]}`} run={run} zone={zone} />
            ))}
          </li>
        ))}
      </ol>
      <Text size="xs" c="dimmed" mt="xs">
        {isPartial ? t('schedules:calendarPartial') : t('schedules:calendarText')}
      </Text>
    </section>
  );
}

function Run({ run: { schedule, times }, zone }: { run: DayRuns['runs'][number]; zone: string }) {
  const { search } = useLocation();
  const clock = (at: number, timeZone: string): string =>
    formatDate(at, { timeZone, hour: '2-digit', minute: '2-digit' });
  const [first = 0] = times;
  const isSingle = times.length === 1;
  return (
    <Link
      to={{ pathname: `/schedules/${schedule.id}`, search }}
      className={classes.run}
      title={`${schedule.name}: ${whenWords(schedule.spec, schedule.timeZone)}`}
    >
      <span className={classes.time}>
        {clock(first, zone)}
        {!isSingle && <span> {t('schedules:times', { count: times.length })}</span>}
      </span>
      <span className={classes.name}>{schedule.name}</span>
      {isSingle && schedule.timeZone !== zone && 'cron' in schedule.spec && (
        <span className={classes.there}>
          {t('time.there', { time: clock(first, schedule.timeZone), zone: schedule.timeZone.replaceAll('_', ' ') })}
        </span>
      )}
    </Link>
  );
}
