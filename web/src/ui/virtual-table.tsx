// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which the elements of a table do not allow

import { Button, Checkbox, Loader, Skeleton, VisuallyHidden } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { PagedList } from '../api/pages.ts';
import type { PlacedList } from '../api/places.ts';
import { t } from '../i18n/index.ts';
import { useWide } from './breakpoint.ts';
import { letterOf, useListKeys } from './list-keys.ts';
import type { Selection } from './selection.tsx';
import { type Column, type RowEvents, VirtualRow } from './virtual-row.tsx';
import classes from './virtual-table.module.css';

export type { Column } from './virtual-row.tsx';

/** Where the rows come from: read from the top on, or at any place. */
type RowSource<Row> =
  | {
      rows: readonly Row[];
      /** How far reading them is, and how to get more. */
      list: Pick<
        PagedList<never>,
        'isPending' | 'isStale' | 'isFetchingMore' | 'moreFailed' | 'loadMore' | 'retryMore'
      >;
    }
  | { placed: PlacedList<Row> };

interface Rows<Row> {
  count: number;
  rowAt(index: number): Row | undefined;
  isPending: boolean;
  isStale: boolean;
  isFetchingMore: boolean;
  moreFailed: boolean;
  retryMore(): void;
  /** Told which rows are on the screen. */
  onScreen(first: number, last: number): void;
}

function rowsOf<Row>(source: RowSource<Row>): Rows<Row> {
  if ('placed' in source) {
    const { count, rowAt, isPending, isStale, rowsFailed, reload, show } = source.placed;
    return {
      ...{ count, rowAt, isPending, isStale, isFetchingMore: false, moreFailed: rowsFailed },
      ...{ retryMore: reload, onScreen: show },
    };
  }
  const { rows, list } = source;
  return {
    ...list,
    count: rows.length,
    rowAt: (index) => rows[index],
    onScreen(_, last) {
      if (rows.length > 0 && last >= rows.length - AHEAD) list.loadMore();
    },
  };
}

type VirtualTableProps<Row> = RowSource<Row> & {
  label: string;
  columns: readonly Column<Row>[];
  rowKey(row: Row): string;
  /** What opens when a row is chosen, by pointer or with Enter. */
  onOpen?(row: Row): void;
  selected?: string | undefined;
  /** Rows can be chosen: by their boxes, by `x`, and with shift up to another row. */
  selection?: Selection | undefined;
  /** What a row is called, for the name of its box. */
  rowName?(row: Row): string;
  /** Told which rows are on the screen. */
  onRange?(first: number, last: number): void;
  rowHeight?: number;
  compactRowHeight?: number;
  empty?: ReactNode;
};

const SKELETONS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
/** Further rows are asked for when this many are left below the screen. */
const AHEAD = 30;

/** A long way down is drawn a few frames after it was asked for. */
const FRAMES_TO_SCROLL = 20;

function choiceColumn<Row>(
  selection: Selection,
  keyOf: (row: Row) => string,
  nameOf: (row: Row) => string,
): Column<Row> {
  return {
    key: 'choice',
    title: (
      <Checkbox
        size="xs"
        aria-label={t('table.selectAll')}
        disabled={!selection.any}
        checked={selection.all}
        indeterminate={selection.chosen.size > 0 && !selection.all}
        onChange={selection.toggleAll}
      />
    ),
    width: '20px',
    cell: (row) => (
      <Checkbox
        size="xs"
        aria-label={t('table.select', { name: nameOf(row) })}
        checked={selection.chosen.has(keyOf(row))}
        onClick={(event) => {
          event.stopPropagation();
          selection.toggle(keyOf(row), event.shiftKey);
        }}
        // Pressing it is what counts: only there is it known whether shift was held.
        onChange={() => undefined}
      />
    ),
  };
}

