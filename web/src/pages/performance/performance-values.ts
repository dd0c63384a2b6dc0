import { ERROR_TYPES } from '../../../../contracts/errors.ts';
import type { Performance } from '../../api/types.ts';
import { formatDate, numbers, tenths } from '../../i18n/intl.ts';
import { formatDuration } from '../../ui/format.ts';

export type KindPerformance = Performance['kinds'][number] & { id: string };
export type StepPerformance = KindPerformance['steps'][number];

/** Hours. */
export const SPANS = [1, 6, 24, 168, 720];
export const USUAL_SPAN = 24;

const COLORS = ['failed', 'parked', 'paced', 'running', 'partial'].map((name) => `var(--fl-${name})`);
const OTHER = 'var(--fl-skipped)';

/** The same type has the same colour at every kind; neighbours in the table of types differ. */
export function colorOf(type: string): string {
  const place = (ERROR_TYPES as readonly string[]).indexOf(type);
  return (place < 0 ? undefined : COLORS[(place * 2) % COLORS.length]) ?? OTHER;
}

/** Rates from a few a day to thousands an hour, each with digits that say something. */
export const rateText = (perHour: number): string =>
  perHour === 0 || perHour >= 10
    ? numbers().format(Math.round(perHour))
    : perHour >= 0.1
      ? tenths().format(perHour)
      : `<${tenths().format(0.1)}`;

export const perHour = ({ perMinute }: Pick<KindPerformance, 'perMinute'>): number => perMinute * 60;

export const durationText = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

/** The step whose slowest twentieth takes longest. */
export const slowestOf = (steps: readonly StepPerformance[]): StepPerformance | undefined =>
  [...steps].filter(({ p95Ms }) => p95Ms !== null).sort((one, other) => (other.p95Ms ?? 0) - (one.p95Ms ?? 0))[0];

export interface Scale {
  /** Where a duration stands, from 0 to 1. */
  place(ms: number): number;
  /** Durations to draw lines at. */
  ticks: readonly number[];
}

const TICKS_MS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000];

/** A logarithmic scale that holds all of these steps: one opens a session, the next browses for minutes. */
export function scaleOf(steps: readonly StepPerformance[]): Scale | undefined {
  const durations = steps.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms]).filter((ms): ms is number => ms !== null);
  if (durations.length === 0) return undefined;
  const least = Math.max(1, Math.min(...durations));
  const most = Math.max(1, ...durations);
  const from = [...TICKS_MS].reverse().find((tick) => tick <= least) ?? 1;
  const to = TICKS_MS.find((tick) => tick >= most && tick > from) ?? most;
  const span = Math.log(to / from);
  return {
    place: (ms) => Math.min(1, Math.max(0, Math.log(Math.max(1, ms) / from) / span)),
    ticks: TICKS_MS.filter((tick) => tick >= from && tick <= to),
  };
}

export const hourText = (at: string): string =>
  formatDate(Date.parse(at), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
