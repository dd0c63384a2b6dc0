import { Button, Group, Paper, Text } from '@mantine/core';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { t } from '../i18n/index.ts';

export interface Selection {
  chosen: ReadonlySet<string>;
  /** All rows that have been read are chosen. */
  all: boolean;
  /** There is a row that can be chosen. */
  any: boolean;
  /** @param range from the row that was toggled last up to this one */
  toggle(key: string, range?: boolean): void;
  toggleAll(): void;
  clear(): void;
}

/**
 * Which rows of a list are chosen.
 * @param keys those of the rows that have been read, each at its place; rows that were not read are holes
 */
export function useSelection(keys: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string>(undefined);
  const read = useRef(keys);
  read.current = keys;

  const toggle = useCallback((key: string, range = false) => {
    const from = anchor.current === undefined ? -1 : read.current.indexOf(anchor.current);
    const to = read.current.indexOf(key);
    anchor.current = key;
    setChosen((before) => {
      const next = new Set(before);
      // A range is all of its rows: across some that were not read it is none.
      const between = read.current.slice(Math.min(from, to), Math.max(from, to) + 1);
      if (range && from >= 0 && to >= 0 && Object.keys(between).length === between.length) {
        for (const one of between) next.add(one);
      } else if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  const toggleAll = useCallback(() => {
    setChosen((before) =>
      read.current.every((key) => before.has(key)) ? new Set() : new Set(read.current.filter(() => true)),
    );
  }, []);
  const clear = useCallback(() => setChosen(new Set()), []);

  const any = keys.some(() => true);
  const all = any && keys.every((key) => chosen.has(key));
  return useMemo(() => ({ chosen, all, any, toggle, toggleAll, clear }), [chosen, all, any, toggle, toggleAll, clear]);
}

interface SelectionBarProps {
  selection: Selection;
  label: string;
  /** What can be done with those that are chosen. */
  children: ReactNode;
  /** How many of what is chosen, in words. */
  count: string;
}

/** What can be done with the chosen rows; it stays at the window's lower edge. */
export function SelectionBar({ selection, label, count, children }: SelectionBarProps) {
  if (selection.chosen.size === 0) return null;
  return (
    <Paper
      shadow="lg"
      withBorder
      p="xs"
      pl="md"
      pos="sticky"
      bottom={16}
      mx="auto"
      maw="100%"
      style={{ zIndex: 3 }}
      role="region"
      aria-label={label}
    >
      <Group gap="sm">
        <Text fw={550} className="tabular">
          {count}
        </Text>
        {children}
        <Button variant="subtle" onClick={selection.clear}>
          {t('table.clearSelection')}
        </Button>
      </Group>
    </Paper>
  );
}