/**
 * A table of any length: only the rows on the screen exist. Arrow keys or `j` and `k` move between rows, Enter opens
 * one, `x` chooses it where rows can be chosen.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { rowKey, onOpen, onRange, rowHeight = 46, compactRowHeight = 62 } = props;
  const list = rowsOf(props);
  const { count, rowAt } = list;
  const wide = useWide();
  const compact = !wide('sm');
  const { selection, rowName = rowKey } = props;
  // While somebody scrolls, only this table is drawn anew and not its page: the columns stay the same, and so do rows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: names and keys of rows do not change with the page's turns
  const columns = useMemo(() => {
    const choice = selection ? [choiceColumn(selection, rowKey, rowName)] : [];
    return [...choice, ...props.columns].filter((column) => !column.from || wide(column.from));
  }, [selection, props.columns, wide]);
  const tracks = columns.map((column) => column.width).join(' ');
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const [active, setActive] = useState(0);
  const height = compact ? compactRowHeight : rowHeight;

  // A row that is yet to come keeps its element, and with it the focus, when it is there: its place is its key. With
  // another function at each turn, all places of the list would be reckoned again at each step of scrolling.
  const isPlaced = 'placed' in props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rowAt and rowKey are other functions at each turn and do the same
  const getItemKey = useCallback(
    (index: number) => {
      const row = rowAt(index);
      return row === undefined ? index : rowKey(row);
    },
    ['rows' in props ? props.rows : undefined],
  );

  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: offset,
    ...(isPlaced ? {} : { getItemKey }),
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
  const { onScreen } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: onScreen is another function at each turn and does the same
  useEffect(() => {
    onRange?.(first, last);
    onScreen(first, last);
  }, [first, last, count, onRange, list.isFetchingMore]);

  // A key that is held comes again before the next row has taken the focus: count from where it is going.
  const goal = useRef(0);
  const focusRow = (index: number): void => {
    const next = Math.max(0, Math.min(count - 1, index));
    goal.current = next;
    const focusNow = (): boolean => {
      const row = body.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
      row?.focus({ preventScroll: true });
      return row !== null && row !== undefined;
    };
    virtualizer.scrollToIndex(next);
    // At once where the row is there, as the next key may already be on its way to it.
    if (focusNow()) return;
    let frames = FRAMES_TO_SCROLL;
    const later = (): void => {
      frames -= 1;
      if (goal.current === next && !focusNow() && frames > 0) requestAnimationFrame(later);
    };
    requestAnimationFrame(later);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, row: Row | undefined): void => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const letter = letterOf(event.code);
    if (event.key === 'ArrowDown') focusRow(goal.current + 1);
    else if (event.key === 'ArrowUp') focusRow(goal.current - 1);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(count - 1);
    else if (letter === 'x' && selection && row !== undefined) selection.toggle(rowKey(row), event.shiftKey);
    else if (event.key === 'Escape' && selection && selection.chosen.size > 0) selection.clear();
    else if ((event.key === 'Enter' || event.key === ' ') && onOpen && row !== undefined) onOpen(row);
    else return;
    event.preventDefault();
  };

  // The first press goes to the first row, and later ones to where the focus was last.
  const reachable = onOpen !== undefined || selection !== undefined;
  useListKeys(reachable, (by) => {
    const inside = body.current?.contains(document.activeElement) ?? false;
    focusRow(inside ? goal.current + by : active);
  });

  const latest = useRef<RowEvents<Row>>(undefined);
  useLayoutEffect(() => {
    latest.current = {
      focused: (index) => {
        goal.current = index;
        setActive(index);
      },
      pressed: (row) => row !== undefined && onOpen?.(row),
      keyed: onKeyDown,
    };
  });
  const [events] = useState<RowEvents<Row>>(() => ({
    focused: (index) => latest.current?.focused(index),
    pressed: (row) => latest.current?.pressed(row),
    keyed: (event, row) => latest.current?.keyed(event, row),
  }));

  return (
    <div
      className={classes.table}
      data-compact={compact || undefined}
      style={{ '--tracks': tracks, '--row-height': `${height}px` } as CSSProperties}
    >
      <div role="table" aria-label={props.label} aria-busy={list.isPending}>
        <div className={classes.head} role="row" tabIndex={-1}>
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
              <div key={key} className={classes.placeholder}>
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
              const row = rowAt(item.index);
              const key = row === undefined ? undefined : rowKey(row);
              const isOpen = key !== undefined && props.selected === key;
              return (
                <VirtualRow
                  key={item.key}
                  index={item.index}
                  row={row}
                  columns={columns}
                  compact={compact}
                  top={item.start - offset}
                  opens={onOpen !== undefined}
                  chosen={
                    selection
                      ? key !== undefined && selection.chosen.has(key)
                      : props.selected === undefined
                        ? undefined
                        : isOpen
                  }
                  isOpen={isOpen}
                  isReachable={reachable && item.index === Math.min(active, count - 1)}
                  events={events}
                />
              );
            })}
          </div>
        )}
      </div>
      {!list.isPending && count === 0 && props.empty}
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
