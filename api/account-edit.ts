import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { editAccountsSchema } from './account-bulk-schemas.ts';
import { accountConditions } from './account-filter.ts';
import { checkProxy } from './account-rules.ts';
import { isReferenced } from './database-errors.ts';
import type { Deps } from './deps.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import { conflict } from './problem.ts';
import { LOCK_SPARES } from './proxy-worker-sql.ts';

/** Accounts that one transaction changes. */
export const CHUNK = 5_000;
export const TRANSACTION_MS = 60_000;
const MOST_TAGS = 50;
/** So many accounts a preview shows as they are and would be. */
const SHOWN_EXAMPLES = 20;

export type Edit = Omit<z.output<typeof editAccountsSchema>, 'ids' | 'filter'>;
export type Selected = Pick<z.output<typeof editAccountsSchema>, 'ids' | 'filter'>;

export interface Refusal {
  accountId: string;
  username: string | null;
  reason: string;
}

/** The ids that are meant: those given, each once, or those that match now. */
export async function selectedIds(deps: Pick<Deps, 'db'>, { ids, filter }: Selected): Promise<string[]> {
  if (ids) return [...new Set(ids.map((id) => id.toLowerCase()))];
  const rows = await deps.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Account" WHERE ${accountConditions(filter ?? {})} ORDER BY id`;
  return rows.map(({ id }) => id);
}

/** `before` and `after` hold the fields that change, and nothing else. */
const changedFields = (from: string): string =>
  ['tags', 'timeZone', 'quietHours', 'dailyLimits', 'proxyId', 'status', 'statusReason']
    .map(
      (name) => `CASE WHEN o."${name}" IS DISTINCT FROM n."${name}"
        THEN jsonb_build_object('${name}', ${from}."${name}") ELSE '{}' END`,
    )
    .join(' || ');

/**
 * What becomes of each account: `$1` ids, `$2` the proxy of each, `$3` edit, `$4` by, `$5` tags to add, `$6` tags to
 * remove.
 */
const judged = (lock: string): string => `
  WITH given AS (
    SELECT id, proxy FROM unnest($1::uuid[], $2::uuid[]) AS g(id, proxy)
  ), edit AS (
    SELECT $3::jsonb AS e, $5::text[] AS add, $6::text[] AS remove
  ), o AS MATERIALIZED (
    SELECT a.id, a.username, a.tags, a."timeZone", a."quietHours", a."dailyLimits", a."proxyId", a.status,
      a."statusReason", a.secret IS NULL AS bare, a."sessionAt", g.proxy
    FROM "Account" a JOIN given g ON g.id = a.id ORDER BY a.id ${lock}
  ), n AS MATERIALIZED (
    SELECT o.id, s.status,
      CASE WHEN NOT o.tags @> add OR o.tags && remove
        THEN ARRAY(SELECT DISTINCT t FROM unnest(o.tags || add) AS t WHERE t <> ALL(remove) ORDER BY t)
        ELSE o.tags END AS tags,
      coalesce(e->>'timeZone', o."timeZone") AS "timeZone",
      CASE WHEN e ? 'quietHours' THEN nullif(e->'quietHours', 'null') ELSE o."quietHours" END AS "quietHours",
      CASE WHEN e->'dailyLimits' = 'null' THEN NULL
        WHEN e ? 'dailyLimits'
          THEN nullif(jsonb_strip_nulls(coalesce(o."dailyLimits", '{}') || (e->'dailyLimits')), '{}')
        ELSE o."dailyLimits" END AS "dailyLimits",
      CASE WHEN e ? 'proxy' THEN o.proxy ELSE o."proxyId" END AS "proxyId",
      CASE WHEN s.status = o.status THEN o."statusReason"
        WHEN s.status = 'disabled' THEN 'Paused by ' || $4::text || '.' END AS "statusReason"
    FROM o CROSS JOIN edit CROSS JOIN LATERAL (
      SELECT CASE
        WHEN e->>'status' = 'pause' THEN 'disabled'
        WHEN e->>'status' = 'resume' AND o.status NOT IN ('new', 'active')
          THEN CASE WHEN o."sessionAt" IS NULL THEN 'new' ELSE 'active' END
        ELSE o.status END AS status
    ) s
  ), judged AS MATERIALIZED (
    SELECT n.*, o.username, ${changedFields('o')} AS before, ${changedFields('n')} AS after,
      CASE
        WHEN e->>'status' = 'pause' AND o.status IN ('blocked', 'bad_credentials')
          THEN 'It is out of use already (' || replace(o.status, '_', ' ') || '), and a pause would hide why.'
        WHEN e->>'status' = 'resume' AND o.bare THEN 'It has no password; give it one first.'
        WHEN e->'proxy'->>'mode' = 'spread' AND o.proxy IS NULL THEN 'No proxy of the spare pool has room for it.'
        WHEN cardinality(n.tags) > greatest(${MOST_TAGS}, cardinality(o.tags))
          THEN 'It would carry more than ${MOST_TAGS} tags.'
        WHEN (n."dailyLimits"->>'maxGapMinutes')::float < coalesce((n."dailyLimits"->>'minGapMinutes')::float, 0)
          THEN 'The most time between two of its actions would be shorter than the least.'
      END AS refusal
    FROM n JOIN o ON o.id = n.id CROSS JOIN edit
  )`;

