import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '../i18n/index.ts';
import { formatDate, relativeTimes } from '../i18n/intl.ts';
import { formatDuration } from './format.ts';

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
const FULL: Intl.DateTimeFormatOptions = { ...DAY, year: 'numeric' };

const DAY_MS = 86_400_000;

/** The present, renewed every `everyMs`; stands still when `everyMs` is null. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

function sinceText(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1_000);
  const size = Math.abs(seconds);
  if (size < 45) return seconds <= 0 ? t('time.now') : t('time.soon');
  if (size < 2_700) return relativeTimes().format(Math.round(seconds / 60), 'minute');
  if (size < 79_200) return relativeTimes().format(Math.round(seconds / 3_600), 'hour');
  if (size < 2_600_000) return relativeTimes().format(Math.round(seconds / 86_400), 'day');
  return formatDate(at, FULL);
}

/** `3 min ago`, with the exact time as ISO 8601 for those who point at it. */
export function Ago({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={at}>
      {sinceText(Date.parse(at), now)}
    </time>
  );
}

/** Time of the day in the viewer's zone, with the date when it was not today. */
export function At({ at, precise = false }: { at: string; precise?: boolean }) {
  const time = Date.parse(at);
  const sameDay = Math.abs(Date.now() - time) < DAY_MS && new Date(time).getDate() === new Date().getDate();
  const format = sameDay || precise ? CLOCK : new Date(time).getFullYear() === new Date().getFullYear() ? DAY : FULL;
  return (
    <time dateTime={at} title={at}>
      {formatDate(time, format)}
    </time>
  );
}

/** How long something took, or has been going on: then it counts along. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1_000 : null);
  return <span className="tabular">{formatDuration((to ? Date.parse(to) : now) - Date.parse(from))}</span>;
}

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A time in the viewer's zone, with the account's own beside it where that is another. */
export function AtBoth({ at, timeZone }: { at: string; timeZone: string | null | undefined }) {
  const time = Date.parse(at);
  const other = timeZone && timeZone !== ownZone() ? timeZone : undefined;
  return (
    <>
      <At at={at} />
      {other && (
        <Text span c="dimmed" size="sm">
          {' '}
          · {t('time.there', { time: formatDate(time, { ...DAY, timeZone: other }), zone: other.replaceAll('_', ' ') })}
        </Text>
      )}
    </>
  );
}
