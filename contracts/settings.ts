import { z } from 'zod';

const days = z.int().min(1).max(3_650);

/**
 * How long what accumulates is kept, days; null keeps it for good. The one source for the retention jobs, the API and
 * the dashboard.
 */
export const retentionSchema = z.object({
  /** Ended bulk tasks with their account tasks and events. */
  tasks: days.nullable().default(null),
  errors: days.nullable().default(90),
  /** Screenshots and traces; null means what `FLOTILLA_EVIDENCE_DAYS` says. */
  evidence: days.nullable().default(null),
  metrics: days.nullable().default(30),
  audit: days.nullable().default(null),
  webhookDeliveries: days.nullable().default(30),
});

/** What admins set while the platform runs; each field is one row of the table `Setting`, absent ones have defaults. */
export const settingsSchema = z.object({
  /** Addresses and ranges that may call, beside those of `FLOTILLA_ALLOWED_IPS`; both empty let everybody in. */
  allowedIps: z.array(z.string().min(1).max(50)).max(1_000).default([]),
  /** Requests a minute for each token or address; null means what `FLOTILLA_RATE_LIMIT_PER_MINUTE` says. */
  rateLimitPerMinute: z.int().min(10).max(1_000_000).nullable().default(null),
  retention: retentionSchema.prefault({}),
});
export type Settings = z.output<typeof settingsSchema>;
