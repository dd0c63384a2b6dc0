import { z } from 'zod';

/** What the audit log calls others than people. */
const RESERVED = ['admin', 'worker', 'anonymous', 'unknown', 'system'];

/** Names are kept in lower case and one Unicode form: `Ada` and `ada` are one person, and sign in alike. */
export const nameOf = (text: string): string => text.normalize('NFKC').trim().toLowerCase();

export const personNameSchema = z
  .string()
  .max(100)
  .transform(nameOf)
  .pipe(
    z
      .string()
      .min(2)
      .max(64)
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+ -]*$/u, 'Letters and digits, with . _ @ + - or a blank between them')
      .refine((name) => !RESERVED.includes(name), 'This name is taken by the program itself'),
  )
  .meta({ title: 'Name', description: 'Kept in lower case', examples: ['ada'] });
