import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

const PREFERENCES = ['preferences'];

/** What the person chose, in whatever browser. */
export const readPreferences = (): Promise<Record<string, unknown>> => unwrap(api.GET('/api/auth/preferences'));

export async function keepPreference(name: string, value: string | number | boolean | null): Promise<void> {
  // The document bounds the names by a pattern, which its types cannot say.
  const body = { [name]: value } as Record<string, never>;
  await unwrap(api.PATCH('/api/auth/preferences', { body }));
}

/** What the person chose, read once: it changes by their own doing alone. */
export const usePreferences = () =>
  useQuery({ queryKey: PREFERENCES, queryFn: readPreferences, staleTime: Number.POSITIVE_INFINITY });

/** Keeps a choice; what is drawn by it changes at once, as nothing hangs on the server's answer. */
export function useKeepPreference() {
  const client = useQueryClient();
  return async (name: string, value: string | null): Promise<void> => {
    client.setQueryData<Record<string, unknown>>(PREFERENCES, (before) => ({ ...before, [name]: value }));
    await keepPreference(name, value);
  };
}
