import { z } from 'zod';
import type { Context } from './context.ts';
import { CliError, usage } from './failure.ts';

/** The id of an account that is named by its id or as `platform/username`. @throws CliError when there is none */
export async function findAccount({ api, unwrap }: Context, text: string): Promise<string> {
  if (z.uuid().safeParse(text).success) return text;
  const [, platform = '', username = ''] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  if (username === '') throw usage(`An account is named by its id, or as platform/username, not "${text}".`);
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = { platform, q: username, ...(cursor === null ? {} : { cursor }) };
    const page = await unwrap(api.GET('/api/accounts', { params: { query } }));
    const found = page.items.find((account) => account.username === username);
    if (found) return found.id;
    cursor = page.nextCursor;
  } while (cursor !== null);
  throw new CliError(`There is no account ${text}.`);
}
