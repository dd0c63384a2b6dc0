import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  OVERLAPS,
  type Overlap,
  type ScheduleSpec,
  scheduleSpecSchema,
  scheduleWords,
  temporalScheduleId,
} from '../contracts/schedules.ts';
import { BULK_STATES, type BulkState } from '../contracts/states.ts';
import type { Deps } from './deps.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import { notFound } from './problem.ts';
import { saidOf, saidShape } from './said.ts';

/** A schedule without its order, which may name very many accounts. */
export interface ScheduleRow {
  id: string;
  name: string;
  kind: string;
  spec: ScheduleSpec;
  timeZone: string;
  overlap: Overlap;
  paused: boolean;
  lastRunAt: Date | null;
  lastError: string | null;
  createdById: string | null;
  createdAt: Date;
  selection: unknown;
  lastTask: { id: string; kind: string; name: string; state: BulkState } | null;
}

const COLUMNS = `s.id, s.name, s.kind, s.spec, s."timeZone", s.overlap, s.paused, s."lastRunAt", s."lastError",
  s."createdById", s."createdAt",
  CASE WHEN s."order"->'accounts' ? 'ids'
    THEN jsonb_build_object('idCount', jsonb_array_length(s."order"->'accounts'->'ids'))
    ELSE s."order"->'accounts' END AS selection,
  (SELECT jsonb_build_object('id', t.id, 'kind', t.kind, 'name', t.name, 'state', t.state)
    FROM "BulkTask" t WHERE t.id = s."lastTaskId") AS "lastTask"`;

const time = z.iso.datetime();

export const scheduleItemSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.string(),
    spec: scheduleSpecSchema,
    timeZone: z.string(),
    overlap: z.enum(OVERLAPS),
    when: z.string().meta({ description: 'The spec in words' }),
    state: z.enum(['active', 'paused', 'done']).meta({ description: '`done`: its one time has passed' }),
    selection: z.unknown().meta({ description: '`{tag}`, `{platform}`, `{filter}`, or `{idCount}`' }),
    nextRunAt: time.nullable(),
    nextRunReason: z.string().nullable().meta({ description: 'Why there is no next run, or why it cannot be told' }),
    lastRunAt: time.nullable(),
    lastTask: z
      .object({ id: z.uuid(), kind: z.string(), name: z.string(), state: z.enum(BULK_STATES) })
      .nullable()
      .meta({ description: 'The bulk task of the last run; null when that run was refused' }),
    lastError: z.string().nullable().meta({ description: 'Why the last run was refused' }),
    ...saidShape,
    createdById: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'ScheduleItem' });

export const scheduleSchema = scheduleItemSchema
  .extend({
    order: z.record(z.string(), z.unknown()).meta({ description: 'As it was given, without the accounts' }),
    nextRuns: z.array(time).meta({ description: 'At most five' }),
    tasks: z
      .array(
        z.object({
          id: z.uuid(),
          kind: z.string(),
          name: z.string(),
          state: z.enum(BULK_STATES),
          total: z.int(),
          createdAt: time,
          finishedAt: time.nullable(),
        }),
      )
      .meta({ description: 'The last ten bulk tasks that it ordered' }),
    temporalUrl: z.url(),
  })
  .meta({ id: 'Schedule' });

/** What Temporal says of the times to come; a reason when there are none, or when it cannot be asked. */
export interface NextRuns {
  times: Date[];
  reason: string | null;
}

export const isOver = ({ spec }: Pick<ScheduleRow, 'spec'>): boolean =>
  'at' in spec && Date.parse(spec.at) <= Date.now();

