import { say } from '../../contracts/said.ts';
import { TEST_EVENT } from '../../contracts/webhooks.ts';
import type { Webhook } from '../../prisma/generated/client.ts';
import { type Db, query, queryOne } from '../door/sql.ts';
import { attemptsOf, waitAfter } from './attempts.ts';
import type { StoredMessage } from './message.ts';
import type { Attempt } from './send.ts';

/** An attempt that has not ended by then was its process's last; it must be longer than any attempt takes. */
const CLAIM_SECONDS = 60;

export interface Claimed extends StoredMessage, Pick<Webhook, 'url' | 'secret'> {
  id: string;
  messageId: string;
  webhookId: string;
  /** Which attempt this is, from 1. Its outcome counts only while no later one has begun. */
  attempts: number;
}

/**
 * Takes what is due. A row that another process is taking is passed over, and one that it has taken is due again only
 * when its attempt cannot be under way any more. No webhook gets more than `each`, so that a slow one holds nobody up.
 */
const CLAIM = `
  WITH due AS (
    SELECT d.id FROM "Webhook" w CROSS JOIN LATERAL (
      SELECT id FROM "WebhookDelivery"
      WHERE "webhookId" = w.id AND state = 'pending' AND "nextAt" <= now() AND (w.enabled OR event = '${TEST_EVENT}')
      ORDER BY "nextAt", id LIMIT $1::int FOR UPDATE SKIP LOCKED
    ) d
    WHERE w.id <> ALL($2::uuid[]) LIMIT $3::int
  )
  UPDATE "WebhookDelivery" x SET attempts = x.attempts + 1, "attemptedAt" = now(), "durationMs" = NULL,
    "nextAt" = now() + ${CLAIM_SECONDS} * interval '1 second'
  FROM due, "Webhook" w WHERE x.id = due.id AND w.id = x."webhookId"
  RETURNING x.id::text, x."messageId", x."webhookId", x.event, x.payload, x."createdAt", x.attempts, w.url, w.secret`;

export function claimDue(db: Db, limits: { each: number; busy: readonly string[]; most: number }): Promise<Claimed[]> {
  return query<Claimed>(db, CLAIM, limits.each, limits.busy, limits.most);
}

/** By number of the attempt: one whose claim ran out says nothing about the one that followed. */
const CURRENT = `id = $1::bigint AND attempts = $2::int AND state = 'pending'`;

const DELIVERED = `
  UPDATE "WebhookDelivery" SET state = 'delivered', "deliveredAt" = now(), error = NULL,
    "statusCode" = $3::int, answer = $4, "durationMs" = $5::int
  WHERE ${CURRENT}`;

/** A webhook is disabled when it wants no more, or when a message has used up its attempts and none came through since. */
const FAILED = `
  WITH failed AS (
    UPDATE "WebhookDelivery" SET state = CASE WHEN $7::int IS NULL THEN 'failed' ELSE state END,
      "nextAt" = now() + coalesce($7::int, 0) * interval '1 millisecond',
      error = $6, "statusCode" = $3::int, answer = $4, "durationMs" = $5::int
    WHERE ${CURRENT} RETURNING "webhookId", "createdAt"
  )
  UPDATE "Webhook" w SET enabled = false, "disabledAt" = now(), "disabledReason" = $8, "updatedAt" = now()
  FROM failed f WHERE $8::text IS NOT NULL AND w.id = f."webhookId" AND w.enabled AND NOT EXISTS (
    SELECT 1 FROM "WebhookDelivery" d WHERE d."webhookId" = w.id AND d."deliveredAt" > f."createdAt" AND NOT $9::boolean)
  RETURNING w.id, w.name, w."disabledReason"`;

function reasonToDisable(claimed: Claimed, attempt: Attempt, most: number): string | null {
  if (claimed.event === TEST_EVENT) return null;
  if (attempt.gone) return 'It answered 410: it wants no more messages.';
  // One more attempt by hand does not disable what a person is mending.
  if (claimed.attempts !== most) return null;
  return `${say('webhook.attempts', { count: most })} ${say('webhook.last', { why: attempt.error ?? '' })}`;
}

/** Keeps how an attempt went. @returns the webhook, when it was disabled by it */
export async function recordAttempt(
  db: Db,
  claimed: Claimed,
  attempt: Attempt,
): Promise<{ id: string; name: string; disabledReason: string } | undefined> {
  const values = [claimed.id, claimed.attempts, attempt.status, attempt.answer, attempt.durationMs] as const;
  if (attempt.error === null) {
    await query(db, DELIVERED, ...values);
    return undefined;
  }
  const most = attemptsOf(claimed.event);
  const isOver = attempt.gone || claimed.attempts >= most;
  const waitMs = isOver ? null : waitAfter(claimed.attempts, attempt.retryAfterMs);
  const reason = reasonToDisable(claimed, attempt, most);
  return queryOne(db, FAILED, ...values, attempt.error, waitMs, reason, attempt.gone);
}
