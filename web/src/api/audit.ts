import { useMutation, useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { AuditEntry, AuditFilter } from './types.ts';

const PAGE = 100;
const AUDIT = ['audit'];

export function useAudit(filter: AuditFilter): PagedList<AuditEntry> {
  return usePagedList<AuditEntry>({
    queryKey: [...AUDIT, 'list', filter],
    fetchPage: (cursor) =>
      unwrap(api.GET('/api/audit', { params: { query: { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) } } })),
  });
}

/** One entry, whatever the list is narrowed to: the first one before the number after it. */
export const useAuditEntry = (id: string | null) =>
  useQuery({
    queryKey: [...AUDIT, 'one', id],
    queryFn: async (): Promise<AuditEntry | null> => {
      const cursor = String(BigInt(id ?? 0) + 1n);
      const { items } = await unwrap(api.GET('/api/audit', { params: { query: { cursor, limit: 1 } } }));
      return items.find((item) => item.id === id) ?? null;
    },
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Goes through the whole log. @param expect a row that was noted elsewhere, as `<id>:<hash>` */
export const useVerifyAudit = () =>
  useMutation({
    mutationFn: (expect: string | undefined) =>
      unwrap(api.GET('/api/audit/verify', { params: { query: expect ? { expect } : {} } })),
  });
