import { z } from 'zod';
import { FAULTS } from './faults.ts';

const username = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, 'Letters, digits, dot, underscore and dash, 40 at most.');
const password = z.string().min(1).max(200);
const totpSecret = z.string().regex(/^[A-Z2-7]{16,128}$/, 'Base32 without padding, 16 characters at least.');

export const countedAccounts = z.strictObject({
  count: z.number().int().min(1).max(200_000),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,30}$/, 'Letters, digits, dot, underscore and dash, 30 at most.')
    .default('user'),
  password: password.optional(),
  totp: z.boolean().default(false),
});

export const namedAccounts = z.strictObject({
  accounts: z
    .array(
      z.strictObject({
        username,
        password,
        totpSecret: totpSecret.nullish(),
        email: z.email().nullish(),
      }),
    )
    .min(1)
    .max(200_000),
});

export const faultOrders = z.strictObject({
  faults: z
    .array(
      z.strictObject({
        fault: z.enum(FAULTS),
        rate: z.number().min(0).max(1).optional(),
        count: z.number().int().min(1).optional(),
        username: username.optional(),
        ms: z.number().int().min(0).max(600_000).optional(),
        seconds: z.number().int().min(1).max(86_400).optional(),
        code: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/, 'Letters, digits and dashes, 64 at most.')
          .optional(),
      }),
    )
    .max(1000),
});

export const nothing = z.strictObject({});

export const oneAccount = z.strictObject({ username });
