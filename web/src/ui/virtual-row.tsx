// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which the elements of a table do not allow

import { Skeleton } from '@mantine/core';
import { type KeyboardEvent, memo, type ReactNode } from 'react';
import type { Breakpoint } from './breakpoint.ts';
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

/** What happens at a row; the same object for as long as its table is there, so that rows need not be drawn again. */
export interface RowEvents<Row> {
  focused(index: number): void;
  pressed(row: Row | undefined): void;
  keyed(event: KeyboardEvent<HTMLDivElement>, row: Row | undefined): void;
}

interface VirtualRowProps<Row> {
  index: number;
  /** Nothing while it is being read. */
  row: Row | undefined;
  columns: readonly Column<Row>[];
  compact: boolean;
  /** From the top of the table's body, px. */
  top: number;
  /** It opens when it is pressed. */
  opens: boolean;
  /** Chosen or not, where rows can be. */
  chosen: boolean | undefined;
  /** It is the one that is open. */
  isOpen: boolean;
  /** Tab leads to it. */
  isReachable: boolean;
  events: RowEvents<Row>;
}

function Drawn<Row>(props: VirtualRowProps<Row>) {
  const { index, row, columns, compact, events } = props;
  const isHere = row !== undefined;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      aria-busy={!isHere || undefined}
      data-open={(isHere && props.opens) || undefined}
      aria-selected={isHere ? props.chosen : undefined}
      data-selected={(isHere && props.isOpen) || undefined}
      tabIndex={props.isReachable ? 0 : -1}
      className={classes.row}
      style={{ transform: `translateY(${props.top}px)` }}
      onFocus={() => events.focused(index)}
      onClick={() => events.pressed(row)}
      onKeyDown={(event) => events.keyed(event, row)}
    >
      {columns.map((column) => (
        <div key={column.key} role="cell" data-align={column.align}>
          {isHere ? column.cell(row, compact) : <Skeleton height={12} radius="sm" />}
        </div>
      ))}
    </div>
  );
}

/** A row of a table of any length. While others come and go as somebody scrolls, it is not drawn again. */
export const VirtualRow = memo(Drawn) as typeof Drawn;
