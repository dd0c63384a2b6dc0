import { type CronTimes, cronTimes, dayGroup } from '../../../../contracts/cron.ts';
import type { ScheduleSpec } from '../../../../contracts/schedules.ts';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';

const listed = (items: readonly string[]): string =>
  items.length < 2
    ? items.join('')
    : t('schedules:spec.and', { first: items.slice(0, -1).join(', '), last: items.at(-1) ?? '' });

type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

function dayWords(days: CronTimes['days']): string {
  if (days.of === 'all') return t('schedules:spec.daily');
  if (days.of === 'month') return t('schedules:spec.monthly', { days: listed(days.days.map(String)) });
  const group = dayGroup(days.days);
  if (group) return t(`schedules:spec.${group}`);
  return t('schedules:spec.weekly', { days: listed(days.days.map((day) => t(`schedules:spec.on.${day as Weekday}`))) });
}

const UNITS = [
  [1_440, 'days'],
  [60, 'hours'],
  [1, 'minutes'],
] as const;

function intervalWords(minutes: number): string {
  const [size, unit] = UNITS.find(([each]) => minutes % each === 0) ?? [1, 'minutes'];
  return minutes === size ? t(`schedules:spec.one.${unit}`) : t(`schedules:spec.${unit}`, { count: minutes / size });
}

const within = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function cronWords(cron: string): string {
  const times = cronTimes(cron);
  if (!times) return `Cron ${cron.trim()}`;
  const { days, clock } = times;
  if ('at' in clock) return t('schedules:spec.at', { day: dayWords(days), times: listed(clock.at) });
  const often = 'minute' in clock ? t('schedules:spec.hourly', clock) : intervalWords(clock.everyMinutes);
  return days.of === 'all' ? often : `${dayWords(days)}, ${within(often)}`;
}

/** When a schedule runs, as the API's `when` says it, in the reader's language. */
export function whenWords(spec: ScheduleSpec, timeZone: string): string {
  if ('cron' in spec) return `${cronWords(spec.cron)}, ${timeZone}`;
  if ('everyMinutes' in spec) return intervalWords(spec.everyMinutes);
  const at = formatDate(new Date(spec.at), { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  return t('schedules:spec.once', { at, timeZone });
}
