import { z } from 'zod';
import { canarySchema } from '../contracts/bulk.ts';
import {
  type BulkTaskEventData,
  bulkTaskEventSchema,
  type NotedOrder,
  retryWordsSchema,
} from '../contracts/bulk-events.ts';
import { BULK_STATES, isFinalBulkState } from '../contracts/states.ts';
import { query } from './door/sql.ts';
import { headOf } from './door/tasks.ts';
import { numberedPageQuery, pageOf, toNumberedPage } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';

const WHAT = [
  'made',
  'start-ordered',
  'started',
  'window',
  'paused',
  'breaker',
  'resumed',
  'canary-running',
  'canary-waiting',
  'approved',
  'retry',
  'cancel-ordered',
  'ended',
  'changed',
] as const;
type What = (typeof WHAT)[number];

const ORDERED: Readonly<Record<NotedOrder, What>> = {
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancel-ordered',
  window: 'window',
};

type Before = Pick<BulkTaskEventData, 'state' | 'window'> | null;

/** What an entry tells; where it does not say so itself, by how the task stood before. */
export function whatOf(data: BulkTaskEventData, before: Before): What {
  if (data.order) return ORDERED[data.order];
  if (data.breakerOpened) return 'breaker';
  if (data.canary) return data.canary.state === 'approved' ? 'approved' : `canary-${data.canary.state}`;
  if (typeof data.retried === 'number') return 'retry';
  if (data.startRequested) return 'start-ordered';
  if (isFinalBulkState(data.state)) return 'ended';
  if (before === null) return 'made';
  if (before.state !== data.state) {
    if (data.state === 'paused') return 'paused';
    if (data.state === 'running') return before.state === 'paused' ? 'resumed' : 'started';
  }
  return before.window !== data.window ? 'window' : 'changed';
}

const eventSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    what: z.enum(WHAT).meta({ description: '`changed` is what an older version noted without saying more' }),
    state: z.enum(BULK_STATES).meta({ description: 'Of the task from then on' }),
    reason: z.string().nullable(),
    by: z.string().nullable().meta({ description: 'Who ordered it, where a person or a program did' }),
    window: z.int(),
    windowBefore: z.int().nullable(),
    canary: canarySchema.nullable().meta({ description: 'Where the accounts that go first stood' }),
    count: z.int().nullable().meta({ description: 'How many account tasks it is about' }),
    only: retryWordsSchema.nullable().meta({ description: 'Which of the failed ones were meant; null for all' }),
  })
  .meta({ id: 'BulkTaskEvent' });

interface Row {
  id: string;
  at: Date;
  data: unknown;
  before: unknown;
}

const beforeSchema = bulkTaskEventSchema.pick({ state: true, window: true });

function toEvent(row: Row): z.input<typeof eventSchema> {
  const data = bulkTaskEventSchema.parse(row.data);
  const before = row.before === null ? null : beforeSchema.parse(row.before);
  return {
    id: row.id,
    at: row.at.toISOString(),
    what: whatOf(data, before),
    state: data.state,
    reason: data.reason,
    by: data.by ?? data.canary?.by ?? null,
    window: data.window,
    windowBefore: before?.window ?? null,
    canary: data.canary ? { size: data.canary.size, state: data.canary.state } : null,
    count: data.retried ?? data.cancelled ?? data.total ?? null,
    only: data.only ?? null,
  };
}

/** Both parts go by the index on the events of tasks themselves, past those of their accounts. */
const EVENTS = `
  SELECT e.id::text AS id, e.at, e.data, (
    SELECT b.data FROM "TaskEvent" b
    WHERE b."taskId" = e."taskId" AND b."accountTaskId" IS NULL AND b.type = 'bulk-task' AND b.id < e.id
    ORDER BY b.id DESC LIMIT 1
  ) AS before
  FROM "TaskEvent" e
  WHERE e."taskId" = $1::uuid AND e."accountTaskId" IS NULL AND e.type = 'bulk-task'
    AND ($2::bigint IS NULL OR e.id < $2::bigint)
  ORDER BY e.id DESC LIMIT $3::int`;

export const bulkEventsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/events',
    operationId: 'listBulkTaskEvents',
    summary: 'What happened to a bulk task as a whole, newest first',
    description:
      'That it was made, started, paused and resumed, that its window was changed, its canary waited, its breaker ' +
      'opened, failures were tried again, and that it ended. What happened to single accounts is with them.',
    tags: ['Bulk tasks'],
    access: 'viewer',
    params: z.object({ kind: z.string(), id: z.uuid() }),
    query: z.object(numberedPageQuery),
    responses: {
      200: { description: 'One page', schema: pageOf(eventSchema) },
      404: { description: 'No such task' },
    },
    async handler({ params: { kind, id }, query: { cursor, limit }, deps }) {
      await headOf(deps.db, kind, id);
      const rows = await query<Row>(deps.db, EVENTS, id, cursor ?? null, limit + 1);
      return { status: 200, body: toNumberedPage(rows, limit, toEvent) };
    },
  }),
];
