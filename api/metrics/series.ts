import { z } from 'zod';
import { instantSchema } from '../../contracts/values.ts';
import { type Db, query, queryOne } from '../door/sql.ts';
import { badRequest } from '../problem.ts';

const DAY_MS = 86_400_000;
/** Seconds that a point may stand for; beyond a day it is whole days. */
const STEPS = [30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
/** Steps that rows are stored with, so that the index on (step, at) is used. */
const STORED_STEPS = [30, 300, 3_600];

export const seriesQuery = z.object({
  from: instantSchema.optional().meta({ description: '24 hours before `to` unless given' }),
  to: instantSchema.optional().meta({ description: 'Now unless given' }),
  points: z.coerce.number().int().min(1).max(2_000).default(300).meta({ description: 'At most so many' }),
});

export const seriesSchema = z.object({
  stepSeconds: z.int().meta({ description: 'What one point stands for; its numbers are averages over that time' }),
  points: z
    .array(z.object({ at: z.iso.datetime(), metrics: z.record(z.string(), z.number()) }))
    .meta({ description: 'Oldest first; where nothing was measured there is no point' }),
});

function stepOf(fromS: number, toS: number, points: number, stored: number): number {
  const fits = (step: number): boolean => Math.ceil(toS / step) - Math.floor(fromS / step) <= points;
  const step = STEPS.find((one) => one >= stored && fits(one));
  if (step !== undefined) return step;
  // Points begin at whole steps: one more may be needed than the span alone asks for.
  let days = Math.max(1, Math.floor((toS - fromS) / points / 86_400));
  const wholeSpan = Math.ceil(toS / 86_400);
  while (!fits(days * 86_400) && days < wholeSpan) days += 1;
  return days * 86_400;
}

/** Of the platform as a whole, or of one worker. */
export type SeriesSource = { table: 'SystemMetric' } | { table: 'WorkerMetric'; workerId: string };

/**
 * What was measured between two times, averaged to at most `points` points. Older rows stand for longer times, so a
 * point is never shorter than the longest row of its span; rows count by the time that they stand for.
 * @throws Problem 400 when `from` is not before `to`
 */
export async function readSeries(
  db: Db,
  source: SeriesSource,
  asked: z.output<typeof seriesQuery>,
): Promise<z.input<typeof seriesSchema>> {
  const to = asked.to ? new Date(asked.to) : new Date();
  const from = asked.from ? new Date(asked.from) : new Date(to.getTime() - DAY_MS);
  if (from >= to) throw badRequest('The times cannot be used.', [{ path: 'from', message: 'Must be before `to`' }]);
  const workerId = source.table === 'WorkerMetric' ? source.workerId : null;
  const owner = source.table === 'WorkerMetric' ? '"workerId" = $4::uuid' : '$4::uuid IS NULL';
  const where = `step = ANY($1::int[]) AND at >= $2::timestamptz AND at < $3::timestamptz AND ${owner}`;
  const values = [STORED_STEPS, from.toISOString(), to.toISOString(), workerId];
  const stored = await queryOne<{ step: number | null }>(
    db,
    `SELECT max(step) AS step FROM "${source.table}" WHERE ${where}`,
    ...values,
  );
  const stepSeconds = stepOf(from.getTime() / 1_000, to.getTime() / 1_000, asked.points, stored?.step ?? 30);
  const rows = await query<{ at: number; metrics: Record<string, number> }>(
    db,
    `SELECT (bucket * $5::float8)::float8 AS at, jsonb_object_agg(key, value) AS metrics FROM (
       SELECT floor(extract(epoch FROM at)::float8 / $5::float8) AS bucket, key,
         sum((value #>> '{}')::float8 * step) / sum(step) AS value
       FROM "${source.table}" CROSS JOIN LATERAL jsonb_each(metrics)
       WHERE ${where} AND jsonb_typeof(value) = 'number' GROUP BY 1, 2
     ) averages GROUP BY bucket ORDER BY bucket`,
    ...values,
    stepSeconds,
  );
  return {
    stepSeconds,
    points: rows.map(({ at, metrics }) => ({ at: new Date(at * 1_000).toISOString(), metrics })),
  };
}
