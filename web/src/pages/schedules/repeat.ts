import { readCron } from '../../../../contracts/cron.ts';
import type { Overlap, ScheduleItem, ScheduleSpec } from '../../api/schedules.ts';
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

const DAILY = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6](?:,[0-6])*)$/;

/** What a person would have filled in for a schedule that is there. */
export function repeatOf({ spec, timeZone, overlap }: Pick<ScheduleItem, 'spec' | 'timeZone' | 'overlap'>): Repeat {
  const repeat = { ...newRepeat(), timeZone, overlap };
  if ('everyMinutes' in spec) return { ...repeat, mode: 'minutes', everyMinutes: spec.everyMinutes };
  if (!('cron' in spec)) return repeat;
  const [, minute, hour, days] = DAILY.exec(spec.cron.trim()) ?? [];
  if (minute === undefined || hour === undefined || days === undefined) {
    return { ...repeat, mode: 'cron', cron: spec.cron };
  }
  const chosen = days === '*' ? [0, 1, 2, 3, 4, 5, 6] : days.split(',').map(Number);
  return { ...repeat, days: chosen, time: `${two(Number(hour))}:${two(Number(minute))}`, cron: spec.cron };
}

/** An instant as `<input type="datetime-local">` has it, in the viewer's own zone. */
export const localInput = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

/** Tomorrow at nine, as `<input type="datetime-local">` has it. */
export function tomorrowMorning(now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T09:00`;
}
