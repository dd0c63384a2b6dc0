import { say } from '../contracts/said.ts';
import { CHUNK, TRANSACTION_MS } from './account-edit.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { conflict, notFound } from './problem.ts';

export const UNDO_MINUTES = 60;

const FIELDS = ['tags', 'timeZone', 'quietHours', 'dailyLimits', 'proxyId', 'status'] as const;

/** Whether a field is still what the edit made of it. A proxy that is gone cannot be given back. */
function isUntouched(field: (typeof FIELDS)[number]): string {
  const same = `coalesce(to_jsonb(a."${field}"), 'null') = e.data->'after'->'${field}'`;
  const there = `(e.data->'before'->>'proxyId' IS NULL
    OR EXISTS (SELECT FROM "Proxy" p WHERE p.id = (e.data->'before'->>'proxyId')::uuid))`;
  return `coalesce(${field === 'proxyId' ? `${same} AND ${there}` : same}, false) AS "is_${field}"`;
}

/** The former value of an untouched field, read by `read`; else what is there. */
const back = (field: string, read: (value: string) => string, of = field): string =>
  `"${field}" = CASE WHEN o."is_${of}" THEN ${read(`o.before->'${field}'`)} ELSE a."${field}" END`;
const asText = (value: string): string => `${value}#>>'{}'`;
const asJson = (value: string): string => `nullif(${value}, 'null')`;

const restored = (from: string): string =>
  FIELDS.map(
    (field) => `CASE WHEN "is_${field}" THEN jsonb_build_object('${field}', ${from}->'${field}') ELSE '{}' END`,
  ).join(' || ');

/** `$1` the edit, `$2` the last entry that was looked at, `$3` by. */
const UNDO = `
  WITH entries AS MATERIALIZED (
    SELECT id AS entry, "accountId", data FROM "AccountEvent" WHERE "editId" = $1::uuid AND id > $2::bigint
    ORDER BY id LIMIT ${CHUNK}
  ), o AS MATERIALIZED (
    SELECT a.id, e.data->'before' AS before, e.data->'after' AS after, ${FIELDS.map(isUntouched).join(', ')}
    FROM "Account" a JOIN entries e ON e."accountId" = a.id ORDER BY a.id FOR NO KEY UPDATE OF a
  ), judged AS MATERIALIZED (
    SELECT o.*, ${restored('o.before')} AS given, ${restored('o.after')} AS taken FROM o
  ), written AS (
    UPDATE "Account" a SET ${[
      back('tags', (value) => `ARRAY(SELECT jsonb_array_elements_text(${value}))`),
      back('timeZone', asText),
      back('quietHours', asJson),
      back('dailyLimits', asJson),
      back('proxyId', (value) => `(${asText(value)})::uuid`),
      back('status', asText),
      back('statusReason', asText, 'status'),
    ].join(', ')}, "updatedAt" = now()
    FROM judged o WHERE a.id = o.id AND o.given <> '{}'
    RETURNING a.id
  ), noted AS (
    INSERT INTO "AccountEvent" ("accountId", type, data, by)
    SELECT j.id, 'edit', jsonb_build_object('undo', true, 'before', j.taken, 'after', j.given), $3::text
    FROM judged j JOIN written w ON w.id = j.id ORDER BY j.id
  )
  SELECT (SELECT max(entry)::text FROM entries) AS last,
    (SELECT count(*)::int FROM written) AS restored,
    (SELECT count(*)::int FROM judged WHERE (SELECT count(*) FROM jsonb_object_keys(given))
       < (SELECT count(*) FROM jsonb_object_keys(before - 'statusReason'))) AS changed`;

export interface Undone {
  restored: number;
  changedSince: number;
}

interface Step {
  last: string | null;
  restored: number;
  changed: number;
}

/**
 * Takes an edit of many accounts back: each field that nobody has changed since gets its former value.
 * May be called again after it broke off: what is restored already is left alone.
 * @throws Problem 404 for an unknown edit, 409 for one that is too old or taken back already
 */
export async function undoEdit({ db }: Pick<Deps, 'db'>, editId: string, by: string): Promise<Undone> {
  const edit = await queryOne<{ undone: boolean; over: boolean }>(
    db,
    `SELECT "undoneAt" IS NOT NULL AS undone, "createdAt" < now() - ${UNDO_MINUTES} * interval '1 minute' AS over
     FROM "AccountEdit" WHERE id = $1::uuid`,
    editId,
  );
  if (!edit) throw notFound('There is no edit with this token.');
  if (edit.undone) throw conflict('This edit was taken back already.');
  if (edit.over) throw conflict(say('account.undo-over', { count: UNDO_MINUTES }));
  const undone: Undone = { restored: 0, changedSince: 0 };
  for (let last = '0'; ; ) {
    const step = await db.$transaction((tx) => queryOne<Step>(tx, UNDO, editId, last, by), {
      timeout: TRANSACTION_MS,
      maxWait: TRANSACTION_MS,
    });
    if (!step || step.last === null) break;
    undone.restored += step.restored;
    undone.changedSince += step.changed;
    last = step.last;
  }
  await query(db, `UPDATE "AccountEdit" SET "undoneAt" = now() WHERE id = $1::uuid RETURNING id`, editId);
  return undone;
}
