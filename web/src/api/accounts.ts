import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useChange } from './change.ts';
import { api, csrfHeader, reportUnauthorized, unwrap } from './client.ts';
import { useLive } from './live.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { toApiError, unreachable } from './problem.ts';
import { useSerial } from './serial.ts';
import type {
  Account,
  AccountChanges,
  AccountEvidence,
  AccountFilter,
  AccountPost,
  ImportResult,
  NewAccount,
  TimelineEntry,
  TimelineKind,
} from './types.ts';

const PAGE = 100;
const HISTORY_PAGE = 50;
const ACCOUNTS = ['accounts'];
const BUDGET_MS = 30_000;
/** Events of account tasks that nobody here knows yet may be the account's: it is looked at again this seldom. */
const UNKNOWN_MS = 10_000;

export function useAccounts(filter: AccountFilter, enabled = true): PagedList<Account> {
  return usePagedList<Account>({
    queryKey: [...ACCOUNTS, 'list', filter],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/accounts', { params: { query: { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) } } }),
      ),
    enabled,
  });
}

export function useAccount(id: string | null) {
  return useQuery({
    queryKey: [...ACCOUNTS, 'one', id],
    queryFn: () => unwrap(api.GET('/api/accounts/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

const ONE = (id: string) => [...ACCOUNTS, 'one', id];

/** What the account may still do; reckoned anew every half minute, as time alone moves it. */
export function useAccountBudget(id: string) {
  return useQuery({
    queryKey: [...ONE(id), 'budget'],
    queryFn: () => unwrap(api.GET('/api/accounts/{id}/budget', { params: { path: { id } } })),
    refetchInterval: BUDGET_MS,
  });
}

/** An entry of the timeline has no id: it is named by all that it says. */
export type TimelineRow = TimelineEntry & { id: string };

/** Everything that was done with the account, newest first. */
export function useAccountTimeline(id: string, kinds: readonly TimelineKind[]): PagedList<TimelineRow> {
  const kind = kinds.join();
  return usePagedList<TimelineRow>({
    queryKey: [...ONE(id), 'timeline', kind],
    fetchPage: async (cursor) => {
      const query = { limit: HISTORY_PAGE, ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) };
      const page = await unwrap(api.GET('/api/accounts/{id}/timeline', { params: { path: { id }, query } }));
      return { ...page, items: page.items.map((entry) => ({ ...entry, id: JSON.stringify(Object.values(entry)) })) };
    },
  });
}

export function useAccountPosts(id: string): PagedList<AccountPost> {
  return usePagedList<AccountPost>({
    queryKey: [...ONE(id), 'posts'],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/accounts/{id}/posts', {
          params: { path: { id }, query: { limit: HISTORY_PAGE, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
}

export function useAccountEvidence(id: string): PagedList<AccountEvidence> {
  return usePagedList<AccountEvidence>({
    queryKey: [...ONE(id), 'evidence'],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/accounts/{id}/evidence', {
          params: { path: { id }, query: { limit: HISTORY_PAGE, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
}

/**
 * Has all that is known of the account read again when something of it has moved.
 * @param own the account tasks that are known to be the account's
 */
export function useAccountLive(id: string, own: ReadonlySet<string>): void {
  const client = useQueryClient();
  const refresh = useSerial(() => client.invalidateQueries({ queryKey: ONE(id) }));
  const later = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(later.current), []);
  useLive(undefined, (events) => {
    const named = events.flatMap((event) => ('accountTaskId' in event ? (event.accountTaskId ?? []) : []));
    if (events.length === 0 || named.some((one) => own.has(one))) refresh();
    else if (named.length > 0) {
      later.current ??= setTimeout(() => {
        later.current = undefined;
        refresh();
      }, UNKNOWN_MS);
    }
  });
}

export function useTags() {
  return useQuery({
    queryKey: [...ACCOUNTS, 'tags'],
    queryFn: async () => (await unwrap(api.GET('/api/accounts/tags'))).items,
  });
}

export const useCreateAccount = () =>
  useChange(ACCOUNTS, (body: NewAccount) => unwrap(api.POST('/api/accounts', { body })));

export const useUpdateAccount = () =>
  useChange(ACCOUNTS, ({ id, changes }: { id: string; changes: AccountChanges }) =>
    unwrap(api.PATCH('/api/accounts/{id}', { params: { path: { id } }, body: changes })),
  );

export const useDeleteAccount = () =>
  useChange(ACCOUNTS, (id: string) => unwrap(api.DELETE('/api/accounts/{id}', { params: { path: { id } } })));

/** Replaces the links of an account to the same owner's accounts on other platforms. */
export const useSetAccountLinks = () =>
  useChange(ACCOUNTS, ({ id, accountIds }: { id: string; accountIds: string[] }) =>
    unwrap(api.PUT('/api/accounts/{id}/links', { params: { path: { id } }, body: { accountIds } })),
  );

/** Sends a CSV file; with `dryRun` it is only checked. */
async function importAccounts({ file, dryRun }: { file: File; dryRun: boolean }): Promise<ImportResult> {
  const body = new FormData();
  body.append('file', file);
  const response = await fetch(`/api/accounts/import?dryRun=${dryRun}`, {
    method: 'POST',
    body,
    headers: csrfHeader(),
  }).catch(() => {
    throw unreachable();
  });
  if (response.status === 401) reportUnauthorized();
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw await toApiError(response.status, answer);
  return answer as ImportResult;
}

export const useImportPreview = () =>
  useMutation({ mutationFn: (file: File) => importAccounts({ file, dryRun: true }) });
export const useImport = () => useChange(ACCOUNTS, (file: File) => importAccounts({ file, dryRun: false }));

interface Described {
  components?: { schemas?: { NewAccount?: { properties?: { platform?: { examples?: unknown[] } } } } };
}

/** The platforms that this installation knows, as its OpenAPI document names them. */
export function usePlatforms(): string[] {
  const document = useQuery({
    queryKey: ['platforms'],
    queryFn: async (): Promise<string[]> => {
      const response = await fetch('/api/openapi.json');
      if (!response.ok) throw await toApiError(response.status, undefined);
      const { components } = (await response.json()) as Described;
      return (components?.schemas?.NewAccount?.properties?.platform?.examples ?? []).map(String);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return document.data ?? [];
}
