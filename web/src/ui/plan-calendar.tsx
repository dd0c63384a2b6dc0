import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../i18n/index.ts';
import { formatDate } from '../i18n/intl.ts';
import classes from './plan.module.css';
import { daysOf, type PlannedSession } from './plan.ts';
import { useNow } from './time.tsx';

interface PlanCalendarProps {
  sessions: readonly PlannedSession[];
  timeZone: string | undefined;
  startsOpen: boolean;
}

/** Days and their sessions, in the account's own time; past ones are pale and the next one stands out. */
export function PlanCalendar({ sessions, timeZone, startsOpen }: PlanCalendarProps) {
  const [open, setOpen] = useState(startsOpen);
  const now = useNow(60_000);
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = (at: number): string => formatDate(at, { ...zone, hour: '2-digit', minute: '2-digit' });
  const day = (at: number): string => formatDate(at, { ...zone, weekday: 'short', day: 'numeric', month: 'short' });
  const times = sessions.map(({ at }) => Date.parse(at));
  const next = times.find((time) => time > now);
  const days = daysOf(sessions, timeZone);
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton className={classes.calendarHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={16} aria-hidden />
        <Text span>
          {t('plan.onDays', { visits: t('plan.visits', { count: sessions.length }), count: days.length })}
          <Text span c="dimmed">
            {' '}
            · {t('plan.fromTo', { from: day(times[0] ?? now), to: day(times.at(-1) ?? now) })}
            {timeZone && ` · ${t('plan.zoneTime', { zone: timeZone.replaceAll('_', ' ') })}`}
          </Text>
        </Text>
      </UnstyledButton>
      {open && (
        <ol className={classes.calendar}>
          {days.map(({ date, sessions: ofDay }) => (
            <li key={date} className={classes.day}>
              <Text size="xs" c="dimmed" mb={4}>
                {day(Date.parse(ofDay[0]?.at ?? date))}
              </Text>
              {ofDay.map(({ at, minutes }) => {
                const time = Date.parse(at);
                return (
                  <time
                    key={at}
                    dateTime={at}
                    title={at}
                    className={classes.session}
                    data-past={time <= now || undefined}
                    data-next={time === next || undefined}
                  >
                    {clock(time)}
                    <span>{t('plan.minutes', { minutes })}</span>
                  </time>
                );
              })}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
