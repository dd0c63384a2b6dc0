import type { z } from 'zod';
import { canaryOf } from '../../activities/bulk-ledger.ts';
import { say } from '../../contracts/said.ts';
import type { BulkState } from '../../contracts/states.ts';
import { emptyTotals } from '../../contracts/states.ts';
import { patternOf } from '../../contracts/values.ts';
import type { Deps } from '../deps.ts';
import { decodeCursor, encodeCursor } from '../pages.ts';
import { notFound } from '../problem.ts';
import { saidOf } from '../said.ts';
import { readTallies, type Tallies, temporalUrl, withZeros } from './read.ts';
import type { taskItemSchema, taskSchema } from './schemas.ts';
import { type Db, query, queryOne } from './sql.ts';

interface ItemRow {
  id: string;
  kind: string;
  name: string;
  state: BulkState;
  stateReason: string | null;
  total: number;
  window: number;
  canary: number | null;
  canaryState: string | null;
  startAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

interface TaskRow extends ItemRow {
  params: unknown;
  pace: z.input<typeof taskSchema>['pace'];
  selection: unknown;
  workflowId: string;
  createdById: string | null;
  startRequestedAt: Date | null;
}

const ITEM_COLUMNS = `id, kind, name, state, "stateReason", total, "window", canary, "canaryState", "startAt", "createdAt", "startedAt", "finishedAt"`;
/** Long lists of ids are counted, not repeated. */
const TASK_COLUMNS = `${ITEM_COLUMNS}, params, pace, "workflowId", "createdById", "startRequestedAt",
  CASE WHEN selection ? 'ids' THEN jsonb_build_object('idCount', jsonb_array_length(selection->'ids'))
    ELSE selection END AS selection`;

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

function toItem(row: ItemRow, tally: Tallies | undefined): z.input<typeof taskItemSchema> {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    state: row.state,
    stateReason: row.stateReason,
    ...saidOf({ stateReason: row.stateReason }),
    total: row.total,
    window: row.window,
    canary: canaryOf(row),
    totals: tally?.totals ?? emptyTotals(),
    counters: withZeros(row.kind, tally?.counters ?? {}),
    startAt: iso(row.startAt),
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  };
}

export interface TaskFilter {
  kinds?: readonly string[] | undefined;
  states?: readonly string[] | undefined;
  /** Part of the name. */
  q?: string | undefined;
  scheduleId?: string | undefined;
  createdBy?: string | undefined;
  createdFrom?: string | undefined;
  createdTo?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** One page of bulk tasks, newest first, each with its totals. */
export async function listTasks(db: Db, filter: TaskFilter) {
  const after = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
  const rows = await query<ItemRow>(
    db,
    `SELECT ${ITEM_COLUMNS} FROM "BulkTask"
     WHERE ($1::text[] IS NULL OR kind = ANY($1::text[])) AND ($2::text[] IS NULL OR state = ANY($2::text[]))
       AND ($3::timestamptz IS NULL OR ("createdAt", id) < ($3::timestamptz, $4::uuid))
       AND ($6::text IS NULL OR name ILIKE $6) AND ($7::uuid IS NULL OR "scheduleId" = $7::uuid)
       AND ($8::text IS NULL OR "createdById" = $8) AND ($9::timestamptz IS NULL OR "createdAt" >= $9::timestamptz)
       AND ($10::timestamptz IS NULL OR "createdAt" < $10::timestamptz)
     ORDER BY "createdAt" DESC, id DESC LIMIT $5::int`,
    filter.kinds ?? null,
    filter.states ?? null,
    after?.createdAt.toISOString() ?? null,
    after?.id ?? null,
    filter.limit + 1,
    filter.q ? patternOf(filter.q) : null,
    filter.scheduleId ?? null,
    filter.createdBy ?? null,
    filter.createdFrom ?? null,
    filter.createdTo ?? null,
  );
  const shown = rows.slice(0, filter.limit);
  const tallies = await readTallies(
    db,
    shown.map((row) => row.id),
  );
  const last = shown.at(-1);
  return {
    items: shown.map((row) => toItem(row, tallies.get(row.id))),
    nextCursor: rows.length > filter.limit && last ? encodeCursor(last) : null,
  };
}

/** @throws Problem 404 */
export async function readTask(
  deps: Pick<Deps, 'db' | 'env'>,
  kind: string,
  id: string,
): Promise<z.input<typeof taskSchema>> {
  const row = await queryOne<TaskRow>(
    deps.db,
    `SELECT ${TASK_COLUMNS} FROM "BulkTask" WHERE id = $1::uuid AND kind = $2`,
    id,
    kind,
  );
  if (!row) throw notFound(say('none.task', { kind, id }));
  const tallies = await readTallies(deps.db, [id]);
  return {
    ...toItem(row, tallies.get(id)),
    params: row.params,
    selection: row.selection,
    pace: row.pace,
    createdById: row.createdById,
    startRequestedAt: iso(row.startRequestedAt),
    workflowId: row.workflowId,
    temporalUrl: temporalUrl(deps.env, row.workflowId),
  };
}
