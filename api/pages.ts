import { z } from 'zod';
import { instantSchema } from '../contracts/values.ts';
import { badRequest } from './problem.ts';

/** Where a page ended: the newest-first lists go on below it. */
export interface PageKey {
  createdAt: Date;
  id: string;
}

/** A yes or no of a query: `true` or `false`; `1`, `yes`, `on` and their opposites are understood too. */
export const flagQuery = z.stringbool().meta({ type: 'boolean', examples: [true] });

export const pageQuery = {
  cursor: z.string().max(500).optional().meta({ description: '`nextCursor` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** For lists that are also read from any place: a table that is scrolled to its middle or its end. */
export const offsetQuery = {
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0).meta({
    description: 'Rows to leave out first, to go to any place of a long list. Reading on is faster by cursor',
  }),
};

/** One of some words or several with commas between them, e.g. `failed` or `failed,parked`. */
export const listOf = <Word extends string>(words: readonly Word[]) =>
  z
    .string()
    // On what comes in: an example of the whole would be one of what comes out.
    .meta({ examples: [words.slice(0, 2).join(',')] })
    .transform((text, ctx): Word[] => {
      const asked = text.split(',');
      const known = words.filter((word) => asked.includes(word));
      if (known.length === new Set(asked).size) return known;
      ctx.addIssue({ code: 'custom', message: `Must be one or more of ${words.join(', ')}` });
      return z.NEVER;
    })
    .optional()
    .meta({ type: 'string', description: `One or more of ${words.join(', ')}; comma between them` });

/** Query of a list in the order of its rows' numbers; the cursor is the number of the last row of the page before. */
export const numberedPageQuery = {
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'Leave it out to start at the first page')
    .optional()
    .meta({ description: '`nextCursor` of the page before', examples: ['1042'] }),
};

/** Cuts one page off numbered rows that were read with a limit of one more. */
export function toNumberedPage<Row extends { id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
) {
  const shown = rows.slice(0, limit);
  return { items: shown.map(toItem), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** `{items, nextCursor}`; the cursor is null on the last page. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const keySchema = z.tuple([instantSchema, z.uuid()]);

export function encodeCursor(key: PageKey): string {
  return Buffer.from(JSON.stringify([key.createdAt.toISOString(), key.id])).toString('base64url');
}

/** @throws Problem 400 for text that is no cursor of ours */
export function decodeCursor(cursor: string): PageKey {
  try {
    const [createdAt, id] = keySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { createdAt: new Date(createdAt), id };
  } catch {
    throw badRequest('The cursor is not one that a list gave out.', [
      { path: 'cursor', message: 'Leave it out to start at the first page' },
    ]);
  }
}

/**
 * The Prisma condition for rows after the cursor, newest first.
 * The outer bound lets the index on (createdAt, id) find the place at once, however deep the page is.
 */
export function afterCursor(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { createdAt, id } = decodeCursor(cursor);
  return { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/** Cuts one page off rows that were read with `take: limit + 1`. */
export function toPage<Row extends PageKey, Item>(rows: readonly Row[], limit: number, toItem: (row: Row) => Item) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last ? encodeCursor(last) : null };
}
