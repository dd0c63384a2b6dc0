import { useQuery } from '@tanstack/react-query';
import { useChange } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { NewProxy, ProxyChanges, ProxyItem } from './types.ts';

const PAGE = 100;
const PROXIES = ['proxies'];
/** How many proxies are asked for their accounts at once. */
const AT_ONCE = 4;

const fetchPage = (cursor: string | undefined) =>
  unwrap(api.GET('/api/proxies', { params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } } }));

export function useProxies(): PagedList<ProxyItem> {
  return usePagedList<ProxyItem>({ queryKey: [...PROXIES, 'list'], fetchPage });
}

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
