import { z } from 'zod';
import { say } from '../../contracts/said.ts';
import { accountConditions, accountFilterSchema } from '../account-filter.ts';
import type { FieldError } from '../problem.ts';
import { unprocessable } from '../problem.ts';
import { type Db, query } from './sql.ts';

/** Most accounts in one bulk task. */
export const MAX_ACCOUNTS = 250_000;
/** How many wrong ids an error answer names. */
const MAX_NAMED = 100;

export const selectionSchema = z
  .union([
    z.object({ ids: z.array(z.uuid()).max(MAX_ACCOUNTS) }).strict(),
    z.object({ tag: z.string().min(1).max(100) }).strict(),
    z.object({ platform: z.string().min(1).max(100) }).strict(),
    z
      .object({
        filter: accountFilterSchema.meta({ description: 'As the list of accounts takes it; an empty one means all' }),
      })
      .strict(),
  ])
  .meta({
    title: 'Accounts',
    description: 'By their ids, by a tag, all of a platform, or all that a filter matches when the order is given.',
  });
export type Selection = z.infer<typeof selectionSchema>;

export interface SelectedAccount {
  id: string;
  platform: string;
  username: string;
  status: string;
  timeZone: string;
  dailyLimits: unknown;
  quietHours: { from: string; to: string } | null;
  rampStage: number | null;
  proxyId: string | null;
  links: { id: string; platform: string; username: string }[];
}

const COLUMNS = `a.id, a.platform, a.username, a.status, a."timeZone", a."dailyLimits", a."quietHours", a."rampStage", a."proxyId",
  coalesce((
    SELECT json_agg(json_build_object('id', o.id, 'platform', o.platform, 'username', o.username) ORDER BY o.platform)
    FROM "AccountLink" l JOIN "Account" o ON o.id = l."linkedId" WHERE l."accountId" = a.id
  ), '[]') AS links`;

/** The same id twice, each named by its place. */
function repeated(ids: readonly string[]): FieldError[] {
  const first = new Map<string, number>();
  const errors: FieldError[] = [];
  for (const [place, id] of ids.entries()) {
    const before = first.get(id);
    if (before === undefined) first.set(id, place);
    else errors.push({ path: `accounts.ids.${place}`, message: say('order.account-twice', { id, place: before }) });
  }
  return errors;
}

async function byIds(db: Db, given: readonly string[]): Promise<SelectedAccount[]> {
  const ids = given.map((id) => id.toLowerCase());
  const twice = repeated(ids);
  if (twice.length > 0) {
    throw unprocessable(say('order.twice', { count: twice.length }), twice.slice(0, MAX_NAMED));
  }
  const found = await query<SelectedAccount>(
    db,
    `SELECT ${COLUMNS} FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
     JOIN "Account" a ON a.id = wanted.id ORDER BY wanted.place`,
    ids,
  );
  if (found.length === ids.length) return found;
  const known = new Set(found.map((account) => account.id));
  const unknown = ids.flatMap((id, place) => (known.has(id) ? [] : [{ id, place }]));
  throw unprocessable(
    say('order.unknown', { count: unknown.length }),
    unknown
      .slice(0, MAX_NAMED)
      .map(({ id, place }) => ({ path: `accounts.ids.${place}`, message: say('none.some-account', { id }) })),
  );
}

/** Why a selection is empty, for people. */
function noneOf(selection: Selection): string {
  if ('platform' in selection) return say('order.no-account-platform', { platform: selection.platform });
  if ('filter' in selection) return say('order.no-account-filter');
  return 'tag' in selection ? say('order.no-account-tag', { tag: selection.tag }) : 'No account is chosen.';
}

/**
 * The accounts that a selection means: in the given order, or oldest first.
 * @throws Problem 422 for an unknown id, an id given twice, none at all, or too many
 */
export async function loadSelection(db: Db, selection: Selection): Promise<SelectedAccount[]> {
  const limit = MAX_ACCOUNTS + 1;
  const order = `ORDER BY a."createdAt", a.id LIMIT ${limit}`;
  let accounts: SelectedAccount[];
  if ('ids' in selection) accounts = await byIds(db, selection.ids);
  else if ('tag' in selection) {
    const where = 'WHERE a.tags @> ARRAY[$1::text]';
    accounts = await query(db, `SELECT ${COLUMNS} FROM "Account" a ${where} ${order}`, selection.tag);
  } else if ('platform' in selection) {
    accounts = await query(db, `SELECT ${COLUMNS} FROM "Account" a WHERE a.platform = $1 ${order}`, selection.platform);
  } else {
    const { text, values } = accountConditions(selection.filter);
    accounts = await query(db, `SELECT ${COLUMNS} FROM "Account" a WHERE ${text} ${order}`, ...values);
  }
  if (accounts.length === 0) {
    throw unprocessable('A bulk task needs at least one account.', [{ path: 'accounts', message: noneOf(selection) }]);
  }
  if (accounts.length > MAX_ACCOUNTS) {
    throw unprocessable('Too many accounts for one bulk task.', [
      { path: 'accounts', message: say('order.most-accounts', { count: MAX_ACCOUNTS }) },
    ]);
  }
  return accounts;
}
