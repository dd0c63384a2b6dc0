import { type AccountFilter, countAccounts } from './account-filter.ts';
import type { Deps } from './deps.ts';
import type { Route } from './route.ts';

type Db = Pick<Deps['db'], '$queryRaw'>;

/** How long a count may be old that another process has changed, milliseconds. */
const KEPT_MS = 5_000;
const MOST_KEPT = 200;

interface Kept {
  at: number;
  value: Promise<unknown>;
}

/** What was counted over all accounts, by what was asked, for as long as `state` is the same. */
const kept = new WeakMap<object, { state: string; answers: Map<string, Kept> }>();

/** Changes with every account that is added, by whomever: one look into the index that lists are read from. */
async function newest(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Account" ORDER BY "createdAt" DESC, id DESC LIMIT 1`;
  return row?.id ?? 'none';
}

/**
 * Counts over a hundred thousand accounts cost tens of milliseconds, and every open list asks for them. They are counted
 * again when an account was added, when this process has changed one, and after five seconds.
 */
async function counted<Value>(db: Db, asked: string, read: () => Promise<Value>): Promise<Value> {
  const state = await newest(db);
  let known = kept.get(db);
  if (known?.state !== state) {
    known = { state, answers: new Map() };
    kept.set(db, known);
  }
  const { answers } = known;
  const found = answers.get(asked);
  if (found && Date.now() - found.at < KEPT_MS) return (await found.value) as Value;
  if (answers.size >= MOST_KEPT) answers.clear();
  const value = read();
  answers.set(asked, { at: Date.now(), value });
  value.catch(() => answers.delete(asked));
  return await value;
}

/** Of the next reading on, everything is counted anew. */
export const accountsChanged = (db: Db): void => void kept.delete(db);

export const accountTotal = (db: Db, filter: AccountFilter): Promise<number> =>
  counted(db, JSON.stringify(filter), () => countAccounts(db, filter));

/** Accounts that carry the same tags are counted as one first: there are far fewer sets of tags than accounts. */
export const tagsInUse = (db: Db): Promise<{ tag: string; count: number }[]> =>
  counted(
    db,
    'tags',
    () => db.$queryRaw<{ tag: string; count: number }[]>`
      SELECT tag, sum(n)::int AS count
      FROM (SELECT tags, count(*) AS n FROM "Account" GROUP BY tags) alike, unnest(tags) AS tag
      GROUP BY tag ORDER BY tag`,
  );

/** The same routes, after whose changes accounts are counted anew. */
export function countingAnew(routes: readonly Route[]): Route[] {
  return routes.map((route) =>
    route.method === 'get'
      ? route
      : {
          ...route,
          async handler(input) {
            try {
              return await route.handler(input);
            } finally {
              accountsChanged(input.deps.db);
            }
          },
        },
  );
}
