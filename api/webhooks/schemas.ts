import { z } from 'zod';
import {
  DELIVERY_STATES,
  TEST_EVENT,
  WEBHOOK_EVENTS,
  webhookEventSchema,
  webhookMessageSchema,
} from '../../contracts/webhooks.ts';
import { line } from '../account-schemas.ts';
import { saidShape } from '../said.ts';

const MOST_EVENTS = WEBHOOK_EVENTS.length;

/** Credentials in an address would stand in lists and logs; the signature says who calls. */
function urlComplaint(text: string): string | null {
  if (!URL.canParse(text)) return 'Must be an address that begins with https:// or http://';
  const { username, password, hash, protocol } = new URL(text);
  if (!/^https?:$/.test(protocol)) return 'Must be an address that begins with https:// or http://';
  if (username || password) return 'Must hold no user name and no password';
  return hash ? 'Must hold no part behind #' : null;
}

const fields = {
  name: line(100),
  url: z
    .string()
    .meta({ examples: ['https://chat.example.com/hooks/flotilla'] })
    .trim()
    .max(2_000)
    .superRefine((text, ctx) => {
      const message = urlComplaint(text);
      if (message) ctx.addIssue({ code: 'custom', message });
    })
    .meta({ description: 'Where messages are posted to' }),
  events: z
    .array(webhookEventSchema)
    .min(1)
    .max(MOST_EVENTS)
    .transform((events) => [...new Set(events)]),
  enabled: z.boolean().meta({ description: 'Messages that wait are sent once it is enabled again' }),
};

export const newWebhookSchema = z
  .strictObject({ ...fields, enabled: fields.enabled.default(true) })
  .meta({ id: 'NewWebhook' });
export const webhookChangesSchema = z.strictObject(z.object(fields).partial().shape).meta({ id: 'WebhookChanges' });

export const webhookSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    events: z.array(webhookEventSchema),
    enabled: z.boolean(),
    ...saidShape,
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was disabled by itself; null when a person did it' }),
    disabledAt: z.iso.datetime().nullable(),
    waiting: z.int().meta({ description: 'Messages that are still to be delivered' }),
    lastDelivery: z
      .object({ at: z.iso.datetime(), status: z.int().nullable(), ok: z.boolean() })
      .nullable()
      .meta({ description: 'The last attempt; without a status nothing was answered' }),
    createdBy: z.string().nullable().meta({ description: 'Id of who made it, as the audit log has it' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });

export const deliverySchema = z
  .object({
    id: z.string(),
    messageId: z.string().meta({ description: 'The header `webhook-id`, the same at each attempt' }),
    event: z.enum([...WEBHOOK_EVENTS, TEST_EVENT]),
    state: z.enum(DELIVERY_STATES).meta({ description: '`failed` has used up its attempts' }),
    attempts: z.int(),
    mostAttempts: z.int(),
    statusCode: z
      .int()
      .nullable()
      .meta({ description: 'Of the last attempt, as the rest; null when nothing was answered' }),
    error: z.string().nullable(),
    ...saidShape,
    answer: z.string().nullable().meta({ description: 'The beginning of what was answered' }),
    durationMs: z.int().nullable(),
    attemptedAt: z.iso.datetime().nullable(),
    nextAttemptAt: z.iso.datetime().nullable().meta({ description: 'Null when none is to come' }),
    createdAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
    message: webhookMessageSchema,
  })
  .meta({ id: 'WebhookDelivery' });
