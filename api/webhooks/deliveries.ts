import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DELIVERY_STATES, type MessageType, TEST_EVENT } from '../../contracts/webhooks.ts';
import type { Deps } from '../deps.ts';
import { query, queryOne } from '../door/sql.ts';
import { numberedPageQuery, pageOf, toNumberedPage } from '../pages.ts';
import { conflict, notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { idParams, route } from '../route.ts';
import { saidOf } from '../said.ts';
import { attemptsOf } from './attempts.ts';
import { messageOf } from './message.ts';
import { deliverySchema } from './schemas.ts';

const tags = ['Webhooks'];
const deliveryNumber = z
  .string()
  .regex(/^\d{1,18}$/, 'Must be the number of a delivery')
  .meta({ examples: ['7301'] });
const noSuchWebhook = () => notFound('There is no such webhook.');

interface DeliveryRow {
  id: string;
  messageId: string;
  event: MessageType;
  payload: Record<string, unknown>;
  state: (typeof DELIVERY_STATES)[number];
  attempts: number;
  statusCode: number | null;
  error: string | null;
  answer: string | null;
  durationMs: number | null;
  attemptedAt: Date | null;
  nextAt: Date;
  createdAt: Date;
  deliveredAt: Date | null;
}

const COLUMNS = `id::text, "messageId", event, payload, state, attempts, "statusCode", error, answer, "durationMs",
  "attemptedAt", "nextAt", "createdAt", "deliveredAt"`;

const toDelivery =
  ({ env }: Pick<Deps, 'env'>) =>
  ({ messageId, payload, nextAt, ...row }: DeliveryRow): z.input<typeof deliverySchema> => ({
    ...row,
    ...saidOf({ error: row.error }),
    messageId: `msg_${messageId}`,
    mostAttempts: attemptsOf(row.event),
    attemptedAt: row.attemptedAt?.toISOString() ?? null,
    nextAttemptAt: row.state === 'pending' ? nextAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    message: messageOf({ event: row.event, payload, createdAt: row.createdAt }, env),
  });

const TEST = `
  INSERT INTO "WebhookDelivery" ("webhookId", occasion, event, payload)
  SELECT id, '${TEST_EVENT}/' || $2, '${TEST_EVENT}', jsonb_build_object('webhookId', id, 'name', name)
  FROM "Webhook" WHERE id = $1::uuid RETURNING ${COLUMNS}`;

/** One that is under way is left alone: it has begun, has not ended, and its claim still holds. */
const RETRY = `
  UPDATE "WebhookDelivery" d SET state = 'pending', "nextAt" = now()
  WHERE d.id = $1::bigint AND d."webhookId" = $2::uuid AND (d.state = 'failed' OR (d.state = 'pending'
    AND NOT (d."attemptedAt" IS NOT NULL AND d."durationMs" IS NULL AND d."nextAt" > now())))
  RETURNING ${COLUMNS}`;

export const deliveryRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/webhooks/{id}/test',
    operationId: 'testWebhook',
    summary: 'Send a test message, once',
    description:
      'It is sent within a second or two, to a disabled webhook too; `GET /api/webhooks/{id}/deliveries` says how it went.',
    tags,
    access: 'admin',
    params: idParams,
    responses: {
      202: { description: 'It is about to be sent', schema: deliverySchema },
      404: { description: 'No such webhook' },
    },
    async handler({ params: { id }, deps }) {
      const row = await queryOne<DeliveryRow>(deps.db, TEST, id, randomUUID());
      if (!row) throw noSuchWebhook();
      return { status: 202, body: toDelivery(deps)(row) };
    },
  }),
  route({
    method: 'get',
    path: '/api/webhooks/{id}/deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'Messages of a webhook, newest first, each with how its last attempt went',
    tags,
    access: 'admin',
    params: idParams,
    query: z.strictObject({ ...numberedPageQuery, state: z.enum(DELIVERY_STATES).optional() }),
    responses: {
      200: { description: 'One page', schema: pageOf(deliverySchema) },
      404: { description: 'No such webhook' },
    },
    async handler({ params: { id }, query: { cursor = null, limit, state = null }, deps }) {
      const rows = await query<DeliveryRow>(
        deps.db,
        `SELECT ${COLUMNS} FROM "WebhookDelivery"
         WHERE "webhookId" = $1::uuid AND ($2::bigint IS NULL OR id < $2::bigint) AND ($3::text IS NULL OR state = $3)
         ORDER BY "WebhookDelivery".id DESC LIMIT $4::int`,
        id,
        cursor,
        state,
        limit + 1,
      );
      if (rows.length === 0 && (await deps.db.webhook.count({ where: { id } })) === 0) throw noSuchWebhook();
      return { status: 200, body: toNumberedPage(rows, limit, toDelivery(deps)) };
    },
  }),
  route({
    method: 'post',
    path: '/api/webhooks/{id}/deliveries/{deliveryId}/retry',
    operationId: 'retryWebhookDelivery',
    summary: 'Send a message now that has failed or waits for its next attempt',
    description: 'Under the same `webhook-id`. A message that has used up its attempts gets one more.',
    tags,
    access: 'admin',
    params: idParams.extend({ deliveryId: deliveryNumber }),
    responses: {
      202: { description: 'It is about to be sent', schema: deliverySchema },
      404: { description: 'No such delivery' },
      409: { description: 'It was delivered, is under way, or the webhook is disabled' },
    },
    async handler({ params: { id, deliveryId }, deps }) {
      const found = await deps.db.webhookDelivery.findFirst({
        where: { id: BigInt(deliveryId), webhookId: id },
        include: { webhook: { select: { enabled: true } } },
      });
      if (!found) throw notFound('There is no such delivery of this webhook.');
      if (found.state === 'delivered') throw conflict('This message was delivered.');
      if (!found.webhook.enabled && found.event !== TEST_EVENT) {
        throw conflict('The webhook is disabled. Enable it first; what waits is sent then.');
      }
      const row = await queryOne<DeliveryRow>(deps.db, RETRY, deliveryId, id);
      if (!row) throw conflict('An attempt is under way. Look again in a minute.');
      return { status: 202, body: toDelivery(deps)(row) };
    },
  }),
];
