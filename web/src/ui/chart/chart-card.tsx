import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { BlockSkeleton } from '../skeletons.tsx';
import classes from './chart.module.css';
import { TimeSeries, type TimeSeriesProps } from './time-series.tsx';

/** As high as a chart with its names above and its table below. */
const CARD_HEIGHT = 282;

/** A chart under its title. */
export const ChartCard = (props: TimeSeriesProps) => (
  <section className={`surface ${classes.card}`}>
    <Title order={3}>{props.label}</Title>
    <TimeSeries {...props} />
  </section>
);

export const ChartGrid = ({ children }: { children: ReactNode }) => <div className={classes.grid}>{children}</div>;

/** In place of charts that are being read. */
export const ChartsSkeleton = ({ charts }: { charts: readonly string[] }) => (
  <ChartGrid>
    {charts.map((key) => (
      <BlockSkeleton key={key} height={CARD_HEIGHT} />
    ))}
  </ChartGrid>
);
