/**
 * Cron expressions of five fields as Temporal reads them: minute, hour, day of month, month, day of week; `*`, numbers,
 * ranges, steps, lists, and the English three-letter names of months and days. When both days are set, both must match.
 * Source: https://docs.temporal.io/schedule#cron-expressions
 */
interface Field {
  name: string;
  least: number;
  most: number;
  names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of week', least: 0, most: 7, names: DAYS },
];

/** The values that each field allows, ascending; days of the week count from 0 for Sunday. */
export interface Cron {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: number[];
}

class CronFault extends Error {}

function numberOf({ name, least, most, names }: Field, text: string): number {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + (name === 'month' ? 1 : 0);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const orNames = names ? ` or a name such as ${names[1]}` : '';
  throw new CronFault(`"${text}" is no ${name}; it is a number from ${least} to ${most}${orNames}.`);
}

function valuesOfPart(field: Field, part: string): number[] {
  const [range = '', stepText, ...more] = part.split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (more.length > 0 || !Number.isInteger(step) || step < 1 || stepText === '') {
    throw new CronFault(`"${part}" in the ${field.name} has a step that is no whole number from 1.`);
  }
  const ends = range === '*' ? [field.least, field.most] : range.split('-').map((text) => numberOf(field, text));
  const [from = 0, to = stepText === undefined ? from : field.most, ...rest] = ends;
  if (rest.length > 0 || to < from) {
    throw new CronFault(`"${part}" in the ${field.name} is no range from a smaller to a larger value.`);
  }
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function valuesOf(field: Field, text: string): number[] {
  const values = text.split(',').flatMap((part) => valuesOfPart(field, part));
  const whole = field.name === 'day of week' ? values.map((day) => day % 7) : values;
  return [...new Set(whole)].sort((a, b) => a - b);
}

/** @returns the allowed values, or a sentence that says what is wrong */
export function readCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return 'A cron expression has five fields: minute, hour, day of month, month, day of week, such as 0 9 * * 1-5.';
  }
  try {
    const read = FIELDS.map((field, place) => valuesOf(field, parts[place] ?? ''));
    const [minutes = [], hours = [], days = [], months = [], weekdays = []] = read;
    const first = days[0] ?? 1;
    if (!months.some((month) => first <= (DAYS_OF_MONTH[month - 1] ?? 0))) {
      return `This never comes: none of its months has a day ${first}.`;
    }
    return { minutes, hours, days, months, weekdays };
  } catch (error) {
    if (error instanceof CronFault) return error.message;
    throw error;
  }
}

/** On which days: all, some of the week, or some of the month. */
type CronDays = { of: 'all' } | { of: 'week'; days: number[] } | { of: 'month'; days: number[] };
/** When on such a day: at times such as `09:00`, at one minute of every hour, or every so many minutes. */
type CronClock = { at: string[] } | { minute: string } | { everyMinutes: number };
export interface CronTimes {
  days: CronDays;
  clock: CronClock;
}

const two = (value: number): string => String(value).padStart(2, '0');

function daysOf({ days, months, weekdays }: Cron): CronDays | undefined {
  if (months.length < 12) return undefined;
  if (days.length === 31) {
    if (weekdays.length === 7) return { of: 'all' };
    // A week is told from its Monday on.
    return { of: 'week', days: [...weekdays].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7)) };
  }
  return weekdays.length === 7 && days.length <= 3 ? { of: 'month', days } : undefined;
}

/** The step of values that are spread evenly over a whole hour, or nothing. */
function evenStep(minutes: readonly number[]): number | undefined {
  const step = 60 / minutes.length;
  return Number.isInteger(step) && minutes.every((minute, place) => minute === place * step) ? step : undefined;
}

function clockOf({ minutes, hours }: Cron): CronClock | undefined {
  if (hours.length === 24) {
    const step = minutes.length > 1 ? evenStep(minutes) : undefined;
    if (step) return { everyMinutes: step };
    return minutes.length === 1 ? { minute: two(minutes[0] ?? 0) } : undefined;
  }
  if (hours.length * minutes.length > 4) return undefined;
  return { at: hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)) };
}

/** What a few words can tell of an expression; nothing of one that is wrong or too intricate. */
export function cronTimes(text: string): CronTimes | undefined {
  const cron = readCron(text);
  if (typeof cron === 'string') return undefined;
  const days = daysOf(cron);
  const clock = clockOf(cron);
  return days && clock && { days, clock };
}

const WEEKDAY_NAMES = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** Days of the week that have a name together. */
export function dayGroup(days: readonly number[]): 'weekdays' | 'weekends' | undefined {
  const set = days.join('');
  return set === '12345' ? 'weekdays' : set === '60' ? 'weekends' : undefined;
}

function dayWords(days: CronDays): string {
  if (days.of === 'all') return 'Every day';
  if (days.of === 'month') return `Day ${listed(days.days.map(String))} of every month`;
  const group = dayGroup(days.days);
  if (group) return group === 'weekdays' ? 'Weekdays' : 'Weekends';
  return listed(days.days.map((day) => WEEKDAY_NAMES[day] ?? ''));
}

function clockWords(clock: CronClock): string {
  if ('at' in clock) return `at ${listed(clock.at)}`;
  if ('minute' in clock) return `every hour at :${clock.minute}`;
  return clock.everyMinutes === 1 ? 'every minute' : `every ${clock.everyMinutes} minutes`;
}

/** `Weekdays at 09:00`; what is too intricate for a few words is shown as it is written. */
export function cronWords(text: string): string {
  const times = cronTimes(text);
  if (!times) return `Cron ${text.trim()}`;
  const day = dayWords(times.days);
  const clock = clockWords(times.clock);
  if ('at' in times.clock) return `${day} ${clock}`;
  return times.days.of === 'all' ? `${clock.charAt(0).toUpperCase()}${clock.slice(1)}` : `${day}, ${clock}`;
}
