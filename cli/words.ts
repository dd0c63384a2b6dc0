import { Duration } from 'luxon';
import type { Cell } from './output.ts';

/** `2 min 5 s`: the two largest units of a length of time. */
export function lengthWords(seconds: number): string {
  if (seconds < 1) return '0 s';
  const parts = Duration.fromObject({ days: 0, hours: 0, minutes: 0, seconds: Math.round(seconds) }).normalize();
  const words = [
    [parts.days, 'd'],
    [parts.hours, 'h'],
    [parts.minutes, 'min'],
    [parts.seconds, 's'],
  ] as const;
  return words
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** A time of the API in this machine's own time zone, to the second. */
export function timeWords(iso: string | null | undefined): Cell {
  if (!iso) return null;
  const at = new Date(iso);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1_024;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** `1 account`, `2 accounts`. */
export const count = (number: number, word: string): string =>
  `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
