import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { paths } from '../../../contracts/openapi.d.ts';
import type { Said } from '../../../contracts/said.ts';
import { readingAgain } from './change.ts';
import { api, unwrap } from './client.ts';
import type { AccountFilter } from './types.ts';

type EditBody = NonNullable<paths['/api/accounts/bulk-edit']['post']['requestBody']>['content']['application/json'];

/** Which accounts are meant: those that were chosen, or all that a filter matches when the order arrives. */
export type AccountTarget = { ids: string[] } | { filter: AccountFilter };
export type AccountEdit = Omit<EditBody, 'ids' | 'filter'>;

export interface RefusedAccount {
  accountId: string;
  username: string | null;
  reason: string;
  said?: { [field: string]: Said[] };
}

/** Everything that names accounts is read again, also when an order broke off half way. */
function useBulk<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: readingAgain(() =>
      Promise.all(['accounts', 'proxies'].map((name) => client.invalidateQueries({ queryKey: [name] }))),
    ),
  });
}

export const useEditAccounts = () =>
  useBulk(({ target, edit }: { target: AccountTarget; edit: AccountEdit }) =>
    unwrap(api.POST('/api/accounts/bulk-edit', { body: { ...target, ...edit } })),
  );

/** Long enough for a number to be typed whole. */
const TYPED_MS = 400;

/**
 * What an edit would do to accounts as they are now, asked for when it has not changed for a moment; nothing is asked
 * while there is no edit.
 */
export function usePreviewEdit(target: AccountTarget, edit: AccountEdit | undefined) {
  const now = edit && JSON.stringify(edit);
  const [asked] = useDebouncedValue(now, TYPED_MS);
  const { data, error, isFetching } = useQuery({
    queryKey: ['accounts', 'edit-preview', target, asked],
    queryFn: () =>
      unwrap(
        api.POST('/api/accounts/bulk-edit', {
          params: { query: { dryRun: true } },
          body: { ...target, ...(JSON.parse(asked ?? '{}') as AccountEdit) },
        }),
      ),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return { data, error, isAsked: asked !== undefined, isFetching: isFetching || asked !== now };
}
export type EditPreview = NonNullable<ReturnType<typeof usePreviewEdit>['data']>;

export const useUndoEdit = () =>
  useBulk((undoToken: string) => unwrap(api.POST('/api/accounts/bulk-edit/undo', { body: { undoToken } })));

/** @param confirm how many accounts that is, as the person typed it */
export const useDeleteAccounts = () =>
  useBulk(({ target, confirm }: { target: AccountTarget; confirm: number }) =>
    unwrap(api.POST('/api/accounts/bulk-delete', { body: { ...target, confirm } })),
  );

/** Where the accounts of a filter come as a file; Excel knows by the byte order mark that it is UTF-8. */
export const exportUrl = (filter: AccountFilter): string =>
  `/api/accounts/export?${new URLSearchParams({ ...filter, bom: 'true' })}`;
