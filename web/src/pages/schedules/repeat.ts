import { readCron } from '../../../../contracts/cron.ts';
import type { Overlap, ScheduleSpec } from '../../api/schedules.ts';
import { t } from '../../i18n/index.ts';

export type RepeatMode = 'days' | 'minutes' | 'cron';

/** What a person has filled in about repeating. */
export interface Repeat {
  mode: RepeatMode;
  /** Days of the week, 0 for Sunday. */
  days: number[];
  /** `09:00`. */
  time: string;
  everyMinutes: number | string;
  cron: string;
  timeZone: string;
  overlap: Overlap;
}

export const newRepeat = (): Repeat => ({
  mode: 'days',
  days: [1, 2, 3, 4, 5],
  time: '09:00',
  everyMinutes: 60,
  cron: '0 9 * * 1-5',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  overlap: 'skip',
});

/** What is wrong, by field. */
export function repeatProblems(repeat: Repeat): Partial<Record<keyof Repeat, string>> {
  if (repeat.mode === 'minutes') {
    const minutes = repeat.everyMinutes;
    return typeof minutes === 'number' && minutes >= 1 ? {} : { everyMinutes: t('schedules:fault.minutes') };
  }
  if (repeat.mode === 'cron') {
    const read = readCron(repeat.cron);
    return typeof read === 'string' ? { cron: read } : {};
  }
  return {
    ...(repeat.days.length > 0 ? {} : { days: t('schedules:fault.days') }),
    ...(/^\d\d:\d\d/.test(repeat.time) ? {} : { time: t('schedules:fault.time') }),
  };
}

/** As the API takes it; only for what has no problems. */
export function specOf(repeat: Repeat): ScheduleSpec {
  if (repeat.mode === 'minutes') return { everyMinutes: Number(repeat.everyMinutes) };
  if (repeat.mode === 'cron') return { cron: repeat.cron.trim() };
  const [hour, minute] = repeat.time.split(':').map(Number);
  const days = repeat.days.length === 7 ? '*' : [...repeat.days].sort((a, b) => a - b).join(',');
  return { cron: `${minute} ${hour} * * ${days}` };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Tomorrow at nine, as `<input type="datetime-local">` has it. */
export function tomorrowMorning(now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T09:00`;
}
