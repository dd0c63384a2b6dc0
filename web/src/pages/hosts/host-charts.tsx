import type { MetricSeries } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { tenths } from '../../i18n/intl.ts';
import { ChartCard, ChartGrid } from '../../ui/chart/chart-card.tsx';
import { type Points, pointsOf } from '../../ui/chart/points.ts';
import type { Series } from '../../ui/chart/time-series.tsx';
import { formatBytes, formatDuration, formatShare } from '../../ui/format.ts';

const number = (value: number): string => tenths().format(value);

/** Lines for those metrics that this worker measures at all: a media worker opens no browser. */
const linesOf = (
  points: Points,
  lines: readonly (readonly [metric: string, label: string, color: string])[],
): Series[] =>
  lines
    .filter(([metric]) => points.has(metric))
    .map(([key, label, color]) => ({ key, label, color, values: points.of(key) }));

export const HOST_CHARTS = ['cpu', 'memory', 'slots', 'rates', 'delay', 'disk'] as const;

/** What a worker measured over time. */
export function HostCharts({ series }: { series: MetricSeries }) {
  const points = pointsOf(series);
  const charts = [
    {
      label: t('hosts:chart.cpu'),
      filled: true,
      format: formatShare,
      series: linesOf(points, [['cpu', t('hosts:cpu'), 'var(--fl-running)']]),
    },
    {
      label: t('hosts:chart.slots'),
      format: number,
      series: linesOf(points, [
        ['usedSlots', t('hosts:used'), 'var(--fl-running)'],
        ['slots', t('hosts:total'), 'var(--fl-cancelled)'],
        ['openSessions', t('hosts:openSessions'), 'var(--fl-paced)'],
        ['browsers', t('hosts:browsers'), 'var(--fl-parked)'],
        ['waiting', t('hosts:held.waiting'), 'var(--fl-failed)'],
      ]),
    },
    {
      label: t('hosts:chart.rates'),
      format: number,
      series: linesOf(points, [
        ['activitiesPerMinute', t('hosts:activitiesLine'), 'var(--fl-succeeded)'],
        ['failuresPerMinute', t('hosts:failuresLine'), 'var(--fl-failed)'],
      ]),
    },
    {
      label: t('hosts:chart.memory'),
      format: formatBytes,
      series: linesOf(points, [
        ['rssBytes', t('hosts:rss'), 'var(--fl-paced)'],
        ['heapBytes', t('hosts:heap'), 'var(--fl-running)'],
      ]),
    },
    {
      label: t('hosts:chart.delay'),
      format: formatDuration,
      series: linesOf(points, [['eventLoopDelayMs', t('hosts:delay'), 'var(--fl-parked)']]),
    },
    {
      label: t('hosts:chart.disk'),
      filled: true,
      format: formatBytes,
      series: linesOf(points, [['diskFreeBytes', t('hosts:diskFree'), 'var(--fl-partial)']]),
    },
  ];
  return (
    <ChartGrid>
      {charts.map((chart) => (
        <ChartCard key={chart.label} {...chart} times={chart.series.length > 0 ? points.times : []} />
      ))}
    </ChartGrid>
  );
}
