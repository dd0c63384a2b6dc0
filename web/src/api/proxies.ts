import { useQuery } from '@tanstack/react-query';
import { useChange } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { ListedProxy, NewProxy, ProxyChanges, ProxyCheck, ProxyItem } from './types.ts';

const PAGE = 100;
/** Checks that a proxy's chart goes back. */
const SHOWN_CHECKS = 100;
const PROXIES = ['proxies'];
/** How many proxies are asked for their accounts at once. */
const AT_ONCE = 4;

/** The spare pool, or the part of it that no account uses. */
export type PoolPart = 'spare' | 'free';

const POOL_QUERY = { spare: { spare: true }, free: { spare: true, used: false } } as const;

const fetchPage = (cursor: string | undefined, part?: PoolPart) =>
  unwrap(
    api.GET('/api/proxies', {
      params: { query: { limit: PAGE, ...(part ? POOL_QUERY[part] : {}), ...(cursor ? { cursor } : {}) } },
    }),
  );

export function useProxies(part?: PoolPart): PagedList<ListedProxy> {
  return usePagedList<ListedProxy>({
    queryKey: [...PROXIES, 'list', part ?? null],
    fetchPage: (cursor) => fetchPage(cursor, part),
  });
}

/** The spare pool, and who could do with one of it. */
export const useProxyPool = () =>
  useQuery({ queryKey: [...PROXIES, 'pool'], queryFn: () => unwrap(api.GET('/api/proxies/pool')) });

/** The last checks of a proxy, newest first. */
export const useProxyChecks = (id: string) =>
  useQuery({
    queryKey: [...PROXIES, 'checks', id],
    queryFn: async (): Promise<ProxyCheck[]> => {
      const path = { id };
      const query = { limit: SHOWN_CHECKS };
      return (await unwrap(api.GET('/api/proxies/{id}/checks', { params: { path, query } }))).items;
    },
  });

export function useProxy(id: string | null) {
  return useQuery({
    queryKey: [...PROXIES, 'one', id],
    queryFn: () => unwrap(api.GET('/api/proxies/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

export const useCreateProxy = () => useChange(PROXIES, (body: NewProxy) => unwrap(api.POST('/api/proxies', { body })));

export const useUpdateProxy = () =>
  useChange(PROXIES, ({ id, changes }: { id: string; changes: ProxyChanges }) =>
    unwrap(api.PATCH('/api/proxies/{id}', { params: { path: { id } }, body: changes })),
  );

export const useDeleteProxy = () =>
  useChange(PROXIES, (id: string) => unwrap(api.DELETE('/api/proxies/{id}', { params: { path: { id } } })));

async function listAll(): Promise<ProxyItem[]> {
  const all: ProxyItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** Every proxy, for lists to pick from. */
export const useAllProxies = (enabled = true) =>
  useQuery({ queryKey: [...PROXIES, 'all'], queryFn: listAll, enabled, staleTime: 30_000 });

async function oneAccountOf(proxyId: string): Promise<string[]> {
  const page = await unwrap(api.GET('/api/accounts', { params: { query: { proxyId, limit: 1 } } }));
  return page.items.map(({ id }) => id);
}

/**
 * One account of each of these proxies, or of all: what a check of the proxies is ordered over. A proxy that no account
 * uses has none.
 */
export async function accountsToCheck(proxies: readonly ProxyItem[] | 'all'): Promise<string[]> {
  const used = (proxies === 'all' ? await listAll() : proxies).filter(({ accounts }) => accounts > 0);
  const ids: string[] = [];
  for (let at = 0; at < used.length; at += AT_ONCE) {
    const found = await Promise.all(used.slice(at, at + AT_ONCE).map(({ id }) => oneAccountOf(id)));
    ids.push(...found.flat());
  }
  return [...new Set(ids)];
}
