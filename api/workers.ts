import { z } from 'zod';
import { WORKER_ROLES } from '../contracts/queues.ts';
import { say } from '../contracts/said.ts';
import { heartbeatResponseSchema, WORKER_STATES, type WorkerState } from '../contracts/worker-api.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { saidOf, saidShape } from './said.ts';
import { workerReportRoutes } from './worker-reports.ts';

const TAGS = ['Workers'];
/** A worker that has not been heard of for so long counts as lost: four heartbeats and a little. */
export const LOST_AFTER_SECONDS = 45;
const SHOWN_METRICS = 60;

const orderSchema = heartbeatResponseSchema.shape.order;

const workerSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(WORKER_ROLES),
  taskQueues: z.array(z.string()),
  pid: z.int(),
  version: z.string(),
  slots: z.int(),
  state: z.enum([...WORKER_STATES, 'lost']),
  order: orderSchema.meta({ description: 'What it is told at its next heartbeat' }),
  detail: z.record(z.string(), z.unknown()),
  registeredAt: z.iso.datetime(),
  heartbeatAt: z.iso.datetime(),
});

/** What is reported every 30 seconds is of no more use after so long. */
const FRESH_MINUTES = 5;

const listedWorkerSchema = workerSchema.extend({
  latest: z
    .object({ at: z.iso.datetime(), metrics: z.record(z.string(), z.number()) })
    .nullable()
    .meta({ description: `What it measured last; null when it has reported nothing for ${FRESH_MINUTES} minutes` }),
});

const workerDetailSchema = workerSchema.extend({
  metrics: z.array(z.object({ at: z.iso.datetime(), metrics: z.record(z.string(), z.number()) })),
  errors: z.array(
    z.object({ id: z.string(), type: z.string(), message: z.string(), ...saidShape, at: z.iso.datetime() }),
  ),
});

interface WorkerRow {
  id: string;
  name: string;
  role: (typeof WORKER_ROLES)[number];
  taskQueues: string[];
  pid: number;
  version: string;
  slots: number;
  state: WorkerState | 'lost';
  detail: Record<string, unknown>;
  registeredAt: Date;
  heartbeatAt: Date;
}

const COLUMNS = `id, name, role, "taskQueues", pid, version, slots, detail, "registeredAt", "heartbeatAt",
  CASE WHEN state <> 'drained' AND "heartbeatAt" < now() - ${LOST_AFTER_SECONDS} * interval '1 second'
    THEN 'lost' ELSE state END AS state`;

export function listWorkers(db: Db): Promise<WorkerRow[]> {
  return query<WorkerRow>(db, `SELECT ${COLUMNS} FROM "WorkerHost" ORDER BY role, name`);
}

interface LatestRow {
  id: string;
  at: Date;
  metrics: Record<string, number>;
}

/** The newest measurements of each worker, in one query over the index on (worker, time). */
const LATEST = `
  SELECT h.id, m.at, m.metrics FROM "WorkerHost" h CROSS JOIN LATERAL (
    SELECT at, metrics FROM "WorkerMetric"
    WHERE "workerId" = h.id AND at > now() - ${FRESH_MINUTES} * interval '1 minute' ORDER BY at DESC LIMIT 1) m`;

async function listWithLatest(db: Db): Promise<z.input<typeof listedWorkerSchema>[]> {
  const [workers, latest] = await Promise.all([listWorkers(db), query<LatestRow>(db, LATEST)]);
  const byId = new Map(latest.map(({ id, at, metrics }) => [id, { at: at.toISOString(), metrics }]));
  return workers.map((row) => ({ ...toWorker(row), latest: byId.get(row.id) ?? null }));
}

function toWorker({ detail, ...row }: WorkerRow): z.input<typeof workerSchema> {
  const { order, sequence: _sequence, ...rest } = detail;
  return {
    ...row,
    order: orderSchema.safeParse(order).data ?? 'none',
    detail: rest,
    registeredAt: row.registeredAt.toISOString(),
    heartbeatAt: row.heartbeatAt.toISOString(),
  };
}

async function order(db: Db, id: string, what: 'restart' | 'drain') {
  const row = await queryOne<WorkerRow>(
    db,
    `UPDATE "WorkerHost" SET detail = detail || jsonb_build_object('order', $2::text)
     WHERE id = $1::uuid RETURNING ${COLUMNS}`,
    id,
    what,
  );
  if (!row) throw notFound(say('none.worker', { id }));
  return { status: 202, body: toWorker(row) };
}

const operatorRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/workers',
    operationId: 'listWorkers',
    summary: 'Worker processes by role, each with what it measured last',
    description: `A worker that was not heard of for ${LOST_AFTER_SECONDS} seconds is \`lost\`, and is back when it reports again. One that was drained is \`drained\` until a restart is ordered.`,
    tags: TAGS,
    access: 'viewer',
    responses: { 200: { description: 'All workers', schema: z.object({ items: z.array(listedWorkerSchema) }) } },
    handler: async ({ deps }) => ({ status: 200, body: { items: await listWithLatest(deps.db) } }),
  }),
  route({
    method: 'get',
    path: '/api/workers/{id}',
    operationId: 'getWorker',
    summary: 'One worker with its newest metrics and errors',
    tags: TAGS,
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'The worker', schema: workerDetailSchema } },
    async handler({ params: { id }, deps }) {
      const row = await queryOne<WorkerRow>(deps.db, `SELECT ${COLUMNS} FROM "WorkerHost" WHERE id = $1::uuid`, id);
      if (!row) throw notFound(say('none.worker', { id }));
      const [metrics, errors] = await Promise.all([
        query<{ at: Date; metrics: Record<string, number> }>(
          deps.db,
          `SELECT at, metrics FROM "WorkerMetric" WHERE "workerId" = $1::uuid ORDER BY at DESC LIMIT ${SHOWN_METRICS}`,
          id,
        ),
        query<{ id: string; type: string; message: string; at: Date }>(
          deps.db,
          `SELECT id::text AS id, type, message, at FROM "ErrorLog" WHERE "workerId" = $1::uuid
           ORDER BY "ErrorLog".id DESC LIMIT 50`,
          id,
        ),
      ]);
      return {
        status: 200,
        body: {
          ...toWorker(row),
          metrics: metrics.map((one) => ({ ...one, at: one.at.toISOString() })),
          errors: errors.map((one) => ({ ...one, ...saidOf({ message: one.message }), at: one.at.toISOString() })),
        },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/restart',
    operationId: 'restartWorker',
    summary: 'Let a worker finish what it has begun, and start it anew',
    description: `It takes nothing new, finishes what it holds or gives it to others, ends with exit code 75 and is started
anew by what started it, under the same id. Ends a drain too.`,
    tags: TAGS,
    access: 'operator',
    params: idParams,
    responses: { 202: { description: 'It is told at its next heartbeat', schema: workerSchema } },
    handler: ({ params: { id }, deps }) => order(deps.db, id, 'restart'),
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/drain',
    operationId: 'drainWorker',
    summary: 'Let a worker finish what it has begun, and take it out of service',
    description: `It takes nothing new, finishes what it holds or gives it to others, and ends with exit code 0. Started
again, it works only after a restart has been ordered.`,
    tags: TAGS,
    access: 'operator',
    params: idParams,
    responses: { 202: { description: 'It is told at its next heartbeat', schema: workerSchema } },
    handler: ({ params: { id }, deps }) => order(deps.db, id, 'drain'),
  }),
];

export const workersRoutes: Route[] = [...operatorRoutes, ...workerReportRoutes];
