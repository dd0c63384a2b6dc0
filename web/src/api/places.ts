import { type QueryKey, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Rows read at once. */
const BLOCK = 100;
/** Read ahead of and behind what is on the screen. */
const AHEAD = 30;
/** While somebody scrolls fast, what only flies past is not asked for. */
const CALM_MS = 80;

interface Block<Item> {
  items: Item[];
  nextCursor: string | null;
  total?: number | null;
}

/** A list of which every place can be looked at without reading all that is before it. */
export interface PlacedList<Item> {
  /** How many rows there are, as far as is known. */
  count: number;
  /** How many match in all, where the list tells. */
  total: number | null;
  /** Nothing while it is being read. */
  rowAt(index: number): Item | undefined;
  /** What has been read, each at its place; the others are holes. */
  read(): Item[];
  isPending: boolean;
  isStale: boolean;
  error: Error | null;
  /** Some of the rows on the screen could not be read. */
  rowsFailed: boolean;
  /** Told which rows are on the screen. */
  show(first: number, last: number): void;
  reload(): void;
  /** Changes rows that are here already, without asking the server. */
  patch(change: (item: Item) => Item): void;
  /** Reads the rows on the screen again. */
  refresh(): Promise<void>;
}

const blocksOf = (first: number, last: number): number[] => {
  const from = Math.floor(Math.max(0, first) / BLOCK);
  const to = Math.floor(Math.max(0, last) / BLOCK);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
};

/** Rows in blocks by their place, of which only those on the screen are read and kept up to date. */
export function usePlacedList<Item extends { id: string }>(options: {
  queryKey: QueryKey;
  fetchRows(query: { limit: number; offset: number }, signal: AbortSignal): Promise<Block<Item>>;
  /** How many there are, where it is known from elsewhere. */
  total?: number | undefined;
}): PlacedList<Item> {
  const { queryKey, fetchRows } = options;
  const client = useQueryClient();
  const hash = JSON.stringify(queryKey);
  // By the whole key: a filter of nothing is a part of every other one.
  const isOwn = ({ queryKey: key }: { queryKey: QueryKey }): boolean =>
    key.at(-2) === 'rows' && JSON.stringify(key.slice(0, -2)) === hash;
  const [shown, setShown] = useState({ hash, first: 0, last: 0 });
  const seen = useRef({ first: 0, last: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  // Another filter begins at its top.
  const { first, last } = shown.hash === hash ? shown : { first: 0, last: 0 };
  // The first block tells whether there is anything at all.
  const wanted = [...new Set([0, ...blocksOf(first - AHEAD, last + AHEAD)])];
  const results = useQueries({
    queries: wanted.map((block) => ({
      queryKey: [...queryKey, 'rows', block],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchRows({ limit: BLOCK, offset: block * BLOCK }, signal),
      refetchOnWindowFocus: false,
    })),
  });
  const blocks = new Map(wanted.map((block, at) => [block, results[at]?.data]));
  const start = results[0];

  const total = options.total ?? start?.data?.total ?? null;
  // Without a total the list is as long as has been seen, and one block longer where it goes on.
  const known = [...blocks].reduce((most, [block, data]) => {
    if (!data || (data.items.length === 0 && block > 0)) return most;
    return Math.max(most, block * BLOCK + data.items.length + (data.nextCursor === null ? 0 : BLOCK));
  }, 0);

  const before = useRef<{ count: number; rowAt(index: number): Item | undefined }>(undefined);
  const fresh = {
    count: total ?? known,
    rowAt: (index: number) => blocks.get(Math.floor(index / BLOCK))?.items[index % BLOCK],
  };
  useEffect(() => {
    if (start?.data) before.current = fresh;
  });
  // Another filter's rows stay, paler, while this one's first are read.
  const isStale = start?.data === undefined && !start?.error && before.current !== undefined;
  const rows = isStale ? (before.current ?? fresh) : fresh;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the hash stands for the key
  const patch = useCallback(
    (change: (item: Item) => Item) => {
      client.setQueriesData<Block<Item>>({ predicate: isOwn }, (data) => {
        if (!data) return data;
        const items = data.items.map(change);
        return items.some((item, at) => item !== data.items[at]) ? { ...data, items } : data;
      });
    },
    [client, hash],
  );
  const show = useCallback(
    (from: number, to: number) => {
      seen.current = { first: from, last: to };
      const take = (): void => {
        timer.current = undefined;
        const { first, last } = seen.current;
        setShown((now) =>
          now.hash === hash && now.first === first && now.last === last ? now : { hash, first, last },
        );
      };
      clearTimeout(timer.current);
      timer.current = setTimeout(take, CALM_MS);
    },
    [hash],
  );
  const failed = results.some(({ data, error }) => error && !data);
  return {
    ...rows,
    total,
    read: () => {
      const all: Item[] = [];
      for (const [key, data] of client.getQueriesData<Block<Item>>({ predicate: isOwn })) {
        const begin = Number(key.at(-1)) * BLOCK;
        for (const [at, item] of (data?.items ?? []).entries()) all[begin + at] = item;
      }
      return all;
    },
    isPending: start?.data === undefined && !start?.error && !isStale,
    isStale,
    error: start?.data ? null : (start?.error ?? null),
    rowsFailed: failed && start?.data !== undefined,
    show,
    reload: () => {
      for (const result of results) void result.refetch();
    },
    patch,
    refresh: async () => {
      const { first, last } = seen.current;
      await Promise.all(
        blocksOf(first, last).map((block) =>
          client.refetchQueries({ queryKey: [...queryKey, 'rows', block], exact: true, type: 'active' }),
        ),
      );
    },
  };
}
