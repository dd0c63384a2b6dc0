import { z } from 'zod';
import { quantile } from '../contracts/timings.ts';
import { kindList } from '../kinds/index.ts';
import { type Db, query } from './door/sql.ts';
import { remembered } from './remembered.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const HOUR_MS = 3_600_000;
const NAMELESS = 'Unknown';

const failures = z.array(z.object({ type: z.string(), count: z.int() }));
const stepSchema = z.object({
  step: z.string(),
  count: z.int().meta({ description: 'How often it ran, failures included' }),
  p50Ms: z.number().nullable().meta({ description: 'Half of those that were not cancelled took no longer' }),
  p95Ms: z.number().nullable(),
  failures: failures.meta({ description: 'By type of error, the most frequent first' }),
});
const kindSchema = z.object({
  kind: z.string(),
  ended: z.int().meta({ description: 'Account tasks' }),
  perMinute: z.number(),
  failureShare: z.number().min(0).max(1).nullable().meta({ description: 'Null when nothing ended' }),
  failures: z
    .array(z.object({ type: z.string(), count: z.int(), share: z.number() }))
    .meta({ description: 'Of failed account tasks by type of error; shares of all that ended' }),
  steps: z.array(stepSchema).meta({ description: 'By name' }),
});
const performanceSchema = z.object({ from: z.iso.datetime(), to: z.iso.datetime(), kinds: z.array(kindSchema) });
type Kind = z.input<typeof kindSchema>;
type Step = z.input<typeof stepSchema>;

interface EndedRow {
  kind: string;
  state: string;
  errorType: string | null;
  n: number;
}

interface TimingRow {
  kind: string;
  step: string;
  outcome: string;
  leMs: number;
  n: number;
}

/** Counted by task first: a hundred thousand account tasks belong to few. */
const readEnded = (db: Db, from: Date, kind: string | null) =>
  query<EndedRow>(
    db,
    `SELECT b.kind, a.state, a."errorType", sum(a.n)::int AS n
     FROM (
       SELECT "taskId", state, CASE WHEN state = 'failed' THEN "errorType" END AS "errorType", count(*) AS n
       FROM "AccountTask" WHERE "finishedAt" >= $1::timestamptz GROUP BY 1, 2, 3
     ) a JOIN "BulkTask" b ON b.id = a."taskId"
     WHERE $2::text IS NULL OR b.kind = $2 GROUP BY 1, 2, 3`,
    from.toISOString(),
    kind,
  );

/** Of kinds of bulk tasks alone: workers time steps of the platform's own upkeep too, under names of their own. */
const readTimings = (db: Db, from: Date, kind: string | null) =>
  query<TimingRow>(
    db,
    `SELECT kind, step, outcome, "leMs", sum(n)::float8 AS n FROM "StepTiming"
     WHERE hour >= $1::timestamptz AND kind = ANY($2::text[]) GROUP BY 1, 2, 3, 4`,
    from.toISOString(),
    kindList.map(({ name }) => name).filter((name) => kind === null || name === kind),
  );

const add = (counts: Map<string, number>, key: string, n: number) => counts.set(key, (counts.get(key) ?? 0) + n);

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

const mostFirst = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .map(([type, count]) => ({ type, count }))
    .sort((one, other) => other.count - one.count || one.type.localeCompare(other.type));

function toStep(step: string, rows: readonly TimingRow[]): Step {
  const byType = new Map<string, number>();
  for (const { outcome, n } of rows) if (outcome !== 'ok' && outcome !== 'cancelled') add(byType, outcome, n);
  // What was cancelled says how long somebody waited, not how long the step takes.
  const timed = rows.filter(({ outcome }) => outcome !== 'cancelled');
  return {
    step,
    count: rows.reduce((sum, { n }) => sum + n, 0),
    p50Ms: quantile(timed, 0.5),
    p95Ms: quantile(timed, 0.95),
    failures: mostFirst(byType),
  };
}

function toKind(kind: string, minutes: number, endedRows: readonly EndedRow[], timings: readonly TimingRow[]): Kind {
  const byType = new Map<string, number>();
  for (const { state, errorType, n } of endedRows) if (state === 'failed') add(byType, errorType ?? NAMELESS, n);
  const ended = endedRows.reduce((sum, { n }) => sum + n, 0);
  const failed = [...byType.values()].reduce((sum, n) => sum + n, 0);
  const bySteps = groupBy(timings, ({ step }) => step);
  return {
    kind,
    ended,
    perMinute: ended / minutes,
    failureShare: ended === 0 ? null : failed / ended,
    failures: mostFirst(byType).map((one) => ({ ...one, share: one.count / ended })),
    steps: [...bySteps].map(([step, rows]) => toStep(step, rows)).sort((a, b) => a.step.localeCompare(b.step)),
  };
}

async function readPerformance(db: Db, asked: { kind: string | null; hours: number }) {
  const to = new Date();
  const from = new Date((Math.floor(to.getTime() / HOUR_MS) - asked.hours) * HOUR_MS);
  const [ended, timings] = await Promise.all([readEnded(db, from, asked.kind), readTimings(db, from, asked.kind)]);
  const endedBy = groupBy(ended, (row) => row.kind);
  const timingsBy = groupBy(timings, (row) => row.kind);
  const minutes = (to.getTime() - from.getTime()) / 60_000;
  const kinds = [...new Set([...endedBy.keys(), ...timingsBy.keys()])]
    .sort()
    .map((name) => toKind(name, minutes, endedBy.get(name) ?? [], timingsBy.get(name) ?? []));
  return { from: from.toISOString(), to: to.toISOString(), kinds };
}

/**
 * It goes over all that ended in the time asked for, while workers tell of durations every 30 seconds: whoever asks next
 * gets numbers of up to so long ago at once, and those behind them the new ones.
 */
const performanceOf = remembered({ ms: 5_000, staleMs: 30_000 }, readPerformance);

export const performanceRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/system/performance',
    operationId: 'getPerformance',
    summary: 'Throughput, failures and durations of steps by kind',
    description:
      'Account tasks that ended within the hours asked for, and steps as workers timed them. Timings are kept by the ' +
      'hour: `from` is a full hour, so that both are of the same time. `to` is when it was counted, up to half a minute ' +
      'ago.',
    tags: ['System'],
    access: 'viewer',
    query: z.object({
      kind: z.string().max(60).optional(),
      hours: z.coerce.number().int().min(1).max(8_760).default(24).meta({
        description: 'Full hours before the one that is not over, which is included',
      }),
    }),
    responses: { 200: { description: 'Kinds by name, those at which something happened', schema: performanceSchema } },
    async handler({ query: { kind, hours }, deps }) {
      return { status: 200, body: await performanceOf(deps.db, { kind: kind ?? null, hours }) };
    },
  }),
];
