import { z } from 'zod';
import { CHALLENGE_STATES, CHALLENGE_TYPES } from '../contracts/bulk.ts';
import { saidShape } from './said.ts';

const time = z.iso.datetime();

/** One entry of the inbox: what waits, or waited, for a person. */
export const inboxItemSchema = z.object({
  id: z.uuid(),
  type: z.enum(CHALLENGE_TYPES),
  message: z.string(),
  ...saidShape,
  platform: z.string(),
  hasPages: z.boolean().meta({ description: 'Whether the account is in a browser, where a person can take over' }),
  username: z.string(),
  accountId: z.uuid(),
  taskId: z.uuid(),
  taskName: z.string(),
  kind: z.string(),
  accountTaskId: z.uuid(),
  evidenceId: z.uuid().nullable().meta({ description: 'Screenshot of what the platform asked' }),
  createdAt: time,
  expiresAt: time.meta({ description: 'When the account is skipped if nobody has answered' }),
  state: z.enum(CHALLENGE_STATES).meta({ description: '`expired`: unanswered in time, or its task was ended' }),
  answeredAt: time.nullable(),
  answeredBy: z.string().nullable(),
});
export type InboxItem = z.input<typeof inboxItemSchema>;

export const inboxCountSchema = z.object({
  open: z.int(),
  byType: z.object(
    Object.fromEntries(CHALLENGE_TYPES.map((type) => [type, z.int()])) as Record<
      (typeof CHALLENGE_TYPES)[number],
      z.ZodInt
    >,
  ),
});

/** Codes are typed as they are shown, in groups; the platform wants them without the spaces. */
const code = z
  .string()
  .max(200)
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().min(1, 'Must not be empty').max(64, 'At most 64 characters'))
  .meta({ description: 'As the platform sent or shows it; spaces are left out', type: 'string' });

export const answerSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('code'), code }).strict(),
  z.object({ action: z.literal('solved') }).strict(),
  z.object({ action: z.literal('skip') }).strict(),
]);
export type InboxAnswer = z.output<typeof answerSchema>;
