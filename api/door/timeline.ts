import { EVENT_CHANNEL } from '../event-hub.ts';
import { type Db, query } from './sql.ts';

/**
 * Adds to the timeline of a bulk task or of one of its account tasks, and tells those who listen when it is committed.
 * No secrets in `data`.
 */
export async function addEvent(
  db: Db,
  event: { taskId: string; accountTaskId: string | null; type: string; data: Record<string, unknown> },
): Promise<void> {
  await query(
    db,
    `WITH event AS (
       INSERT INTO "TaskEvent" ("taskId", "accountTaskId", type, data)
       VALUES ($1::uuid, $2::uuid, $3, $4::jsonb) RETURNING "taskId"
     ) SELECT pg_notify('${EVENT_CHANNEL}', "taskId"::text)::text FROM event`,
    event.taskId,
    event.accountTaskId,
    event.type,
    JSON.stringify(event.data),
  );
}
