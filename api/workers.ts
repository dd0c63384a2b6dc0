import { z } from 'zod';
import { WORKER_ROLES } from '../contracts/queues.ts';
import * as contract from '../contracts/worker-api.ts';
import { type Db, query, queryOne } from './door/sql.ts';
import { recordErrors } from './errors/record.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const TAGS = ['Workers'];
/** A worker that has not been heard of for so long counts as lost: four heartbeats and a little. */
export const LOST_AFTER_SECONDS = 45;
const SHOWN_METRICS = 60;

const orderSchema = contract.heartbeatResponseSchema.shape.order;

const workerSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(WORKER_ROLES),
  taskQueues: z.array(z.string()),
  pid: z.int(),
  version: z.string(),
  slots: z.int(),
  state: z.enum(['ready', 'draining', 'lost']),
  order: orderSchema.meta({ description: 'What it is told at its next heartbeat' }),
  detail: z.record(z.string(), z.unknown()),
  registeredAt: z.iso.datetime(),
  heartbeatAt: z.iso.datetime(),
});

const workerDetailSchema = workerSchema.extend({
  metrics: z.array(z.object({ at: z.iso.datetime(), metrics: z.record(z.string(), z.number()) })),
  errors: z.array(z.object({ id: z.string(), type: z.string(), message: z.string(), at: z.iso.datetime() })),
});

interface WorkerRow {
  id: string;
  name: string;
  role: (typeof WORKER_ROLES)[number];
  taskQueues: string[];
  pid: number;
  version: string;
  slots: number;
  state: 'ready' | 'draining' | 'lost';
  detail: Record<string, unknown>;
  registeredAt: Date;
  heartbeatAt: Date;
}

const COLUMNS = `id, name, role, "taskQueues", pid, version, slots, detail, "registeredAt", "heartbeatAt",
  CASE WHEN "heartbeatAt" < now() - ${LOST_AFTER_SECONDS} * interval '1 second' THEN 'lost' ELSE state END AS state`;

export function listWorkers(db: Db): Promise<WorkerRow[]> {
  return query<WorkerRow>(db, `SELECT ${COLUMNS} FROM "WorkerHost" ORDER BY role, name`);
}

function toWorker({ detail, ...row }: WorkerRow): z.input<typeof workerSchema> {
  const { order, ...rest } = detail;
  return {
    ...row,
    order: orderSchema.safeParse(order).data ?? 'none',
    detail: rest,
    registeredAt: row.registeredAt.toISOString(),
    heartbeatAt: row.heartbeatAt.toISOString(),
  };
}

const unknownWorker = (id: string) => notFound(`There is no worker ${id}. A worker that is told so registers again.`);

const operatorRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/workers',
    operationId: 'listWorkers',
    summary: 'Worker processes by role',
    description: `A worker that was not heard of for ${LOST_AFTER_SECONDS} seconds is lost.`,
    tags: TAGS,
    access: 'viewer',
    responses: { 200: { description: 'All workers', schema: z.object({ items: z.array(workerSchema) }) } },
    handler: async ({ deps }) => ({ status: 200, body: { items: (await listWorkers(deps.db)).map(toWorker) } }),
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
      if (!row) throw notFound(`There is no worker ${id}.`);
      const [metrics, errors] = await Promise.all([
        query<{ at: Date; metrics: Record<string, number> }>(
          deps.db,
          `SELECT at, metrics FROM "WorkerMetric" WHERE "workerId" = $1::uuid ORDER BY at DESC LIMIT ${SHOWN_METRICS}`,
          id,
        ),
        query<{ id: string; type: string; message: string; at: Date }>(
          deps.db,
          `SELECT id::text AS id, type, message, at FROM "ErrorLog" WHERE "workerId" = $1::uuid ORDER BY id DESC LIMIT 50`,
          id,
        ),
      ]);
      return {
        status: 200,
        body: {
          ...toWorker(row),
          metrics: metrics.map((one) => ({ ...one, at: one.at.toISOString() })),
          errors: errors.map((one) => ({ ...one, at: one.at.toISOString() })),
        },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/restart',
    operationId: 'restartWorker',
    summary: 'Let a worker finish what it has begun, and start it anew',
    tags: TAGS,
    access: 'operator',
    params: idParams,
    responses: { 202: { description: 'It is told at its next heartbeat', schema: workerSchema } },
    async handler({ params: { id }, deps }) {
      const row = await queryOne<WorkerRow>(
        deps.db,
        `UPDATE "WorkerHost" SET detail = detail || '{"order":"restart"}' WHERE id = $1::uuid RETURNING ${COLUMNS}`,
        id,
      );
      if (!row) throw notFound(`There is no worker ${id}.`);
      return { status: 202, body: toWorker(row) };
    },
  }),
];

const reportRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/workers/register',
    operationId: 'registerWorker',
    summary: 'A worker process starts',
    description: 'The same name and role again is the same worker, started anew: former orders are done.',
    tags: TAGS,
    access: 'worker',
    body: contract.registerRequestSchema,
    responses: { 200: { description: 'Its id', schema: contract.registerResponseSchema } },
    async handler({ body, deps }) {
      const { name, role, ...rest } = body;
      const fresh = { ...rest, state: 'ready', detail: {}, registeredAt: new Date(), heartbeatAt: new Date() };
      const worker = await deps.db.workerHost.upsert({
        where: { name_role: { name, role } },
        create: { name, role, ...fresh },
        update: fresh,
        select: { id: true },
      });
      return { status: 200, body: worker };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/heartbeat',
    operationId: 'heartbeatWorker',
    summary: 'A worker is there; the answer carries orders',
    tags: TAGS,
    access: 'worker',
    params: idParams,
    body: contract.heartbeatRequestSchema,
    responses: { 200: { description: 'What it is to do', schema: contract.heartbeatResponseSchema } },
    async handler({ params: { id }, body, deps }) {
      const row = await queryOne<{ order: string | null }>(
        deps.db,
        `UPDATE "WorkerHost" SET state = $2, "heartbeatAt" = now(),
           detail = ($3::jsonb - 'order') || CASE WHEN detail ? 'order' THEN jsonb_build_object('order', detail->'order') ELSE '{}' END
         WHERE id = $1::uuid RETURNING detail->>'order' AS order`,
        id,
        body.state,
        JSON.stringify(body.detail),
      );
      if (!row) throw unknownWorker(id);
      return { status: 200, body: { order: orderSchema.safeParse(row.order).data ?? 'none' } };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/metrics',
    operationId: 'reportWorkerMetrics',
    summary: 'What a worker measures',
    tags: TAGS,
    access: 'worker',
    params: idParams,
    body: contract.metricsRequestSchema,
    responses: { 204: { description: 'Noted' } },
    async handler({ params: { id }, body, deps }) {
      const row = await queryOne(
        deps.db,
        `INSERT INTO "WorkerMetric" ("workerId", metrics)
         SELECT id, $2::jsonb FROM "WorkerHost" WHERE id = $1::uuid RETURNING id::text`,
        id,
        JSON.stringify(body.metrics),
      );
      if (!row) throw unknownWorker(id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/errors',
    operationId: 'reportWorkerErrors',
    summary: 'What went wrong on a worker',
    tags: TAGS,
    access: 'worker',
    params: idParams,
    body: contract.errorsRequestSchema,
    responses: { 204: { description: 'Noted' } },
    async handler({ params: { id }, body, deps }) {
      const worker = await deps.db.workerHost.findUnique({ where: { id }, select: { role: true } });
      if (!worker) throw unknownWorker(id);
      const source = `worker/${worker.role}`;
      await recordErrors(
        deps.db,
        body.errors.map((error) => ({ ...error, source, workerId: id })),
      );
      return { status: 204 };
    },
  }),
];

export const workersRoutes: Route[] = [...operatorRoutes, ...reportRoutes];
