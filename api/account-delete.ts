import { say } from '../contracts/said.ts';
import { FINAL_ACCOUNT_TASK_STATES, FINAL_BULK_STATES } from '../contracts/states.ts';
import { ARCHIVED } from './account-changes.ts';
import type { Refusal, Selected } from './account-edit.ts';
import { selectedIds, TRANSACTION_MS } from './account-edit.ts';
import { isReferenced } from './database-errors.ts';
import type { Deps } from './deps.ts';
import { query, queryOne } from './door/sql.ts';
import { conflict } from './problem.ts';

/** Accounts that one transaction removes: each costs a look into every table that names accounts. */
const CHUNK = 2_000;

const LOCK = `SELECT id FROM "Account" WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`;

/** A statement of its own behind the lock, so that it sees what a bulk task has taken up until then. */
const REMOVE = `
  WITH given AS (
    SELECT id FROM unnest($1::uuid[]) AS g(id)
  ), judged AS MATERIALIZED (
    SELECT a.id, a.username,
      (SELECT count(*)::int FROM "AccountTask" t JOIN "BulkTask" b ON b.id = t."taskId"
       WHERE t."accountId" = a.id AND t.state <> ALL($2::text[]) AND b.state <> ALL($3::text[])) AS unfinished,
      EXISTS (SELECT FROM "AccountTask" t WHERE t."accountId" = a.id)
        OR EXISTS (SELECT FROM "PostIntent" i WHERE i."accountId" = a.id) AS known
    FROM "Account" a JOIN given g ON g.id = a.id
  ), archived AS (
    UPDATE "Account" a SET status = $4, "statusReason" = $5, secret = NULL, session = NULL, "sessionAt" = NULL,
      "updatedAt" = now()
    FROM judged j WHERE j.id = a.id AND j.unfinished = 0 AND j.known RETURNING a.id
  ), deleted AS (
    DELETE FROM "Account" a USING judged j WHERE j.id = a.id AND j.unfinished = 0 AND NOT j.known RETURNING a.id
  )
  SELECT (SELECT count(*)::int FROM archived) AS archived, (SELECT count(*)::int FROM deleted) AS deleted, coalesce((
    SELECT json_agg(r ORDER BY r."accountId") FROM (
      SELECT id AS "accountId", username, CASE WHEN unfinished = 1 THEN 'It has one unfinished account task.'
        ELSE 'It has ' || unfinished || ' unfinished account tasks.' END AS reason
      FROM judged WHERE unfinished > 0
      UNION ALL
      SELECT g.id, NULL, 'There is no such account.' FROM given g WHERE NOT EXISTS (SELECT FROM judged j WHERE j.id = g.id)
    ) r
  ), '[]') AS refused`;

export interface Removed {
  deleted: number;
  archived: number;
  refused: Refusal[];
}

/**
 * Deletes many accounts, or archives those that history names. Those with unfinished work stay.
 * @param confirm how many a person said that it would be
 * @throws Problem 409 when it is another number
 */
export async function removeAccounts(deps: Pick<Deps, 'db'>, selected: Selected, confirm: number): Promise<Removed> {
  const ids = await selectedIds(deps, selected);
  if (ids.length !== confirm) {
    throw conflict(say('account.confirm', { count: ids.length, given: confirm }), [
      { path: 'confirm', message: say('field.confirm', { count: ids.length }) },
    ]);
  }
  const removed: Removed = { deleted: 0, archived: 0, refused: [] };
  for (let at = 0; at < ids.length; at += CHUNK) {
    const some = ids.slice(at, at + CHUNK);
    const step = await deps.db
      .$transaction(
        async (tx) => {
          await query(tx, LOCK, some);
          return await queryOne<Removed>(
            tx,
            REMOVE,
            some,
            FINAL_ACCOUNT_TASK_STATES,
            FINAL_BULK_STATES,
            ARCHIVED.status,
            ARCHIVED.statusReason,
          );
        },
        { timeout: TRANSACTION_MS, maxWait: TRANSACTION_MS },
      )
      .catch((error: unknown) => {
        throw isReferenced(error) ? conflict('A bulk task has just taken one of them up. Try again.') : error;
      });
    removed.deleted += step?.deleted ?? 0;
    removed.archived += step?.archived ?? 0;
    removed.refused.push(...(step?.refused ?? []));
  }
  return removed;
}
