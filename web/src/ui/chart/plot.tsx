import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import classes from './chart.module.css';
import { chartTimes, type TimeSeriesProps } from './time-series.tsx';

const DAY_S = 86_400;
/** Below this, marks of the time may stand less than a minute apart. */
const SHORT_S = 360;
/** What is shown on either side of a single measurement, seconds. */
const ALONE_S = 1_800;
const LABEL_FONT_PX = 11;
/** Room for the times below the lines, and left and right of the values beside them, pixels. */
const TIMES_HEIGHT = 28;
const VALUES_MARGIN = 14;
const VALUES_LEAST = 34;

/** A canvas knows no variables of the style sheet: what `var(--x)` is at present. */
function resolve(color: string, on: Element): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  return name ? getComputedStyle(on).getPropertyValue(name).trim() || color : color;
}

interface Place {
  index: number;
  left: number;
}

/** The lines themselves. @param props.height in pixels; the width is that of what stands around it */
export function Plot({ label, times, series, format, filled = false, height }: TimeSeriesProps & { height: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const [place, setPlace] = useState<Place>();
  const latest = useRef({ format });
  latest.current = { format };
  // A new drawing for other lines, the same one with new values otherwise.
  const lines = JSON.stringify(series.map(({ key, color }) => [key, color]));
  const data = useRef<UPlot.AlignedData>([[]]);
  data.current = [times.map((at) => Date.parse(at) / 1_000), ...series.map(({ values }) => [...values])];

  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` stands for the colours that are resolved here
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const quiet = resolve('var(--mantine-color-dimmed)', element);
    const grid = { stroke: resolve('var(--fl-border)', element), width: 1 };
    const font = `${LABEL_FONT_PX}px ${getComputedStyle(element).fontFamily}`;
    const axis = { stroke: quiet, grid, ticks: { show: false }, font };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        // The last of the times stands in the middle below its moment.
        padding: [10, 18, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: {
          // One measurement alone would stand in decades.
          x: { range: ({ data }, from, to) => (data[0].length > 1 ? [from, to] : [from - ALONE_S, from + ALONE_S]) },
          y: { range: (_, __, top) => [0, top > 0 ? top * 1.08 : 1] },
        },
        axes: [
          {
            ...axis,
            size: TIMES_HEIGHT,
            values: (self, splits) => {
              const { min = 0, max = 0 } = self.scales.x ?? {};
              const span = (max ?? 0) - (min ?? 0);
              const format: Intl.DateTimeFormatOptions =
                span > 2 * DAY_S
                  ? { day: 'numeric', month: 'short' }
                  : { hour: '2-digit', minute: '2-digit', ...(span < SHORT_S ? { second: '2-digit' } : {}) };
              return splits.map((second) => formatDate(second * 1_000, format));
            },
          },
          {
            ...axis,
            // As wide as the longest value: `0` needs less than `1.2 GB`.
            size: (self, values) => {
              self.ctx.font = font;
              const widest = Math.max(0, ...(values ?? []).map((text) => self.ctx.measureText(text).width));
              return Math.max(VALUES_LEAST, Math.ceil(widest) + VALUES_MARGIN);
            },
            values: (_, splits) => splits.map((value) => latest.current.format(value)),
          },
        ],
        series: [
          {},
          ...(JSON.parse(lines) as [string, string][]).map(([key, color]) => {
            const stroke = resolve(color, element);
            return { label: key, stroke, width: 1.5, ...(filled ? { fill: `${stroke}22` } : {}) };
          }),
        ],
        hooks: {
          setCursor: [
            ({ cursor }) => {
              const index = cursor.idx;
              setPlace(
                index === null || index === undefined || (cursor.left ?? -1) < 0
                  ? undefined
                  : { index, left: cursor.left ?? 0 },
              );
            },
          ],
        },
      },
      data.current,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
      setPlace(undefined);
    };
  }, [lines, height, filled, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the values are in `data`
  useEffect(() => plot.current?.setData(data.current), [times, series]);

  const moveTo = (index: number): void => {
    const made = plot.current;
    const at = data.current[0][index];
    if (!made || at === undefined) return;
    const left = made.valToPos(at, 'x');
    made.setCursor({ left, top: 0 });
    setPlace({ index, left });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = times.length - 1;
    const now = place?.index ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    if (event.key === 'ArrowLeft') moveTo(Math.max(0, now - 1));
    else if (event.key === 'ArrowRight') moveTo(Math.min(last, now + 1));
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(last);
    else return;
    event.preventDefault();
  };

  const at = place && times[place.index];
  const timeOf = chartTimes(times);
  return (
    // biome-ignore-start lint/a11y/noNoninteractiveTabindex: the arrow keys read the values
    // biome-ignore-start lint/a11y/useSemanticElements: a group of one picture and its values, no fieldset
    <div
      className={classes.plot}
      style={{ height }}
      role="group"
      tabIndex={0}
      aria-label={`${label}. ${t('chart.help')}`}
      onKeyDown={onKeyDown}
      onBlur={() => setPlace(undefined)}
    >
      <div ref={box} />
      {at && (
        <div
          className={classes.tip}
          data-side={place.left > (box.current?.clientWidth ?? 0) / 2 ? 'left' : 'right'}
          style={{ left: place.left + (plot.current?.over.offsetLeft ?? 0) }}
        >
          <b>{timeOf(at)}</b>
          {series.map(({ key, label: name, color, values }) => {
            const value = values[place.index];
            return (
              <div key={key} className={classes.entry}>
                <span className={classes.swatch} style={{ background: color }} /> {name}{' '}
                <span className={classes.value}>{value === null || value === undefined ? '–' : format(value)}</span>
              </div>
            );
          })}
        </div>
      )}
      <VisuallyHidden aria-live="polite">
        {at &&
          `${timeOf(at)}: ${series
            .map(({ label: name, values }) => {
              const value = values[place.index];
              return `${name} ${value === null || value === undefined ? '–' : format(value)}`;
            })
            .join(', ')}`}
      </VisuallyHidden>
    </div>
    // biome-ignore-end lint/a11y/useSemanticElements: as above
    // biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above
  );
}
