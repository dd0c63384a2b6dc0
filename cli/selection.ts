import { z } from 'zod';
import type { Context } from './context.ts';
import { usage } from './failure.ts';
import { readTextFile } from './files.ts';
import { readPages } from './pages.ts';

/** As the list of accounts takes it; the server judges the names. */
type Filter = Record<string, string>;
export type Selection = { ids: string[] } | { tag: string } | { platform: string } | { filter: Filter };

const isId = (text: string): boolean => z.uuid().safeParse(text).success;

/** One id a line; empty lines and those that begin with `#` are left out, and so is what follows a comma. */
function idsOfFile(path: string): string[] {
  const lines = readTextFile(path)
    .split(/\r?\n/)
    .map((line) => (line.split(',')[0] ?? '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  // The header of a CSV file.
  if (lines[0] === 'id') lines.shift();
  const wrong = lines.find((line) => !isId(line));
  if (wrong !== undefined) throw usage(`${path} is to hold one account id a line; "${wrong}" is none.`);
  return lines;
}

async function idsOf(context: Context, filter: Filter): Promise<string[]> {
  const { items } = await readPages(
    (page) => context.unwrap(context.api.GET('/api/accounts', { params: { query: { ...filter, ...page } } })),
    { all: true },
  );
  return items.map(({ id }) => id);
}

type Part = { id: string } | { file: string } | { tag: string } | { platform: string } | { filter: Filter };

function partOf(text: string): Part {
  if (text.startsWith('@')) return { file: text.slice(1) };
  if (text.startsWith('filter:')) return { filter: Object.fromEntries(new URLSearchParams(text.slice(7))) };
  const [, word, name] = /^(tag|platform):(.+)$/.exec(text) ?? [];
  if (name !== undefined) return word === 'tag' ? { tag: name } : { platform: name };
  if (isId(text)) return { id: text.toLowerCase() };
  throw usage(
    `--accounts takes ids, tag:<tag>, platform:<name>, filter:<as the list takes it> or @<file with ids>, not "${text}".`,
  );
}

/**
 * Which accounts `--accounts` means. One tag, platform or filter is left to the server, which selects when the order is given;
 * several are put together here, each account once.
 * @throws CliError of usage
 */
export async function selectionOf(context: Context, given: readonly string[]): Promise<Selection> {
  const parts = given.map(partOf);
  const [first] = parts;
  if (parts.length === 1 && first && ('tag' in first || 'platform' in first || 'filter' in first)) return first;
  const ids = new Set<string>();
  for (const part of parts) {
    if ('id' in part) ids.add(part.id);
    else
      for (const id of 'file' in part
        ? idsOfFile(part.file)
        : await idsOf(context, 'filter' in part ? part.filter : part))
        ids.add(id);
  }
  if (ids.size === 0) throw usage(`--accounts ${given.join(' ')} names no account.`);
  return { ids: [...ids] };
}
