import { api, unwrap } from './client.ts';

/** What the person chose, in whatever browser. */
export const readPreferences = (): Promise<Record<string, unknown>> => unwrap(api.GET('/api/auth/preferences'));

export async function keepPreference(name: string, value: string | number | boolean | null): Promise<void> {
  await unwrap(api.PATCH('/api/auth/preferences', { body: { [name]: value } }));
}
