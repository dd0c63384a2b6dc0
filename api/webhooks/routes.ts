import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { say } from '../../contracts/said.ts';
import type { WebhookEvent } from '../../contracts/webhooks.ts';
import type { Deps } from '../deps.ts';
import { type Db, query } from '../door/sql.ts';
import { badRequest, conflict, notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { idParams, route } from '../route.ts';
import { saidOf } from '../said.ts';
import { sealWebhookKey } from '../secrets.ts';
import { deliveryRoutes } from './deliveries.ts';
import { newWebhookSchema, webhookChangesSchema, webhookSchema } from './schemas.ts';

const tags = ['Webhooks'];
const MOST_WEBHOOKS = 50;
/** As the Standard Webhooks specification has it: 24 to 64 bytes. */
const KEY_BYTES = 32;

interface WebhookRow {
  id: string;
  name: string;
  url: string;
  events: WebhookEvent[];
  enabled: boolean;
  disabledReason: string | null;
  disabledAt: Date | null;
  createdById: string | null;
  createdAt: Date;
  updatedAt: Date;
  waiting: number;
  lastAt: Date | null;
  lastStatus: number | null;
  lastOk: boolean | null;
}

/** An attempt that has begun and not ended says nothing yet: the one before it is gone, so the delivery is passed over. */
const READ = `
  SELECT w.id, w.name, w.url, w.events, w.enabled, w."disabledReason", w."disabledAt", w."createdById", w."createdAt",
    w."updatedAt", last."attemptedAt" AS "lastAt", last."statusCode" AS "lastStatus", last.error IS NULL AS "lastOk",
    (SELECT count(*)::int FROM "WebhookDelivery" d WHERE d."webhookId" = w.id AND d.state = 'pending') AS waiting
  FROM "Webhook" w LEFT JOIN LATERAL (
    SELECT "attemptedAt", "statusCode", error FROM "WebhookDelivery"
    WHERE "webhookId" = w.id AND "durationMs" IS NOT NULL ORDER BY "attemptedAt" DESC LIMIT 1
  ) last ON true
  WHERE $1::uuid IS NULL OR w.id = $1::uuid ORDER BY w."createdAt" DESC, w.id`;

function toWebhook(row: WebhookRow): z.input<typeof webhookSchema> {
  const { createdById, lastAt, lastStatus, lastOk, ...rest } = row;
  return {
    ...rest,
    ...saidOf({ disabledReason: row.disabledReason }),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    lastDelivery: lastAt && { at: lastAt.toISOString(), status: lastStatus, ok: lastOk ?? false },
    createdBy: createdById,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const noSuchWebhook = () => notFound('There is no such webhook.');

async function readOne(db: Db, id: string) {
  const [row] = await query<WebhookRow>(db, READ, id);
  if (!row) throw noSuchWebhook();
  return toWebhook(row);
}

/** @throws Problem 400 for an address inside a network that is not public and not allowed */
async function checkUrl({ addressGuard }: Pick<Deps, 'addressGuard'>, url: string): Promise<void> {
  const why = await addressGuard.refusalToKeep(new URL(url).hostname);
  if (why === null) return;
  const message = `${why} ${say('account.networks')}`;
  throw badRequest('This address may not be called.', [{ path: 'url', message }]);
}

const webhookRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/webhooks',
    operationId: 'listWebhooks',
    summary: 'Webhooks, newest first, each with how its last delivery went',
    tags,
    access: 'admin',
    responses: { 200: { description: 'All of them', schema: z.object({ items: z.array(webhookSchema) }) } },
    handler: async ({ deps }) => ({
      status: 200,
      body: { items: (await query<WebhookRow>(deps.db, READ, null)).map(toWebhook) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/webhooks',
    operationId: 'createWebhook',
    summary: 'Add a webhook',
    description:
      'Its key is in this answer and nowhere else; messages are signed with it as the Standard Webhooks specification ' +
      'has it. Addresses in networks that are not public are refused, unless FLOTILLA_ALLOWED_NETWORKS names them.',
    tags,
    access: 'admin',
    idempotent: true,
    body: newWebhookSchema,
    examples: {
      onCall: {
        name: 'On call',
        url: 'https://hooks.example.com/flotilla',
        events: ['breaker.opened', 'challenge.waiting', 'host.lost'],
      },
      reports: { name: 'Reports', url: 'https://reports.example.com/runs', events: ['run.finished'], enabled: false },
    },
    responses: {
      201: { description: 'Added', schema: webhookSchema.extend({ key: z.string() }) },
      409: { description: `There are ${MOST_WEBHOOKS} already` },
    },
    async handler({ body, actor, deps }) {
      await checkUrl(deps, body.url);
      if ((await deps.db.webhook.count()) >= MOST_WEBHOOKS) {
        throw conflict(say('account.many-webhooks', { count: MOST_WEBHOOKS }));
      }
      const id = randomUUID();
      const key = `whsec_${randomBytes(KEY_BYTES).toString('base64')}`;
      const secret = sealWebhookKey(deps.sealer, id, key);
      await deps.db.webhook.create({ data: { ...body, id, secret, createdById: actor.id } });
      const headers = { location: `/api/webhooks/${id}`, 'cache-control': 'no-store' };
      return { status: 201, body: { ...(await readOne(deps.db, id)), key }, headers };
    },
  }),
  route({
    method: 'get',
    path: '/api/webhooks/{id}',
    operationId: 'getWebhook',
    summary: 'One webhook',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 200: { description: 'The webhook', schema: webhookSchema }, 404: { description: 'No such webhook' } },
    handler: async ({ params, deps }) => ({ status: 200, body: await readOne(deps.db, params.id) }),
  }),
  route({
    method: 'patch',
    path: '/api/webhooks/{id}',
    operationId: 'changeWebhook',
    summary: 'Change a webhook, or enable it again',
    tags,
    access: 'admin',
    params: idParams,
    body: webhookChangesSchema,
    responses: { 200: { description: 'Changed', schema: webhookSchema }, 404: { description: 'No such webhook' } },
    async handler({ params: { id }, body, deps }) {
      if (body.url !== undefined) await checkUrl(deps, body.url);
      const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      // Whatever a person says of it now counts for more than why it disabled itself.
      const cleared = body.enabled === undefined ? {} : { disabledReason: null, disabledAt: null };
      const { count } = await deps.db.webhook.updateMany({ where: { id }, data: { ...changes, ...cleared } });
      if (count === 0) throw noSuchWebhook();
      return { status: 200, body: await readOne(deps.db, id) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/webhooks/{id}',
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook with its deliveries',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 204: { description: 'Deleted' }, 404: { description: 'No such webhook' } },
    async handler({ params: { id }, deps, note }) {
      const webhook = await deps.db.webhook.findUnique({ where: { id } });
      if (!webhook) throw noSuchWebhook();
      await deps.db.webhook.deleteMany({ where: { id } });
      note({ detail: { name: webhook.name } });
      return { status: 204 };
    },
  }),
];

export const webhooksRoutes: Route[] = [...webhookRoutes, ...deliveryRoutes];
