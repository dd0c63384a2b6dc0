import { payloadKeyId } from '../activities/payloads/keys.ts';
import * as contract from '../contracts/worker-api.ts';
import { queryOne } from './door/sql.ts';
import { recordErrors } from './errors/record.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

const orderSchema = contract.heartbeatResponseSchema.shape.order;

const unknownWorker = (id: string) => notFound(`There is no worker ${id}. A worker that is told so registers again.`);

/** What of a worker's `detail` is the API's own, and outlasts a heartbeat. */
const KEPT = `jsonb_build_object('order', host.detail->'order', 'sequence', host.detail->'sequence')`;

/** Only a drain outlasts a start; the sequence goes on, so that a late report of the former process counts once. */
const REGISTER = `
  INSERT INTO "WorkerHost" AS host (name, role, "taskQueues", pid, version, slots)
  VALUES ($1, $2, $3::text[], $4::int, $5, $6::int)
  ON CONFLICT (name, role) DO UPDATE SET
    "taskQueues" = excluded."taskQueues", pid = excluded.pid, version = excluded.version, slots = excluded.slots,
    state = CASE WHEN host.detail->>'order' = 'drain' THEN 'drained' ELSE 'ready' END,
    detail = jsonb_strip_nulls(${KEPT}) - CASE WHEN host.detail->>'order' = 'drain' THEN '' ELSE 'order' END,
    "registeredAt" = now(), "heartbeatAt" = now()
  RETURNING id, state = 'drained' AS drained`;

const HEARTBEAT = `
  UPDATE "WorkerHost" AS host SET state = $2, "heartbeatAt" = now(),
    detail = ($3::jsonb - 'order' - 'sequence') || jsonb_strip_nulls(${KEPT})
  WHERE id = $1::uuid RETURNING detail->>'order' AS order`;

/**
 * The report and the number under which it came are written by one statement: a report that comes twice finds its number
 * taken. Rows are added to in one order, so that two reports at once never wait for one another in a ring.
 */
const METRICS = `
  WITH known AS (SELECT id FROM "WorkerHost" WHERE id = $1::uuid),
  fresh AS (
    UPDATE "WorkerHost" AS host SET detail = detail || jsonb_strip_nulls(jsonb_build_object('sequence', $3::bigint))
    WHERE id = $1::uuid AND ($3::bigint IS NULL OR coalesce((detail->>'sequence')::bigint, -1) < $3::bigint)
    RETURNING id),
  metric AS (INSERT INTO "WorkerMetric" ("workerId", metrics) SELECT id, $2::jsonb FROM fresh),
  timing AS (
    INSERT INTO "StepTiming" AS old (hour, kind, step, outcome, "leMs", n, "sumMs")
    SELECT date_trunc('hour', now()), t.kind, t.step, t.outcome, t."leMs", sum(t.n), sum(t."sumMs")
    FROM fresh, json_to_recordset($4::json)
      AS t(kind text, step text, outcome text, "leMs" int, n bigint, "sumMs" bigint)
    GROUP BY t.kind, t.step, t.outcome, t."leMs"
    ORDER BY t.kind, t.step, t.outcome, t."leMs"
    ON CONFLICT (hour, kind, step, outcome, "leMs")
      DO UPDATE SET n = old.n + excluded.n, "sumMs" = old."sumMs" + excluded."sumMs")
  SELECT EXISTS (SELECT FROM known) AS known`;

export const workerReportRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/workers/register',
    operationId: 'registerWorker',
    summary: 'A worker process starts',
    description:
      'The same name and role again is the same worker, started anew: an order to restart is done, one to drain stands.',
    tags: ['Workers'],
    access: 'worker',
    body: contract.registerRequestSchema,
    responses: { 200: { description: 'Its id', schema: contract.registerResponseSchema } },
    async handler({ body, deps }) {
      const { name, role, taskQueues, pid, version, slots } = body;
      const worker = await queryOne<{ id: string; drained: boolean }>(
        deps.db,
        REGISTER,
        name,
        role,
        taskQueues,
        pid,
        version,
        slots,
      );
      if (!worker) throw new Error('The worker was not written.');
      return { status: 200, body: { id: worker.id, order: worker.drained ? 'drain' : 'none' } };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/heartbeat',
    operationId: 'heartbeatWorker',
    summary: 'A worker is there; the answer carries orders',
    tags: ['Workers'],
    access: 'worker',
    params: idParams,
    body: contract.heartbeatRequestSchema,
    responses: { 200: { description: 'What it is to do', schema: contract.heartbeatResponseSchema } },
    async handler({ params: { id }, body, deps }) {
      const row = await queryOne<{ order: string | null }>(
        deps.db,
        HEARTBEAT,
        id,
        body.state,
        JSON.stringify(body.detail),
      );
      if (!row) throw unknownWorker(id);
      const { encrypt, keys } = deps.payloads;
      const payloads = { encrypt, keyId: payloadKeyId(keys.get().current) };
      return { status: 200, body: { order: orderSchema.safeParse(row.order).data ?? 'none', payloads } };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/metrics',
    operationId: 'reportWorkerMetrics',
    summary: 'What a worker measures',
    tags: ['Workers'],
    access: 'worker',
    params: idParams,
    body: contract.metricsRequestSchema,
    responses: { 204: { description: 'Noted' } },
    async handler({ params: { id }, body, deps }) {
      const row = await queryOne<{ known: boolean }>(
        deps.db,
        METRICS,
        id,
        JSON.stringify(body.metrics),
        body.sequence ?? null,
        JSON.stringify(body.timings),
      );
      if (!row?.known) throw unknownWorker(id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/workers/{id}/errors',
    operationId: 'reportWorkerErrors',
    summary: 'What went wrong on a worker',
    tags: ['Workers'],
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
