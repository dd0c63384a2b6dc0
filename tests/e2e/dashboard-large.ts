import type pg from 'pg';
import type { Page } from 'playwright-core';

/** What is drawn of a table: rows by their place in the list, from 0, with what they say. */
export async function drawnRows(page: Page): Promise<{ place: number; text: string }[]> {
  return page.locator('[role="rowgroup"] [role="row"]').evaluateAll((rows) =>
    rows.map((row) => {
      const { dataset, textContent } = row as unknown as { dataset: { index: string }; textContent: string };
      return { place: Number(dataset.index), text: textContent };
    }),
  );
}

const NAMES = {
  accounts: 'SELECT username FROM "Account" ORDER BY "createdAt" DESC, id DESC OFFSET $1 LIMIT $2',
  task: 'SELECT username FROM "AccountTask" WHERE "taskId" = $3 ORDER BY ordinal OFFSET $1 LIMIT $2',
};

/** The user names that stand at some places of a list, by the database. */
export async function namesAt(pool: pg.Pool, first: number, count: number, taskId?: string): Promise<string[]> {
  const { rows } = taskId
    ? await pool.query<{ username: string }>(NAMES.task, [first, count, taskId])
    : await pool.query<{ username: string }>(NAMES.accounts, [first, count]);
  return rows.map(({ username }) => username);
}

/** Has account tasks succeed as workers do: each with its event, all of one write with one notification. */
export async function succeed(pool: pg.Pool, taskId: string, fromOrdinal: number, toOrdinal: number): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `WITH moved AS (
       UPDATE "AccountTask" SET state = 'succeeded' WHERE "taskId" = $1 AND ordinal BETWEEN $2 AND $3 AND state = 'pending'
       RETURNING "taskId", id, ordinal
     ), told AS (
       INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data)
       SELECT "taskId", id, 'account-task', jsonb_build_object(
         'ordinal', ordinal, 'from', 'pending', 'to', 'succeeded', 'reason', NULL, 'errorType', NULL)
       FROM moved RETURNING 1
     ) SELECT count(*)::int AS n, pg_notify('flotilla_events', $1::uuid::text) FROM told`,
    [taskId, fromOrdinal, toOrdinal],
  );
  return rows[0]?.n ?? 0;
}
