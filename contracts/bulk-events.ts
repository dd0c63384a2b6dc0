import { z } from 'zod';
import { canarySchema, type RetryOnly } from './bulk.ts';
import { BULK_STATES } from './states.ts';

/** Orders to a run that leave their mark in the events of the task: its state alone does not tell them apart. */
export const NOTED_ORDERS = ['pause', 'resume', 'cancel', 'window'] as const;
export type NotedOrder = (typeof NOTED_ORDERS)[number];

/** What an order to try again was about, short enough to be kept with the events of the task. */
export const retryWordsSchema = z.object({
  type: z.string().nullable(),
  fingerprint: z.string().nullable(),
  state: z.string().nullable(),
  q: z.string().nullable(),
  chosen: z.int().nullable().meta({ description: 'How many account tasks were named by their ids' }),
});
export type RetryWords = z.infer<typeof retryWordsSchema>;

export const retryWords = (only: RetryOnly | null): RetryWords | null =>
  only && {
    type: only.type ?? null,
    fingerprint: only.fingerprint ?? null,
    state: only.state ?? null,
    q: only.q ?? null,
    chosen: only.accountTaskIds?.length ?? null,
  };

/** Data of a TaskEvent of type `bulk-task`: where the task stands from then on, and what brought it there. */
export const bulkTaskEventSchema = z.object({
  state: z.enum(BULK_STATES),
  reason: z.string().nullable(),
  window: z.int(),
  /** Who gave the order, for people to read. */
  by: z.string().nullish(),
  order: z.enum(NOTED_ORDERS).nullish(),
  breakerOpened: z.boolean().nullish(),
  canary: canarySchema.extend({ by: z.string().nullish() }).nullish(),
  /** Of a new task. */
  total: z.int().nullish(),
  startRequested: z.boolean().nullish(),
  /** How many are tried again, and which were meant. */
  retried: z.int().nullish(),
  only: retryWordsSchema.nullish(),
  /** How many were cancelled before it began. */
  cancelled: z.int().nullish(),
});
export type BulkTaskEventData = z.infer<typeof bulkTaskEventSchema>;
