import { z } from 'zod';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import { ACCOUNT_STATUSES } from '../contracts/states.ts';
import type { Account } from '../prisma/generated/client.ts';
import type { Deps } from './deps.ts';
import { saidOf, saidShape } from './said.ts';
import { readAccountLogin } from './secrets.ts';

/** Postgres keeps no NUL in texts, and other control characters only hide what a name is. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'Must not be empty')
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), 'Must not hold control characters');

const isTimeZone = (name: string): boolean => {
  try {
    // Offsets such as +02:00 pass here too, but know no daylight saving.
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
};

const platformNames = Object.keys(platformProfiles);
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a time of day such as 22:30');

export const platform = z
  .string()
  .refine((name) => Object.hasOwn(platformProfiles, name), `Unknown platform; known are: ${platformNames.join(', ')}`)
  .meta({ examples: platformNames });
const password = z.string().min(1, 'Must not be empty').max(1_000);
const totpSecret = z
  .string()
  .meta({ examples: ['JBSW Y3DP EHPK 3PXP'] })
  .transform((text) => text.replace(/[\s=-]/g, '').toUpperCase())
  .pipe(z.string().regex(/^[A-Z2-7]{16,256}$/, 'Must be a base32 seed of at least 16 characters'));
const tag = line(50).refine((text) => !text.includes(';'), 'A tag must not hold a semicolon');

export const limitsShape = z.strictObject({
  posts: z.int().min(0).max(10_000).optional(),
  follows: z.int().min(0).max(10_000).optional(),
  profileChanges: z.int().min(0).max(10_000).optional(),
  visits: z.int().min(0).max(10_000).optional(),
  perHour: z.int().min(1).max(10_000).optional(),
  minGapMinutes: z.number().min(0).max(10_080).optional(),
  maxGapMinutes: z.number().min(0).max(10_080).optional(),
});
const limitsMeta = {
  description:
    'Most actions a day by sort, most an hour of each, and the least and the most time between two of them in minutes',
};

/** The fields of an account that a person may give, each with its own check. */
export const accountFields = {
  platform,
  username: line(64),
  password,
  totpSecret,
  email: z.email().max(320),
  proxyId: z.uuid(),
  tags: z
    .array(tag)
    .max(50)
    .transform((tags) => [...new Set(tags)]),
  timeZone: z.string().max(64).refine(isTimeZone, 'Must be a time zone name such as Europe/Berlin'),
  dailyLimits: limitsShape
    .refine(({ minGapMinutes = 0, maxGapMinutes }) => maxGapMinutes === undefined || maxGapMinutes >= minGapMinutes, {
      path: ['maxGapMinutes'],
      message: 'The most time between two actions must not be shorter than the least time (minGapMinutes)',
    })
    .meta(limitsMeta),
  quietHours: z
    .strictObject({ from: clock, to: clock })
    .refine(({ from, to }) => from !== to, { path: ['to'], message: 'Must differ from the beginning' })
    .meta({
      description: "Nothing is done between these times of the account's own time zone",
      examples: [{ from: '22:30', to: '07:00' }],
    }),
  notes: z
    .string()
    .max(5_000)
    .refine((text) => !text.includes('\0'), 'Must not hold control characters'),
};

const { platform: platformField, username, password: passwordField, ...optionalFields } = accountFields;
const optional = z.strictObject(optionalFields).partial();

export const createAccountSchema = z
  .strictObject({ platform: platformField, username, password: passwordField, ...optional.shape })
  .meta({ id: 'NewAccount' });

export const patchAccountSchema = z
  .strictObject({
    username: accountFields.username.optional(),
    password: accountFields.password.optional(),
    totpSecret: accountFields.totpSecret.nullable().optional(),
    email: accountFields.email.nullable().optional(),
    proxyId: accountFields.proxyId.nullable().optional(),
    tags: accountFields.tags.optional(),
    timeZone: accountFields.timeZone.optional(),
    dailyLimits: accountFields.dailyLimits.nullable().optional(),
    quietHours: accountFields.quietHours.nullable().optional(),
    notes: accountFields.notes.nullable().optional(),
    status: z.enum(['new', 'active', 'disabled']).optional(),
  })
  .meta({ id: 'AccountChanges' });

/** Another account of the same owner, on another platform. */
export const linkedAccountSchema = z
  .object({ id: z.uuid(), platform: z.string(), username: z.string() })
  .meta({ id: 'LinkedAccount' });
export type LinkedAccount = z.infer<typeof linkedAccountSchema>;

/** An account as answers show it: what it has, never what that is. */
export const accountSchema = z
  .object({
    id: z.uuid(),
    platform: z.string(),
    username: z.string(),
    email: z.string().nullable(),
    status: z.enum(ACCOUNT_STATUSES),
    statusReason: z.string().nullable(),
    ...saidShape,
    tags: z.array(z.string()),
    timeZone: z.string(),
    dailyLimits: z.object(limitsShape.shape).meta(limitsMeta).nullable(),
    quietHours: accountFields.quietHours.nullable(),
    proxyId: z.uuid().nullable(),
    notes: z.string().nullable(),
    hasPassword: z.boolean(),
    hasTotp: z.boolean(),
    session: z.enum(['none', 'stored']),
    sessionAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' });

/** One account alone, with what lists leave out. */
export const accountDetailSchema = accountSchema
  .extend({
    rampStage: z.int().nullable().meta({ description: 'Stage of its warm-up; null when there is none' }),
    links: z.array(linkedAccountSchema),
  })
  .meta({ id: 'AccountDetail' });

/** The session's bytes are large and of no use in an answer: `sessionAt` tells whether there is one. */
export const withoutSession = { session: true } as const;
export type AccountRow = Omit<Account, 'session'>;

export function toAccount(row: AccountRow, deps: Pick<Deps, 'sealer'>) {
  const login = readAccountLogin(deps.sealer, row);
  const { secret: _, ...shown } = row;
  return {
    ...shown,
    hasPassword: login !== null,
    hasTotp: Boolean(login?.totpSecret),
    ...saidOf({ statusReason: row.statusReason }),
    session: row.sessionAt ? ('stored' as const) : ('none' as const),
    sessionAt: row.sessionAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