const REFUSED = `coalesce((
    SELECT json_agg(r ORDER BY r."accountId") FROM (
      SELECT id AS "accountId", username, refusal AS reason FROM judged WHERE refusal IS NOT NULL
      UNION ALL
      SELECT g.id, NULL, 'There is no such account.' FROM given g WHERE NOT EXISTS (SELECT FROM o WHERE o.id = g.id)
    ) r
  ), '[]') AS refused`;

/** `$7` id of the edit. */
const CHANGE = `${judged('FOR NO KEY UPDATE OF a')}, written AS (
    UPDATE "Account" a SET tags = j.tags, "timeZone" = j."timeZone", "quietHours" = j."quietHours",
      "dailyLimits" = j."dailyLimits", "proxyId" = j."proxyId", status = j.status, "statusReason" = j."statusReason",
      "updatedAt" = now()
    FROM judged j WHERE a.id = j.id AND j.refusal IS NULL AND j.after <> '{}'
    RETURNING a.id
  ), noted AS (
    INSERT INTO "AccountEvent" ("accountId", type, data, by, "editId")
    SELECT j.id, 'edit', jsonb_build_object('before', j.before, 'after', j.after), $4::text, $7::uuid
    FROM judged j JOIN written w ON w.id = j.id ORDER BY j.id
  )
  SELECT (SELECT count(*)::int FROM written) AS changed, ${REFUSED}, '[]'::json AS examples`;

/** The same judgement, and nothing is written. */
const PREVIEW = `${judged('')}, would AS (
    SELECT id AS "accountId", username, before, after FROM judged WHERE refusal IS NULL AND after <> '{}'
  )
  SELECT (SELECT count(*)::int FROM would) AS changed, ${REFUSED}, coalesce((
    SELECT json_agg(w) FROM (SELECT * FROM would ORDER BY username, "accountId" LIMIT ${SHOWN_EXAMPLES}) w
  ), '[]') AS examples`;

/** The spares one after the other, those with the fewest accounts first, each up to `most` accounts. */
function* places(spares: readonly { id: string; used: number }[], most: number): Generator<string> {
  const least = Math.min(...spares.map(({ used }) => used));
  for (let level = least; level < most && spares.length > 0; level += 1) {
    for (const { id, used } of spares) if (used <= level) yield id;
  }
}

/** A proxy for each account: null where there is none, or no room. */
async function proxiesFor(db: Db, ids: readonly string[], proxy: Edit['proxy']): Promise<(string | null)[]> {
  if (proxy?.mode !== 'spread') return ids.map(() => (proxy?.mode === 'set' ? proxy.proxyId : null));
  const spares = await query<{ id: string; used: number }>(
    db,
    `SELECT p.id, count(a.id)::int AS used FROM "Proxy" p
     LEFT JOIN "Account" a ON a."proxyId" = p.id AND a.id <> ALL($1::uuid[])
     WHERE p.spare AND p.status IN ('healthy', 'unknown') GROUP BY p.id
     ORDER BY p.status = 'healthy' DESC, used, p.id`,
    ids,
  );
  if (spares.length === 0) throw conflict('The spare pool holds no proxy that works. Add one, or check those it has.');
  const next = places(spares, proxy.perProxy ?? Number.MAX_SAFE_INTEGER);
  return ids.map(() => next.next().value ?? null);
}

