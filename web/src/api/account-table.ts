import { api, unwrap } from './client.ts';
import { type PlacedList, usePlacedList } from './places.ts';
import type { Account, AccountFilter } from './types.ts';

/** The accounts that match, of which any place can be gone to. */
export function useAccountTable(filter: AccountFilter): PlacedList<Account> {
  return usePlacedList<Account>({
    queryKey: ['accounts', 'table', filter],
    fetchRows: (query, signal) =>
      unwrap(api.GET('/api/accounts', { params: { query: { ...filter, ...query } }, signal })),
  });
}
