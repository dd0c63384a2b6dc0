import { api, unwrap } from './client.ts';

/** What the person chose, in whatever browser. */
export const readPreferences = (): Promise<Record<string, unknown>> => unwrap(api.GET('/api/auth/preferences'));

export async function keepPreference(name: string, value: string | number | boolean | null): Promise<void> {
  // The document bounds the names by a pattern, which its types cannot say.
  const body = { [name]: value } as Record<string, never>;
  await unwrap(api.PATCH('/api/auth/preferences', { body }));
}
