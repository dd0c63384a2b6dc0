import { z } from 'zod';
import { fingerprintPattern } from '../../contracts/fingerprint-pattern.ts';
import { instantSchema } from '../../contracts/values.ts';

/** What both the log and its causes can be narrowed by. */
export const errorFilter = {
  source: z.string().max(100).optional().meta({ description: 'e.g. `worker/browser` or `account-task`' }),
  type: z.string().max(100).optional(),
  kind: z.string().max(60).optional(),
  platform: z.string().max(60).optional(),
  taskId: z.uuid().optional(),
  accountTaskId: z.uuid().optional(),
  workerId: z.uuid().optional(),
  fingerprint: z.string().regex(fingerprintPattern, 'Must be 16 hexadecimal digits').optional(),
  text: z.string().max(200).optional().meta({ description: 'Part of the message' }),
  accountId: z.uuid().optional(),
  step: z.string().max(100).optional(),
  from: instantSchema.optional().meta({ description: 'Not before' }),
  to: instantSchema.optional().meta({ description: 'Before' }),
};
export type ErrorFilter = z.output<z.ZodObject<typeof errorFilter>>;

/** Number of values that {@link ERROR_CONDITIONS} takes; the statement's own begin behind them. */
export const FILTER_VALUES = 13;

/** Conditions on "ErrorLog" `l` over `$1` to `$13`. */
export const ERROR_CONDITIONS = `
  ($1::text IS NULL OR l.source = $1) AND ($2::text IS NULL OR l.type = $2)
  AND ($3::text IS NULL OR l.kind = $3) AND ($4::text IS NULL OR l.platform = $4)
  AND ($5::uuid IS NULL OR l."taskId" = $5::uuid) AND ($6::uuid IS NULL OR l."accountTaskId" = $6::uuid)
  AND ($7::uuid IS NULL OR l."workerId" = $7::uuid) AND ($8::text IS NULL OR l.fingerprint = $8)
  AND ($9::text IS NULL OR l.message ILIKE $9)
  AND ($10::timestamptz IS NULL OR l.at >= $10::timestamptz) AND ($11::timestamptz IS NULL OR l.at < $11::timestamptz)
  AND ($12::uuid IS NULL OR l."accountId" = $12::uuid) AND ($13::text IS NULL OR l.step = $13)`;

/** The values of {@link ERROR_CONDITIONS}, in their order. */
export function errorValues(filter: ErrorFilter): (string | null)[] {
  const pattern = filter.text ? `%${filter.text.replace(/[\\%_]/g, '\\$&')}%` : null;
  return [
    ...[filter.source ?? null, filter.type ?? null, filter.kind ?? null, filter.platform ?? null],
    ...[filter.taskId ?? null, filter.accountTaskId ?? null, filter.workerId ?? null, filter.fingerprint ?? null],
    ...[pattern, filter.from ?? null, filter.to ?? null],
    ...[filter.accountId ?? null, filter.step ?? null],
  ];
}
