import { z } from 'zod';
import { fingerprintPattern } from './fingerprint-pattern.ts';
import { ACCOUNT_TASK_STATES, BULK_STATES } from './states.ts';

/** Names and shapes of the messages of a bulk workflow; its id is `bulk/<taskId>`. */
export const bulkWorkflowId = (taskId: string): string => `bulk/${taskId}`;
export const accountWorkflowId = (taskId: string, accountTaskId: string): string => `bulk/${taskId}/${accountTaskId}`;

const WORKFLOW_ID = /^bulk\/([0-9a-f-]{36})(?:\/([0-9a-f-]{36}))?$/i;

/** The task behind a workflow's id, and the account task where it is the workflow of one. */
export function idsOfWorkflow(workflowId: string | undefined): { taskId?: string; accountTaskId?: string } {
  const [, taskId, accountTaskId] = WORKFLOW_ID.exec(workflowId ?? '') ?? [];
  return { ...(taskId && { taskId }), ...(accountTaskId && { accountTaskId }) };
}

export const BULK_UPDATES = {
  pause: 'pause',
  resume: 'resume',
  cancel: 'cancel',
  setWindow: 'setWindow',
  retryFailed: 'retryFailed',
  approve: 'approve',
} as const;
/** Which of the failed account tasks are tried again: those that fit all that is given. */
export const retryOnlySchema = z
  .strictObject({
    type: z.string().min(1).max(100).optional().meta({ description: 'Type of error' }),
    fingerprint: z.string().regex(fingerprintPattern, 'Must be 16 hexadecimal digits').optional().meta({
      description: 'Of the cause, as `failures` and the error log name it',
    }),
    state: z.enum(['failed', 'partial']).optional().meta({ description: 'Only those that ended so' }),
    q: z.string().min(1).max(100).optional().meta({ description: 'Part of a user name' }),
    accountTaskIds: z.array(z.uuid()).min(1).max(1_000).optional(),
  })
  .meta({ id: 'RetryOnly' });
export type RetryOnly = z.output<typeof retryOnlySchema>;

export const AGGREGATE_QUERY = 'aggregate';

/** Least and most account tasks that one bulk task runs at once. */
export const WINDOW_MIN = 1;
export const WINDOW_MAX = 500;
export const WINDOW_DEFAULT = 20;

export const totalsSchema = z.object(
  Object.fromEntries(['total', ...ACCOUNT_TASK_STATES].map((key) => [key, z.int().nonnegative()])) as Record<
    'total' | (typeof ACCOUNT_TASK_STATES)[number],
    z.ZodInt
  >,
);

export const CANARY_STATES = ['running', 'waiting', 'approved'] as const;
export type CanaryState = (typeof CANARY_STATES)[number];

/** The accounts that go first. `waiting` once they have ended: no other one begins before somebody approves. */
export const canarySchema = z.object({ size: z.int().positive(), state: z.enum(CANARY_STATES) });
export type Canary = z.infer<typeof canarySchema>;

/** What people read while the others wait. */
export const canaryWaits = (size: number): string =>
  size === 1
    ? 'The first account has ended; the others wait for approval.'
    : `The first ${size} accounts have ended; the others wait for approval.`;

/** The live totals of a bulk task. Times are ISO 8601, `etaSeconds` is null while it cannot be told. */
export const aggregateSchema = z.object({
  id: z.uuid(),
  kind: z.string(),
  state: z.enum(BULK_STATES),
  stateReason: z.string().nullable(),
  source: z.enum(['workflow', 'ledger']),
  totals: totalsSchema,
  counters: z.record(z.string(), z.int()),
  window: z.int(),
  /** Null without one, and from workflows of before there was any. */
  canary: canarySchema.nullable().default(null),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  etaSeconds: z.number().int().nonnegative().nullable(),
});
export type Aggregate = z.infer<typeof aggregateSchema>;

/** Pace of one bulk task, beside the limits of accounts and platforms. */
export const paceSchema = z
  .object({
    minGapSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .meta({ title: 'Least time between two posts of one account, seconds' }),
    breaker: z
      .object({
        /** Share of failures, 0 to 1. */
        share: z.number().min(0.05).max(1).default(0.5),
        /** Among the last so many ended account tasks. */
        among: z.int().min(3).max(1_000).default(20),
      })
      .strict()
      .optional()
      .meta({ title: 'Pause by itself when too many fail' }),
  })
  .strict();
export type Pace = z.infer<typeof paceSchema>;

/** Data of a TaskEvent of type `account-task`. */
export const accountTaskEventSchema = z.object({
  ordinal: z.int(),
  from: z.enum(ACCOUNT_TASK_STATES),
  to: z.enum(ACCOUNT_TASK_STATES),
  reason: z.string().nullable(),
  errorType: z.string().nullable(),
});

/** What a person may be asked for, and whether a code answers it. */
export const CHALLENGES = {
  'email-code': { takesCode: true },
  totp: { takesCode: true },
  checkpoint: { takesCode: false },
  'outcome-unknown': { takesCode: false },
} as const satisfies Record<string, { takesCode: boolean }>;
export type ChallengeType = keyof typeof CHALLENGES;
export const CHALLENGE_TYPES = Object.keys(CHALLENGES) as [ChallengeType, ...ChallengeType[]];

export const CHALLENGE_STATES = ['open', 'answered', 'skipped', 'expired'] as const;
export type ChallengeState = (typeof CHALLENGE_STATES)[number];

/** Data of a TaskEvent of type `challenge`: an entry of the inbox was opened or closed. Never a code. */
export const challengeEventSchema = z.object({
  challengeId: z.uuid(),
  type: z.enum(CHALLENGE_TYPES),
  state: z.enum(CHALLENGE_STATES),
  /** Who answered, for people to read. */
  by: z.string().nullable(),
});
