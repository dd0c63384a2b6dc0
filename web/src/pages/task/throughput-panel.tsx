import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type BulkState, isFinalBulkState } from '../../../../contracts/states.ts';
import type { TaskAddress } from '../../api/bulk.ts';
import { useThroughput } from '../../api/task-page.ts';
import { t } from '../../i18n/index.ts';
import { TimeSeries } from '../../ui/chart/time-series.tsx';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { useNow } from '../../ui/time.tsx';
import classes from './task.module.css';
import { type Bins, binsOf } from './throughput.ts';

const CHART_PX = 190;
/** With the names of the lines above and the table below; a little more than they need, whatever the font. */
const WHOLE_PX = CHART_PX + 48;
/** A line without words is as high, and stands as high, as one with them. */
const NO_WORDS = '\u00a0';
const RENEW_MS = 15_000;

/** `every 5 min`: intervals are of whole seconds, minutes, hours or days. */
function stepText(seconds: number): string {
  if (seconds < 60) return t('task:throughput.everySeconds', { n: formatCount(seconds) });
  if (seconds < 3_600) return t('task:throughput.everyMinutes', { n: formatCount(seconds / 60) });
  if (seconds < 86_400) return t('task:throughput.everyHours', { n: formatCount(seconds / 3_600) });
  return t('task:throughput.everyDays', { n: formatCount(seconds / 86_400) });
}

const Chart = ({ bins: { times, succeeded, failed, other } }: { bins: Bins }) => {
  const line = (key: 'succeeded' | 'failed' | 'other', values: number[]) => ({
    key,
    label: t(key === 'other' ? 'task:throughput.other' : `state.${key}`),
    color: key === 'other' ? 'var(--fl-skipped)' : `var(--fl-${key})`,
    values,
  });
  return (
    <TimeSeries
      label={t('task:throughput.title')}
      times={times}
      series={[
        line('succeeded', succeeded),
        line('failed', failed),
        ...(other.some((value) => value > 0) ? [line('other', other)] : []),
      ]}
      format={(value) => (Number.isInteger(value) ? formatCount(value) : '')}
      filled
      height={CHART_PX}
    />
  );
};

/** How many accounts ended in each interval of the run. Its place is there before the chart is. */
export function ThroughputPanel({ address, state }: { address: TaskAddress; state: BulkState }) {
  const throughput = useThroughput(address);
  const goesOn = !isFinalBulkState(state) && state !== 'draft' && state !== 'scheduled';
  // That nothing ends any more is news too, of which no event tells.
  const now = useNow(goesOn ? RENEW_MS : null);
  const { data, error } = throughput;
  const until = data?.to ? Math.max(Date.parse(data.to), goesOn ? now : 0) : now;
  const bins = data && binsOf(data, until, goesOn);

  const body = (): ReactNode => {
    if (error && !data) return <ErrorNotice error={error} onRetry={() => void throughput.refetch()} />;
    if (!data || !bins) return <BlockSkeleton height={WHOLE_PX} />;
    if (bins.times.length === 0) {
      return (
        <Text c="dimmed" className={classes.paneEmpty}>
          {t(data.from === null ? 'task:throughput.notBegun' : 'task:throughput.none')}
        </Text>
      );
    }
    return <Chart bins={bins} />;
  };

  return (
    <section className={`surface ${classes.pane}`} aria-label={t('task:throughput.title')}>
      <div className={classes.paneHead}>
        <Title order={2}>{t('task:throughput.title')}</Title>
        <Text size="sm" c="dimmed" className={`tabular ${classes.paneNote}`}>
          {data && bins && bins.times.length > 0 ? (
            <>
              {stepText(data.stepSeconds)}
              {bins.now !== null && ` · ${t('task:throughput.now', { n: formatCount(bins.now) })}`}
            </>
          ) : (
            NO_WORDS
          )}
        </Text>
      </div>
      <div style={{ minHeight: WHOLE_PX }} className={classes.paneBody}>
        {body()}
      </div>
    </section>
  );
}
