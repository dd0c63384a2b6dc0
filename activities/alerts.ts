import type { WebhookEvent } from '../contracts/webhooks.ts';
import type { Sql } from './sql.ts';
import { row, statement } from './sql.ts';

/**
 * Alerts are left in the statement that writes their cause, so that both are there or neither is; the API sends them.
 */

/** A time as `Date.toISOString` writes it. */
const iso = (value: string): string => `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * An INSERT for a CTE: one message for each webhook that wants to be told, of each row of `from`, called `c`.
 * @param occasion SQL that names what happened; the same is told once
 * @param data SQL of its JSON, without secrets
 */
export const alertInsert = (event: WebhookEvent, from: string, occasion: string, data: string): string =>
  `INSERT INTO "WebhookDelivery" ("webhookId", occasion, event, payload)
   SELECT w.id, '${event}/' || ${occasion}, '${event}', ${data}
   FROM ${from} c CROSS JOIN "Webhook" w WHERE w.enabled AND '${event}' = ANY(w.events)
   ON CONFLICT ("webhookId", occasion) DO NOTHING`;

const TOTALS = `(
  SELECT jsonb_object_agg(s.name, coalesce(t.n, 0)) || jsonb_build_object('total', coalesce(sum(t.n), 0))
  FROM unnest(ARRAY['succeeded', 'partial', 'failed', 'skipped', 'cancelled', 'pending', 'running', 'paced', 'parked'])
    AS s(name)
  LEFT JOIN (SELECT key, sum(n) AS n FROM "TaskTally" WHERE "taskId" = c.id GROUP BY key) t ON t.key = 'state:' || s.name)`;

/** Of rows of "BulkTask" that have ended. A task that is tried again ends again, at another time. */
export const finishedAlert = (from: string): string =>
  alertInsert(
    'run.finished',
    from,
    `c.id || '/' || extract(epoch FROM c."finishedAt")`,
    `jsonb_build_object('taskId', c.id, 'kind', c.kind, 'name', c.name, 'state', c.state, 'reason', c."stateReason",
       'totals', ${TOTALS}, 'startedAt', ${iso('c."startedAt"')}, 'finishedAt', ${iso('c."finishedAt"')})`,
  );

/** Of rows of "BulkTask" that have just paused by themselves. */
export const breakerAlert = (from: string): string =>
  alertInsert(
    'breaker.opened',
    from,
    `c.id || '/' || extract(epoch FROM now())`,
    `jsonb_build_object('taskId', c.id, 'kind', c.kind, 'name', c.name, 'reason', c."stateReason")`,
  );

/** Of new rows of "Challenge". */
export const challengeAlert = (from: string): string =>
  alertInsert(
    'challenge.waiting',
    from,
    'c.id',
    `(SELECT jsonb_build_object('challengeId', c.id, 'challenge', c.type, 'message', c.message, 'taskId', c."taskId",
        'accountTaskId', c."accountTaskId", 'accountId', c."accountId", 'platform', a.platform,
        'username', a.username, 'kind', b.kind, 'name', b.name)
      FROM "Account" a, "BulkTask" b WHERE a.id = c."accountId" AND b.id = c."taskId")`,
  );

/** Of rows of "WorkerHost" that were just found lost. */
export const lostAlert = (from: string): string =>
  alertInsert(
    'host.lost',
    from,
    `c.id || '/' || extract(epoch FROM c."heartbeatAt")`,
    `jsonb_build_object('workerId', c.id, 'name', c.name, 'role', c.role,
       'lastHeartbeatAt', ${iso('c."heartbeatAt"')})`,
  );

const FINISHED = statement('alert_finished', `${finishedAlert('(SELECT * FROM "BulkTask" WHERE id = $1::uuid)')}`);

/** For a task whose end took more than one statement: call it last, in their transaction. */
export async function tellFinished(sql: Sql, taskId: string): Promise<void> {
  await row(sql, FINISHED, [taskId]);
}
