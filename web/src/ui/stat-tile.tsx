import { Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import classes from './stat-tile.module.css';

interface StatTileProps {
  label: string;
  /** Nothing while it is being read: the tile keeps its height. */
  value: ReactNode | undefined;
  /** Below the number: what it is measured against. */
  note?: ReactNode;
  /** Beside the number, e.g. a sparkline. */
  aside?: ReactNode;
  /** Where the reason is. */
  to?: string;
  tone?: 'good' | 'warn' | 'bad';
}

/** One number with its name; the whole tile leads to its reason. */
export function StatTile({ label, value, note, aside, to, tone }: StatTileProps) {
  const body = (
    <>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <div className={classes.line}>
        {value === undefined ? (
          <Skeleton height={20} width={64} my={4} aria-hidden />
        ) : (
          <span className={classes.value} data-tone={tone}>
            {value}
          </span>
        )}
        {aside && <span className={classes.aside}>{aside}</span>}
      </div>
      <Text size="xs" c="dimmed" mih={18} component="div" truncate {...(typeof note === 'string' && { title: note })}>
        {note}
      </Text>
    </>
  );
  return to ? (
    <Link to={to} className={`surface ${classes.tile}`} data-link>
      {body}
    </Link>
  ) : (
    <div className={`surface ${classes.tile}`}>{body}</div>
  );
}

export const StatTiles = ({ children }: { children: ReactNode }) => <div className={classes.tiles}>{children}</div>;
