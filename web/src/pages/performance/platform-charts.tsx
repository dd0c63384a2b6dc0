import type { MetricSeries } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { tenths } from '../../i18n/intl.ts';
import { ChartCard, ChartGrid } from '../../ui/chart/chart-card.tsx';
import { pointsOf } from '../../ui/chart/points.ts';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS, WORKER_LOOKS } from '../../ui/states.tsx';

export const PLATFORM_CHARTS = [
  'ended',
  'underWay',
  'waiting',
  'workers',
  'requests',
  'latency',
  'clients',
  'database',
];

const number = (value: number): string => tenths().format(value);

/** How the platform as a whole stood over time. */
export function PlatformCharts({ series }: { series: MetricSeries }) {
  const { times, of } = pointsOf(series);
  const line = (key: string, label: string, color: string) => ({ key, label, color, values: of(key) });
  const ofState = (key: string, { label, color }: { label: string; color: string }) => line(key, label, color);
  const { succeeded, failed, running, paced, parked, pending } = ACCOUNT_TASK_LOOKS;
  const charts = [
    {
      label: t('performance:chart.ended'),
      filled: true,
      format: number,
      series: [ofState('succeededPerMinute', succeeded), ofState('failedPerMinute', failed)],
    },
    {
      label: t('performance:chart.underWay'),
      format: number,
      series: [
        ofState('accountTasksRunning', running),
        ofState('accountTasksPaced', paced),
        ofState('accountTasksParked', parked),
      ],
    },
    {
      label: t('performance:chart.waiting'),
      filled: true,
      format: number,
      series: [line('accountTasksPending', pending.label, 'var(--fl-cancelled)')],
    },
    {
      label: t('performance:chart.workers'),
      format: number,
      series: [
        ofState('workersReady', WORKER_LOOKS.ready),
        ofState('workersDraining', WORKER_LOOKS.draining),
        ofState('workersLost', WORKER_LOOKS.lost),
      ],
    },
    {
      label: t('performance:chart.requests'),
      filled: true,
      format: number,
      series: [line('requestsPerMinute', t('performance:requests'), 'var(--fl-running)')],
    },
    {
      label: t('performance:chart.latency'),
      format: formatDuration,
      series: [line('requestP95Ms', t('performance:latency'), 'var(--fl-paced)')],
    },
    {
      label: t('performance:chart.people'),
      format: number,
      series: [
        line('openChallenges', t('performance:challenges'), 'var(--fl-parked)'),
        line('eventClients', t('performance:clients'), 'var(--fl-running)'),
      ],
    },
    {
      label: t('performance:chart.database'),
      filled: true,
      format: formatBytes,
      series: [line('databaseBytes', t('performance:size'), 'var(--fl-partial)')],
    },
  ];
  return (
    <ChartGrid>
      {charts.map((chart) => (
        <ChartCard key={chart.label} {...chart} times={times} />
      ))}
    </ChartGrid>
  );
}
