import { z } from 'zod';
import { ACCOUNT_TASK_STATES, BULK_STATES, type Totals } from './states.ts';

/** What people can be told of. The one source for the API, the writers of alerts and the dashboard. */
export const WEBHOOK_EVENTS = ['run.finished', 'breaker.opened', 'challenge.waiting', 'host.lost'] as const;
export const webhookEventSchema = z
  .enum(WEBHOOK_EVENTS)
  .meta({ id: 'WebhookEvent', description: 'What a webhook can be told of' });
export type WebhookEvent = z.output<typeof webhookEventSchema>;

/** Asked for by a person, whatever the webhook is told of. */
export const TEST_EVENT = 'webhook.test';
export type MessageType = WebhookEvent | typeof TEST_EVENT;

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

const link = z.url().meta({ description: 'Page of the dashboard' });
const n = z.int().min(0);
const task = { taskId: z.uuid(), kind: z.string(), name: z.string(), url: link };

/** `data` of each message. Fields may be added, none of these is renamed. */
export const alertSchemas = {
  'run.finished': z.object({
    ...task,
    state: z.enum(BULK_STATES),
    reason: z.string().nullable(),
    totals: z.object({ total: n, ...Object.fromEntries(ACCOUNT_TASK_STATES.map((name) => [name, n])) } as Record<
      keyof Totals,
      typeof n
    >),
    startedAt: z.iso.datetime().nullable().meta({ description: 'Null where it was cancelled before it began' }),
    finishedAt: z.iso.datetime(),
  }),
  'breaker.opened': z.object({ ...task, reason: z.string() }),
  'challenge.waiting': z.object({
    ...task,
    challengeId: z.uuid(),
    accountTaskId: z.uuid(),
    accountId: z.uuid(),
    platform: z.string(),
    username: z.string(),
    challenge: z.string().meta({ description: 'What is asked for: `email-code`, `checkpoint` and so on' }),
    message: z.string(),
  }),
  'host.lost': z.object({
    workerId: z.uuid(),
    name: z.string(),
    role: z.string(),
    lastHeartbeatAt: z.iso.datetime(),
    url: link,
  }),
  [TEST_EVENT]: z.object({ webhookId: z.uuid(), name: z.string() }),
} as const satisfies Record<MessageType, z.ZodType>;

const message = <T extends MessageType, D extends z.ZodType>(type: T, data: D) =>
  z.object({
    type: z.literal(type),
    timestamp: z.iso.datetime().meta({ description: 'When it happened; the same at each attempt' }),
    data,
  });

/** The whole body that a receiver gets. */
export const webhookMessageSchema = z
  .discriminatedUnion('type', [
    message('run.finished', alertSchemas['run.finished']),
    message('breaker.opened', alertSchemas['breaker.opened']),
    message('challenge.waiting', alertSchemas['challenge.waiting']),
    message('host.lost', alertSchemas['host.lost']),
    message(TEST_EVENT, alertSchemas[TEST_EVENT]),
  ])
  .meta({ id: 'WebhookMessage' });
export type WebhookMessage = z.output<typeof webhookMessageSchema>;
