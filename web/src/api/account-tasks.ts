import type { AccountTaskState } from '../../../contracts/states.ts';
import type { TaskAddress } from './bulk.ts';
import { api, unwrap } from './client.ts';
import { type PlacedList, usePlacedList } from './places.ts';
import type { AccountTaskItem } from './types.ts';

export interface AccountTaskFilter {
  state?: AccountTaskState | undefined;
  q?: string | undefined;
  errorType?: string | undefined;
  fingerprint?: string | undefined;
}

/** A filter without what is not set. */
export const given = ({ state, q, errorType, fingerprint }: AccountTaskFilter) => ({
  ...(state ? { state } : {}),
  ...(q ? { q } : {}),
  ...(errorType ? { errorType } : {}),
  ...(fingerprint ? { fingerprint } : {}),
});

/** @param total how many match, where the totals of the bulk task tell */
export function useAccountTasks(
  { kind, id }: TaskAddress,
  filter: AccountTaskFilter,
  total: number | undefined,
): PlacedList<AccountTaskItem> {
  return usePlacedList<AccountTaskItem>({
    queryKey: ['bulk', 'accounts', kind, id, filter],
    fetchRows: (query, signal) =>
      unwrap(
        api.GET('/api/bulk/{kind}/{id}/accounts', {
          params: { path: { kind, id }, query: { ...given(filter), ...query } },
          signal,
        }),
      ),
    total,
  });
}
