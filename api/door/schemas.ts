import { z } from 'zod';
import {
  canarySchema,
  paceSchema,
  totalsSchema,
  WINDOW_DEFAULT,
  WINDOW_MAX,
  WINDOW_MIN,
} from '../../contracts/bulk.ts';
import { ACCOUNT_TASK_STATES, BULK_STATES } from '../../contracts/states.ts';
import { instantSchema } from '../../contracts/values.ts';
import type { AnyKind } from '../../kinds/define.ts';
import { saidShape } from '../said.ts';
import { MAX_ACCOUNTS, selectionSchema } from './selection.ts';

const time = z.iso.datetime();
const counters = z.record(z.string(), z.int());

export const windowSchema = z
  .int()
  .min(WINDOW_MIN)
  .max(WINDOW_MAX)
  .meta({ title: 'Window', description: 'How many account tasks run at once' });

/** What a bulk task of the kind is ordered with. */
export const orderSchema = (kind: AnyKind) =>
  z
    .object({
      name: z.string().trim().min(1).max(200).optional().meta({ title: 'Name' }),
      accounts: selectionSchema,
      params: kind.params,
      window: windowSchema.default(WINDOW_DEFAULT),
      pace: paceSchema.optional().meta({ title: 'Pace' }),
      canary: z.int().min(1).max(MAX_ACCOUNTS).optional().meta({
        title: 'Canary',
        description:
          'So many accounts go first; the others wait until somebody approves. Fewer than there are accounts.',
      }),
      startAt: instantSchema
        .optional()
        .meta({ title: 'Start at', description: 'Starts by itself at this time; without it the task is a draft' }),
      skipRefused: z.boolean().default(false).meta({
        title: 'Go on without refused accounts',
        description: 'Otherwise one refused account refuses the whole',
      }),
    })
    .strict();

export const createdSchema = z.object({
  id: z.uuid(),
  kind: z.string(),
  name: z.string(),
  state: z.enum(['draft', 'scheduled']),
  total: z.int(),
  startAt: time.nullable(),
  createdAt: time,
  warnings: z.array(z.string()),
  ...saidShape,
});

export const dryRunSchema = z.object({
  total: z.int().meta({ description: 'Accounts that would take part' }),
  plans: z
    .array(
      z.object({
        accountId: z.uuid(),
        username: z.string(),
        plan: z.unknown(),
        canary: z.boolean().meta({ description: 'Goes first, before the approval' }),
      }),
    )
    .meta({ description: 'What the first 100 accounts would do' }),
  refused: z
    .array(z.object({ accountId: z.uuid(), username: z.string(), reason: z.string(), ...saidShape }))
    .meta({ description: 'At most the first 1,000' }),
  refusedTotal: z.int(),
  canary: z.int().nullable().meta({ description: 'How many accounts go first; null for all at once' }),
  warnings: z.array(z.string()),
  ...saidShape,
  forecast: z.object({
    finishAt: time,
    secondsPerPost: z.number(),
    boundBy: z.string().meta({ description: 'What the end is bound by, in a sentence' }),
  }),
});

export const stateAnswerSchema = z.object({
  id: z.uuid(),
  state: z.enum(BULK_STATES),
  window: z.int().optional(),
  retried: z.int().optional().meta({ description: 'How many account tasks are tried again' }),
});

const taskHead = {
  id: z.uuid(),
  kind: z.string(),
  name: z.string(),
  state: z.enum(BULK_STATES),
  stateReason: z.string().nullable(),
  ...saidShape,
  total: z.int(),
  window: z.int(),
  canary: canarySchema.nullable().meta({ description: 'The accounts that go first, until an approval' }),
  totals: totalsSchema,
  counters,
  startAt: time.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
};

export const taskItemSchema = z.object(taskHead);

export const taskSchema = z.object({
  ...taskHead,
  params: z.unknown(),
  selection: z.unknown().meta({ description: '`{tag}`, `{platform}`, `{filter}`, or `{idCount}`' }),
  pace: paceSchema.nullable(),
  createdById: z.string().nullable(),
  startRequestedAt: time.nullable(),
  workflowId: z.string(),
  temporalUrl: z.url(),
});

const accountTaskHead = {
  id: z.uuid(),
  ordinal: z.int(),
  accountId: z.uuid(),
  username: z.string(),
  state: z.enum(ACCOUNT_TASK_STATES),
  stateReason: z.string().nullable(),
  ...saidShape,
  counters,
  error: z.object({ type: z.string(), message: z.string(), ...saidShape }).optional(),
  attempts: z.int(),
  wakeAt: time.nullable(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
};

export const accountTaskItemSchema = z.object(accountTaskHead);

export const accountTaskSchema = z.object({
  ...accountTaskHead,
  taskId: z.uuid(),
  kind: z.string(),
  platform: z.string(),
  hasPages: z.boolean().meta({ description: 'Whether the account is in a browser, which can be looked at' }),
  plan: z.unknown(),
  timeline: z.array(z.object({ id: z.string(), type: z.string(), at: time, data: z.unknown() })),
  intents: z.array(
    z.object({
      id: z.uuid(),
      index: z.int(),
      state: z.string(),
      caption: z.string(),
      mediaSha256: z.string().nullable(),
      submits: z.int(),
      submittedAt: time.nullable(),
      postId: z.string().nullable(),
      permalink: z.string().nullable(),
    }),
  ),
  evidence: z.array(
    z.object({
      id: z.uuid(),
      step: z.string(),
      kind: z.string(),
      contentType: z.string(),
      bytes: z.int(),
      createdAt: time,
    }),
  ),
  challenge: z
    .object({ id: z.uuid(), type: z.string(), message: z.string(), ...saidShape, createdAt: time })
    .nullable(),
  workflowId: z.string(),
  temporalUrl: z.url(),
});
