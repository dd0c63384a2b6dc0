import { PLACEHOLDERS } from '../../../contracts/fingerprint-pattern.ts';
import { t } from '../i18n/index.ts';
import { lists, numbers, shares, tenths } from '../i18n/intl.ts';

export const formatCount = (value: number): string => numbers().format(value);
/** Rounded down, so that only what is complete reads 100%, and something never reads as nothing. */
export const formatShare = (value: number): string =>
  value > 0 && value < 0.01 ? `<${shares().format(0.01)}` : shares().format(Math.floor(value * 100) / 100);

/** `log in, follow, and read the feed`. */
export const listOf = (words: readonly string[]): string => lists().format(words);

export function formatBytes(bytes: number): string {
  const units = t('unit.bytes').split(' ');
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${size >= 100 ? Math.round(size) : tenths().format(size)} ${units[unit]}`;
}

/** `420 ms`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return t('unit.ms', { ms: Math.max(0, Math.round(ms)) });
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return t('unit.s', { s: seconds });
  if (seconds < 3_600) {
    return t('unit.minS', { min: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, '0') });
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return t('unit.hMin', { h: Math.floor(minutes / 60), min: minutes % 60 });
  const hours = Math.round(minutes / 60);
  return t('unit.dH', { d: Math.floor(hours / 24), h: hours % 24 });
}

/** Length of a video as players show it: `0:07`, `1:02:30`. */
export function formatLength(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** `already-posted` and `alreadyPosted` → `Already posted`. */
export function titleOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const joinPath = (base: string, name: string): string => (base ? `${base}.${name}` : name);

const ANY_PLACEHOLDER = new RegExp(PLACEHOLDERS.join('|'), 'g');

/** The title of a cause as people read it: what differs from error to error is left open. */
export const causeText = (title: string): string => title.replace(ANY_PLACEHOLDER, '…');