export function toScheduleItem(row: ScheduleRow, next: NextRuns): z.input<typeof scheduleItemSchema> {
  const { createdAt, lastRunAt, ...shown } = row;
  return {
    ...shown,
    when: scheduleWords(row.spec, row.timeZone),
    state: isOver(row) ? 'done' : row.paused ? 'paused' : 'active',
    nextRunAt: next.times[0]?.toISOString() ?? null,
    nextRunReason: next.times.length > 0 ? null : next.reason,
    ...saidOf({ lastError: row.lastError, nextRunReason: next.times.length > 0 ? null : next.reason }),
    lastRunAt: lastRunAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

export const findSchedule = (db: Db, id: string): Promise<ScheduleRow | undefined> =>
  queryOne<ScheduleRow>(db, `SELECT ${COLUMNS} FROM "Schedule" s WHERE s.id = $1::uuid`, id);

/** @throws Problem 404 */
export async function scheduleOf(db: Db, id: string): Promise<ScheduleRow> {
  const row = await findSchedule(db, id);
  if (!row) throw notFound('There is no such schedule.');
  return row;
}

export const allSchedules = (db: Db): Promise<ScheduleRow[]> => query(db, `SELECT ${COLUMNS} FROM "Schedule" s`);

/** One more than `limit`, newest first. */
export const pageOfSchedules = (
  db: Db,
  after: { createdAt: Date; id: string } | undefined,
  limit: number,
): Promise<ScheduleRow[]> =>
  query(
    db,
    `SELECT ${COLUMNS} FROM "Schedule" s
     WHERE $1::timestamptz IS NULL OR (s."createdAt", s.id) < ($1::timestamptz, $2::uuid)
     ORDER BY s."createdAt" DESC, s.id DESC LIMIT $3::int`,
    after?.createdAt.toISOString() ?? null,
    after?.id ?? null,
    limit + 1,
  );

/** The order as it was given, without the accounts. */
export async function orderOf(db: Db, id: string): Promise<Record<string, unknown>> {
  const row = await queryOne<{ order: Record<string, unknown> }>(
    db,
    `SELECT "order" - 'accounts' AS "order" FROM "Schedule" WHERE id = $1::uuid`,
    id,
  );
  return row?.order ?? {};
}

interface MadeTask {
  id: string;
  kind: string;
  name: string;
  state: BulkState;
  total: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The last ten bulk tasks that a schedule ordered, newest first. */
export async function tasksOf(db: Db, scheduleId: string) {
  const rows = await query<MadeTask>(
    db,
    `SELECT id, kind, name, state, total, "createdAt", "finishedAt" FROM "BulkTask"
     WHERE "scheduleId" = $1::uuid ORDER BY "createdAt" DESC LIMIT 10`,
    scheduleId,
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }));
}

/** Its page in Temporal Web. */
export function temporalScheduleUrl(
  env: Pick<Deps['env'], 'temporalUiUrl' | 'TEMPORAL_NAMESPACE'>,
  id: string,
): string {
  const namespace = encodeURIComponent(env.TEMPORAL_NAMESPACE);
  const base = env.temporalUiUrl.replace(/\/$/, '');
  return `${base}/namespaces/${namespace}/schedules/${encodeURIComponent(temporalScheduleId(id))}`;
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The id of a new schedule. It carries hashes of the idempotency key and of the request, so that a request that is sent
 * again is told from another one under the same key. UUID version 8: https://www.rfc-editor.org/rfc/rfc9562#section-5.8
 */
export function newScheduleId(key: string | undefined, requestHash: string) {
  if (key === undefined) return { id: randomUUID() as string, range: undefined };
  const k = hex(`schedule-key/${key}`);
  const head = `${k.slice(0, 8)}-${k.slice(8, 12)}-8${k.slice(12, 15)}`;
  const variant = (8 + (Number.parseInt(requestHash.charAt(0), 16) % 4)).toString(16);
  return {
    id: `${head}-${variant}${requestHash.slice(1, 4)}-${requestHash.slice(4, 16)}`,
    /** Every id that the key can have. */
    range: [`${head}-8000-000000000000`, `${head}-bfff-ffffffffffff`] as const,
  };
}
