import { type InfiniteData, type QueryKey, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Page } from './types.ts';

type Cursor = string | null;
type Pages<Item> = InfiniteData<Page<Item>, Cursor>;

export interface PagedList<Item> {
  items: Item[];
  /** How many match in all, where the list tells. */
  total: number | null;
  /** Nothing has been read yet. */
  isPending: boolean;
  error: Error | null;
  isFetchingMore: boolean;
  /** The next rows could not be read; `retryMore` asks again. */
  moreFailed: boolean;
  hasMore: boolean;
  /** Another filter's rows are shown while this one's are read. */
  isStale: boolean;
  loadMore(): void;
  retryMore(): void;
  reload(): void;
  /** Changes rows that are here already, without asking the server. */
  patch(change: (item: Item) => Item): void;
  /** Reads again only the pages that rows `first` to `last` stand on. */
  refresh(first: number, last: number): Promise<void>;
}

/** Rows by keyed pages: each page is asked for by the place where the one before ended. */
export function usePagedList<Item extends { id: string }>(options: {
  queryKey: QueryKey;
  fetchPage(cursor: string | undefined): Promise<Page<Item>>;
  enabled?: boolean;
}): PagedList<Item> {
  const { queryKey, fetchPage, enabled = true } = options;
  const client = useQueryClient();
  const hash = JSON.stringify(queryKey);
  const query = useInfiniteQuery<Page<Item>, Error, Pages<Item>, QueryKey, Cursor>({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam ?? undefined),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled,
    placeholderData: (before) => before,
    // A long list is not read again from its top because a window came to the front.
    refetchOnWindowFocus: false,
  });

  const items = useMemo(() => {
    const seen = new Map<string, Item>();
    for (const page of query.data?.pages ?? []) for (const item of page.items) seen.set(item.id, item);
    return [...seen.values()];
  }, [query.data]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the hash stands for the key
  const patch = useCallback(
    (change: (item: Item) => Item) => {
      client.setQueryData<Pages<Item>>(queryKey, (data) => {
        if (!data) return data;
        const pages = data.pages.map((page) => {
          const changed = page.items.map(change);
          return changed.some((item, at) => item !== page.items[at]) ? { ...page, items: changed } : page;
        });
        return { ...data, pages };
      });
    },
    [client, hash],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the hash stands for the key and for what fetchPage asks
  const refresh = useCallback(
    async (first: number, last: number) => {
      const before = client.getQueryData<Pages<Item>>(queryKey);
      if (!before || client.isFetching({ queryKey, exact: true }) > 0) return;
      const [from, to] = pagesOf(before, first, last);
      const fresh: Page<Item>[] = [];
      const params: Cursor[] = [];
      let cursor: Cursor | undefined = before.pageParams[from] ?? null;
      for (let at = from; at <= to && cursor !== undefined; at += 1) {
        const page: Page<Item> = await fetchPage(cursor ?? undefined);
        fresh.push(page);
        params.push(cursor);
        cursor = page.nextCursor ?? undefined;
      }
      client.setQueryData<Pages<Item>>(queryKey, (data) => {
        if (!data) return data;
        // Pages further down are kept only while they still begin where the refreshed ones end.
        const keep = data.pageParams[to + 1] === cursor ? to + 1 : data.pages.length;
        return {
          pages: [...data.pages.slice(0, from), ...fresh, ...data.pages.slice(keep)],
          pageParams: [...data.pageParams.slice(0, from), ...params, ...data.pageParams.slice(keep)],
        };
      });
    },
    [client, hash],
  );

  return {
    items,
    total: query.data?.pages[0]?.total ?? null,
    isPending: query.isPending,
    error: query.data ? null : query.error,
    isFetchingMore: query.isFetchingNextPage,
    moreFailed: query.isFetchNextPageError && !query.isFetchingNextPage,
    hasMore: query.hasNextPage,
    isStale: query.isPlaceholderData,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage && !query.isFetchNextPageError) void query.fetchNextPage();
    },
    retryMore: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
    patch,
    refresh,
  };
}

/** Numbers of the first and the last page that the rows stand on. */
function pagesOf<Item>(data: Pages<Item>, first: number, last: number): [number, number] {
  let from = 0;
  let to = data.pages.length - 1;
  let row = 0;
  for (const [at, page] of data.pages.entries()) {
    if (row <= first) from = at;
    row += page.items.length;
    if (row > last) {
      to = at;
      break;
    }
  }
  return [from, Math.max(from, to)];
}
