import { type Command, InvalidArgumentError, Option } from 'commander';

/** Most that the API gives at once. */
const MOST = 200;

export interface PageOptions {
  limit?: number;
  all?: boolean;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Reads a whole number of an option. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It takes a whole number ${range}.`);
  };

/** The options of a list that comes in pages. */
export function withPages(command: Command): Command {
  return command
    .addOption(new Option('--limit <number>', 'how many to show (default: 50)').argParser(wholeNumber(1)))
    .option('--all', 'show all there are');
}

/** Reads pages until there are as many as were asked for. `nextCursor` tells whether there are more. */
export async function readPages<Item>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
  { limit = 50, all = false }: PageOptions = {},
): Promise<Page<Item>> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit;
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read({
      limit: Math.min(MOST, wanted - items.length),
      ...(cursor === null ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < wanted);
  return { items, nextCursor: cursor };
}

/** Said below a list that goes on. */
export const moreThere = ({ items, nextCursor }: Page<unknown>): string[] =>
  nextCursor === null ? [] : [`The first ${items.length}; there are more: --limit or --all.`];
