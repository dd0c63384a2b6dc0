import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { ErrorFilter, ErrorGroup, LoggedError } from './types.ts';

const GROUPS_A_PAGE = 50;
const ERRORS_A_PAGE = 20;
const ERRORS = ['errors'];

/** What the list of causes is narrowed by; `hours` stands for a time that moves on. */
export interface GroupFilter extends Omit<ErrorFilter, 'from' | 'to' | 'fingerprint'> {
  hours?: number | undefined;
}

/** A cause, as a row of a list. */
export type Cause = ErrorGroup & { id: string };

const toCause = (group: ErrorGroup): Cause => ({ ...group, id: group.fingerprint });

/** As the API takes it now. */
export function queryOf({ hours, ...filter }: GroupFilter): ErrorFilter {
  return hours === undefined ? filter : { ...filter, from: new Date(Date.now() - hours * 3_600_000).toISOString() };
}

export function useErrorGroups(filter: GroupFilter): PagedList<Cause> {
  return usePagedList<Cause>({
    queryKey: [...ERRORS, 'groups', filter],
    async fetchPage(cursor) {
      const query = { ...queryOf(filter), limit: GROUPS_A_PAGE, ...(cursor ? { cursor } : {}) };
      const page = await unwrap(api.GET('/api/errors/groups', { params: { query } }));
      return { ...page, items: page.items.map(toCause) };
    },
  });
}

/** One cause, whatever the list is narrowed to; null where its errors are no longer in the log. */
export const useErrorGroup = (fingerprint: string | null) =>
  useQuery({
    queryKey: [...ERRORS, 'group', fingerprint],
    queryFn: async () => {
      const query = { fingerprint: fingerprint ?? '', limit: 1 };
      const { items } = await unwrap(api.GET('/api/errors/groups', { params: { query } }));
      return items[0] ? toCause(items[0]) : null;
    },
    enabled: fingerprint !== null,
  });

/** The single errors of a cause, newest first, narrowed as the list of causes is. */
export function useErrorsOf(fingerprint: string, filter: GroupFilter): PagedList<LoggedError> {
  const { state: _state, ...rest } = filter;
  return usePagedList<LoggedError>({
    queryKey: [...ERRORS, 'of', fingerprint, rest],
    fetchPage: (cursor) => {
      const query = { ...queryOf(rest), fingerprint, limit: ERRORS_A_PAGE, ...(cursor ? { cursor } : {}) };
      return unwrap(api.GET('/api/errors', { params: { query } }));
    },
  });
}

/** Notes that a cause is dealt with, or is not after all. */
export function useSettleGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ fingerprint, resolved }: { fingerprint: string; resolved: boolean }) => {
      const params = { path: { fingerprint } };
      return unwrap(
        resolved
          ? api.POST('/api/errors/groups/{fingerprint}/resolve', { params })
          : api.POST('/api/errors/groups/{fingerprint}/reopen', { params }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ERRORS }),
  });
}

/** Where the errors of these filters can be had as a file. */
export function exportAddress(filter: GroupFilter & { fingerprint?: string }): string {
  const { state: _state, ...rest } = filter;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(rest))) if (value !== undefined) query.set(name, String(value));
  return `/api/errors/export?${query}`;
}
