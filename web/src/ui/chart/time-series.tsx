import { Table, Text } from '@mantine/core';
import { Suspense, useState } from 'react';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import { part } from '../part.tsx';
import { BlockSkeleton } from '../skeletons.tsx';
import classes from './chart.module.css';

export interface Series {
  key: string;
  label: string;
  /** A colour of the theme: `var(--fl-running)`. */
  color: string;
  /** One value a time; null where nothing was measured. */
  values: readonly (number | null)[];
}

export interface TimeSeriesProps {
  /** What the chart shows, for its name. */
  label: string;
  /** ISO times, ascending. */
  times: readonly string[];
  series: readonly Series[];
  /** A value in words, with its unit. */
  format(value: number): string;
  /** Areas under the lines, for amounts. */
  filled?: boolean;
  height?: number;
}

// The drawing library is read with the first chart that is shown.
const Plot = part(async () => (await import('./plot.tsx')).Plot);

const TIME: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
const MINUTE_MS = 60_000;

/** Times so precise that no two neighbours read alike. */
export function chartTimes(times: readonly string[]): (at: string) => string {
  const [first, second] = times;
  const close = first !== undefined && second !== undefined && Date.parse(second) - Date.parse(first) < MINUTE_MS;
  const format = close ? { ...TIME, second: '2-digit' as const } : TIME;
  return (at) => formatDate(Date.parse(at), format);
}

/** Values over time as lines, read by pointer or arrow keys, and as a table for those whom lines do not serve. */
export function TimeSeries(props: TimeSeriesProps) {
  const { label, times, series, format, height = 200 } = props;
  const [tabled, setTabled] = useState(false);
  const timeOf = chartTimes(times);
  return (
    <figure className={classes.figure} aria-label={label}>
      <figcaption className={classes.legend}>
        {series.map((one) => (
          <span key={one.key} className={classes.entry}>
            <span className={classes.swatch} style={{ background: one.color }} /> {one.label}
          </span>
        ))}
      </figcaption>
      {times.length === 0 ? (
        <Text c="dimmed" className={classes.empty} style={{ height }}>
          {t('chart.empty')}
        </Text>
      ) : (
        <Suspense fallback={<BlockSkeleton height={height} />}>
          <Plot {...props} height={height} />
        </Suspense>
      )}
      <details className={classes.details} onToggle={(event) => setTabled(event.currentTarget.open)}>
        <summary>{t('chart.table')}</summary>
        {tabled && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
          <section className={classes.scroll} aria-label={label} tabIndex={0}>
            <Table fz="sm" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('chart.time')}</Table.Th>
                  {series.map((one) => (
                    <Table.Th key={one.key} ta="right">
                      {one.label}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {times.map((at, index) => (
                  <Table.Tr key={at}>
                    <Table.Td>{timeOf(at)}</Table.Td>
                    {series.map(({ key, values }) => {
                      const value = values[index];
                      return (
                        <Table.Td key={key} ta="right" className="tabular">
                          {value === null || value === undefined ? '–' : format(value)}
                        </Table.Td>
                      );
                    })}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        )}
      </details>
    </figure>
  );
}
