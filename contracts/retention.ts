import { z } from 'zod';

/** What accumulates, each kind with a rule of its own, in the order in which it is removed. */
export const RETENTION_PARTS = [
  'evidence',
  'tasks',
  'errors',
  'workerMetrics',
  'systemMetrics',
  'stepTimings',
  'accountActions',
  'audit',
  'webhookDeliveries',
  'idempotentAnswers',
  'sessions',
  'signInFailures',
] as const;
export const retentionPartSchema = z.enum(RETENTION_PARTS);
export type RetentionPart = z.output<typeof retentionPartSchema>;

export const RETENTION_WORKFLOW = 'retention';
export const RETENTION_SCHEDULE = 'flotilla-retention';

/** One bounded batch; `more` says that it was full. */
export const retentionBatchSchema = z.object({ removed: z.int(), more: z.boolean() });
export const retentionCountsSchema = z.record(z.string(), z.int());
export const retentionRunSchema = z.object({
  at: z.iso.datetime(),
  counts: retentionCountsSchema.meta({ description: 'Rows removed or merged, by what they were' }),
});
export type RetentionRun = z.output<typeof retentionRunSchema>;
export type RetentionCounts = z.output<typeof retentionCountsSchema>;

export interface RetentionActivities {
  /** Removes what is over of one part. @returns how many rows */
  retainPart(request: { part: RetentionPart }): Promise<number>;
  noteRetention(request: { counts: RetentionCounts }): Promise<void>;
}
