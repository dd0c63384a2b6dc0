import { type AccountFilter, countAccounts } from './account-filter.ts';
import type { Deps } from './deps.ts';
import { remembered } from './remembered.ts';
import type { Route } from './route.ts';

type Db = Pick<Deps['db'], '$queryRaw'>;

/**
 * Counts over a hundred thousand accounts cost tens of milliseconds, and every open list asks for them. They are counted
 * again when an account was added or when this process has changed one. What another process has changed shows after
 * five seconds, and to the first who asks after a quiet time at the second look.
 */
const KEPT = { ms: 5_000, staleMs: 10_000 };

/** Changes with every account that is added, by whomever: one look into the index that lists are read from. */
async function newest(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Account" ORDER BY "createdAt" DESC, id DESC LIMIT 1`;
  return row?.id ?? 'none';
}

const totals = remembered(KEPT, (db: Db, { filter }: { filter: AccountFilter; newest: string }) =>
  countAccounts(db, filter),
);

/** Accounts that carry the same tags are counted as one first: there are far fewer sets of tags than accounts. */
const tags = remembered(
  KEPT,
  (db: Db, _of: { newest: string }) => db.$queryRaw<{ tag: string; count: number }[]>`
    SELECT tag, sum(n)::int AS count
    FROM (SELECT tags, count(*) AS n FROM "Account" GROUP BY tags) alike, unnest(tags) AS tag
    GROUP BY tag ORDER BY tag`,
);

/** Of the next reading on, everything is counted anew. */
export function accountsChanged(db: Db): void {
  totals.forget(db);
  tags.forget(db);
}

export const accountTotal = async (db: Db, filter: AccountFilter): Promise<number> =>
  await totals(db, { filter, newest: await newest(db) });

export const tagsInUse = async (db: Db): Promise<{ tag: string; count: number }[]> =>
  await tags(db, { newest: await newest(db) });

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
