import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, csrfHeader, reportUnauthorized, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { toApiError, unreachable } from './problem.ts';
import type { Account, AccountChanges, AccountFilter, ImportResult, NewAccount } from './types.ts';

const PAGE = 100;
const ACCOUNTS = ['accounts'];

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

export function useTags() {
  return useQuery({
    queryKey: [...ACCOUNTS, 'tags'],
    queryFn: async () => (await unwrap(api.GET('/api/accounts/tags'))).items,
  });
}

/** Runs a change and has everything about accounts read again. */
function useAccountChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: ACCOUNTS }) });
}

export const useCreateAccount = () =>
  useAccountChange((body: NewAccount) => unwrap(api.POST('/api/accounts', { body })));

export const useUpdateAccount = () =>
  useAccountChange(({ id, changes }: { id: string; changes: AccountChanges }) =>
    unwrap(api.PATCH('/api/accounts/{id}', { params: { path: { id } }, body: changes })),
  );

export const useDeleteAccount = () =>
  useAccountChange((id: string) => unwrap(api.DELETE('/api/accounts/{id}', { params: { path: { id } } })));

/** Replaces the links of an account to the same owner's accounts on other platforms. */
export const useSetAccountLinks = () =>
  useAccountChange(({ id, accountIds }: { id: string; accountIds: string[] }) =>
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
  if (!response.ok) throw toApiError(response.status, answer);
  return answer as ImportResult;
}

export const useImportPreview = () =>
  useMutation({ mutationFn: (file: File) => importAccounts({ file, dryRun: true }) });
export const useImport = () => useAccountChange((file: File) => importAccounts({ file, dryRun: false }));

interface Described {
  components?: { schemas?: { NewAccount?: { properties?: { platform?: { examples?: unknown[] } } } } };
}

/** The platforms that this installation knows, as its OpenAPI document names them. */
export function usePlatforms(): string[] {
  const document = useQuery({
    queryKey: ['platforms'],
    queryFn: async (): Promise<string[]> => {
      const response = await fetch('/api/openapi.json');
      if (!response.ok) throw toApiError(response.status, undefined);
      const { components } = (await response.json()) as Described;
      return (components?.schemas?.NewAccount?.properties?.platform?.examples ?? []).map(String);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return document.data ?? [];
}
