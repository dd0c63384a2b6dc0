import { z } from 'zod';
import { cronWords, readCron } from './cron.ts';
import { instantSchema } from './values.ts';

/** What happens when the time comes while the last run has not ended. */
export const OVERLAPS = ['skip', 'buffer', 'allow'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Twenty years. */
const MOST_MINUTES = 10_512_000;

const cronSpec = z
  .object({
    cron: z
      .string()
      .trim()
      .max(200)
      .superRefine((text, context) => {
        const read = readCron(text);
        if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
      })
      .meta({ description: 'Minute, hour, day of month, month, day of week', examples: ['0 9 * * 1-5'] }),
  })
  .strict();

const intervalSpec = z
  .object({
    everyMinutes: z.int().min(1).max(MOST_MINUTES),
    offsetMinutes: z
      .int()
      .min(0)
      .max(MOST_MINUTES)
      .optional()
      .meta({ description: 'Intervals count from midnight UTC; this many minutes are added to each' }),
  })
  .strict()
  .refine(({ everyMinutes, offsetMinutes = 0 }) => offsetMinutes < everyMinutes, {
    path: ['offsetMinutes'],
    message: 'Must be less than everyMinutes.',
  });

const momentSpec = z.object({ at: instantSchema }).strict();

/** When a schedule runs. Only `cron` goes by the schedule's time zone. */
export const scheduleSpecSchema = z
  .union([cronSpec, intervalSpec, momentSpec])
  .meta({ description: 'By a cron expression, at an interval, or once' });
export type ScheduleSpec = z.output<typeof scheduleSpecSchema>;

function intervalWords(minutes: number): string {
  for (const [size, unit] of [
    [1_440, 'day'],
    [60, 'hour'],
    [1, 'minute'],
  ] as const) {
    if (minutes % size === 0) return minutes === size ? `Every ${unit}` : `Every ${minutes / size} ${unit}s`;
  }
  return '';
}

/** `Weekdays at 09:00, Europe/Berlin`. */
export function scheduleWords(spec: ScheduleSpec, timeZone: string): string {
  if ('cron' in spec) return `${cronWords(spec.cron)}, ${timeZone}`;
  if ('everyMinutes' in spec) return intervalWords(spec.everyMinutes);
  const at = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  return `Once on ${at.format(new Date(spec.at))}, ${timeZone}`;
}

/** Id of the schedule in Temporal. */
export const SCHEDULE_PREFIX = 'schedule/';
export const temporalScheduleId = (id: string): string => `${SCHEDULE_PREFIX}${id}`;
export const SCHEDULED_WORKFLOW = 'scheduledBulkTask';
/** Temporal adds the time of the firing to it. */
export const firingWorkflowId = (id: string): string => `${SCHEDULE_PREFIX}${id}/run`;

export interface ScheduledInput {
  scheduleId: string;
}

/** `POST /api/worker/schedules/{id}/run`: the time of a schedule has come. */
export const runScheduleRequestSchema = z.object({
  /** The time that the firing stands for: the same one again is the same run. */
  firedAt: instantSchema,
});

export const runScheduleAnswerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('started'), taskId: z.uuid() }),
  /** Deleted or paused in the meantime: nothing is to be done. */
  z.object({ status: z.literal('dropped'), reason: z.string() }),
  z.object({ status: z.literal('refused'), reason: z.string() }),
]);
export type RunScheduleAnswer = z.infer<typeof runScheduleAnswerSchema>;

/** What a firing ends with. */
export type ScheduledOutcome = { status: 'ran'; taskId: string; state: string } | { status: 'dropped'; reason: string };

export interface ScheduledActivities {
  /** Has the API make and start the bulk task of a firing; the same firing again gives the same task. */
  runSchedule(request: { scheduleId: string; firedAt: string }): Promise<RunScheduleAnswer>;
  /** @throws ApplicationFailure `StillRunning`, retryable, until the bulk task has ended */
  taskEnd(request: { taskId: string }): Promise<{ state: string }>;
}
