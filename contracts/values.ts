import { z } from 'zod';

/**
 * A time that a request gives. The years are those in which the database, and a reckoning of some years to either side,
 * have a time too; no zone of the world is further from UTC than the offsets.
 */
export const instantSchema = z.iso
  .datetime({ offset: true })
  .refine((text) => /^[12]/.test(text), 'Must lie between the years 1000 and 2999')
  .refine((text) => /(Z|[+-](0\d|1[0-4]):\d\d)$/.test(text), 'Must have an offset of at most 14 hours');

/** What `ILIKE` takes to find a part of a name, whatever signs are in it. */
export const patternOf = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Fencing tokens are decimal strings: they are 64 bits wide, and begin at 1. */
export const fencingTokenSchema = z.string().regex(/^\d{1,18}$/, 'Must be a decimal number of at most 18 digits');