/** Whom an edit is about, and the proxy of each. */
async function meant(deps: Pick<Deps, 'db'>, selected: Selected, { proxy }: Edit) {
  if (proxy?.mode === 'set') await checkProxy(deps.db, proxy.proxyId);
  const ids = await selectedIds(deps, selected);
  return { ids, proxies: await proxiesFor(deps.db, ids, proxy) };
}

/** An account as it is and as it would be: the fields that change, and nothing else. */
export interface EditExample {
  accountId: string;
  username: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

interface Counted {
  changed: number;
  unchanged: number;
  refused: Refusal[];
}
export type Edited = Counted & { editId: string };
export type EditPreview = Counted & { examples: EditExample[] };

type Answer = Omit<EditPreview, 'unchanged'>;
const NOTHING: Answer = { changed: 0, refused: [], examples: [] };

function add(counted: Counted, asked: number, { changed, refused }: Answer): void {
  counted.changed += changed;
  counted.unchanged += asked - changed - refused.length;
  counted.refused.push(...refused);
}

/** The values of the statements for a chunk, the id of the edit apart. */
function valuesFor({ tags, ...fields }: Edit, by: string) {
  return [JSON.stringify(fields), by, tags?.add ?? [], tags?.remove ?? []] as const;
}

/**
 * What an edit would do to accounts as they are now.
 * @throws Problem as {@link editAccounts}
 */
export async function previewEdit(deps: Pick<Deps, 'db'>, selected: Selected, edit: Edit): Promise<EditPreview> {
  const { db } = deps;
  const { ids, proxies } = await meant(deps, selected, edit);
  const preview: EditPreview = { changed: 0, unchanged: 0, refused: [], examples: [] };
  for (let at = 0; at < ids.length; at += CHUNK) {
    const some = ids.slice(at, at + CHUNK);
    const values = [some, proxies.slice(at, at + CHUNK), ...valuesFor(edit, '')] as const;
    const answer = (await queryOne<Answer>(db, PREVIEW, ...values)) ?? NOTHING;
    add(preview, some.length, answer);
    preview.examples.push(...answer.examples.slice(0, SHOWN_EXAMPLES - preview.examples.length));
  }
  return preview;
}

/**
 * Changes many accounts, in transactions of {@link CHUNK} accounts, and keeps what each was before.
 * @param by who does it, for people to read
 * @throws Problem 400 for a proxy that does not exist, 409 when there is no spare proxy to spread over
 */
export async function editAccounts(
  deps: Pick<Deps, 'db'>,
  selected: Selected,
  edit: Edit,
  by: string,
): Promise<Edited> {
  const { db } = deps;
  const { ids, proxies } = await meant(deps, selected, edit);
  const editId = randomUUID();
  await query(db, `INSERT INTO "AccountEdit" (id, by) VALUES ($1::uuid, $2) RETURNING id`, editId, by);
  const edited: Edited = { editId, changed: 0, unchanged: 0, refused: [] };
  for (let at = 0; at < ids.length; at += CHUNK) {
    const some = ids.slice(at, at + CHUNK);
    const answer = await db
      .$transaction(
        async (tx) => {
          // A worker that looks for a free spare must not take one that is given out here.
          if (edit.proxy?.mode === 'spread') await query(tx, LOCK_SPARES);
          const values = [some, proxies.slice(at, at + CHUNK), ...valuesFor(edit, by), editId] as const;
          return (await queryOne<Answer>(tx, CHANGE, ...values)) ?? NOTHING;
        },
        { timeout: TRANSACTION_MS, maxWait: TRANSACTION_MS },
      )
      .catch((error: unknown) => {
        throw isReferenced(error) ? conflict('The proxy was deleted in the meantime. Choose another one.') : error;
      });
    add(edited, some.length, answer);
  }
  return edited;
}
