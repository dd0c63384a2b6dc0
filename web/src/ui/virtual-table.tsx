// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which the elements of a table do not allow

import { Button, Loader, Skeleton, VisuallyHidden } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PagedList } from '../api/pages.ts';
import { t } from '../i18n/index.ts';
import { type Breakpoint, useWide } from './breakpoint.ts';
import classes from './virtual-table.module.css';

export interface Column<Row> {
  key: string;
  title: ReactNode;
  /** A grid track, e.g. `minmax(160px, 1fr)`. */
  width: string;
  align?: 'right';
  /** Shown only where the window is at least this wide. */
  from?: Breakpoint;
  /** `compact` on narrow windows, where a cell may carry what other columns would show. */
  cell(row: Row, compact: boolean): ReactNode;
}

interface VirtualTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey(row: Row): string;
  /** What opens when a row is chosen, by pointer or with Enter. */
  onOpen?(row: Row): void;
  selected?: string | undefined;
  /** Where the rows come from: how far reading them is, and how to get more. */
  list: Pick<PagedList<never>, 'isPending' | 'isStale' | 'isFetchingMore' | 'moreFailed' | 'loadMore' | 'retryMore'>;
  /** Told which rows are on the screen. */
  onRange?(first: number, last: number): void;
  rowHeight?: number;
  compactRowHeight?: number;
  empty?: ReactNode;
}

const SKELETONS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
/** Further rows are asked for when this many are left below the screen. */
const AHEAD = 30;

/** A table of any length: only the rows on the screen exist. Arrow keys move between rows, Enter opens one. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { rows, rowKey, onOpen, list, onRange, rowHeight = 46, compactRowHeight = 62 } = props;
  const wide = useWide();
  const compact = !wide('sm');
  const columns = props.columns.filter((column) => !column.from || wide(column.from));
  const tracks = columns.map((column) => column.width).join(' ');
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const [active, setActive] = useState(0);
  const height = compact ? compactRowHeight : rowHeight;

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });

  useLayoutEffect(() => {
    const measure = (): void => {
      if (body.current) setOffset(Math.round(body.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height means all rows are measured again
  useEffect(() => virtualizer.measure(), [height, virtualizer]);

  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    onRange?.(first, last);
    if (rows.length > 0 && last >= rows.length - AHEAD) list.loadMore();
  }, [first, last, rows.length, onRange, list.loadMore]);

  // A key that is held comes again before the next row has taken the focus: count from where it is going.
  const goal = useRef(0);
  const focusRow = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    goal.current = next;
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => {
      if (goal.current === next) body.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, row: Row): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'ArrowDown') focusRow(goal.current + 1);
    else if (event.key === 'ArrowUp') focusRow(goal.current - 1);
    else if ((event.key === 'Enter' || event.key === ' ') && onOpen) onOpen(row);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className={classes.table}
      role="table"
      aria-label={props.label}
      aria-busy={list.isPending}
      data-compact={compact || undefined}
    >
      <div className={classes.head} role="row" style={{ gridTemplateColumns: tracks }} tabIndex={-1}>
        {columns.map((column) => (
          <div key={column.key} role="columnheader" tabIndex={-1} data-align={column.align}>
            {column.title}
          </div>
        ))}
      </div>
      {list.isPending ? (
        <div>
          <VisuallyHidden role="status">{t('loading')}</VisuallyHidden>
          {SKELETONS.map((key) => (
            <div key={key} className={classes.placeholder} style={{ height }}>
              <Skeleton height={12} radius="sm" />
            </div>
          ))}
        </div>
      ) : (
        <div
          ref={body}
          role="rowgroup"
          className={classes.body}
          data-stale={list.isStale || undefined}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {shown.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                data-index={item.index}
                data-open={onOpen ? true : undefined}
                aria-selected={props.selected === undefined ? undefined : props.selected === rowKey(row)}
                tabIndex={onOpen && item.index === Math.min(active, rows.length - 1) ? 0 : -1}
                className={classes.row}
                style={{
                  height,
                  gridTemplateColumns: tracks,
                  transform: `translateY(${item.start - offset}px)`,
                }}
                onFocus={() => {
                  goal.current = item.index;
                  setActive(item.index);
                }}
                onClick={() => onOpen?.(row)}
                onKeyDown={(event) => onKeyDown(event, row)}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" data-align={column.align}>
                    {column.cell(row, compact)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      )}
      {!list.isPending && rows.length === 0 && props.empty}
      {list.moreFailed && (
        <div className={classes.more} role="alert">
          {t('error.nextRows')}
          <Button variant="default" size="compact-sm" onClick={list.retryMore}>
            {t('error.retry')}
          </Button>
        </div>
      )}
      {list.isFetchingMore && (
        <div className={classes.more} role="status" aria-label={t('loading.more')}>
          <Loader type="dots" size="sm" />
        </div>
      )}
    </div>
  );
}
