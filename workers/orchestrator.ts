import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { type InjectedSinks, Worker } from '@temporalio/worker';
import pg from 'pg';
import { createOrchestratorActivities } from '../activities/orchestrator.ts';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import { outsideOfWork } from '../config/log-context.ts';
import { idsOfWorkflow } from '../contracts/bulk.ts';
import { ORCHESTRATOR_QUEUE } from '../contracts/queues.ts';
import { workflowBundle } from './bundle.ts';
import type { Role, RoleParts, WorkflowSpanSinks } from './role.ts';

/** Workflows kept in memory: the rest is replayed when it wakes. Keeps the process well under 600 MB. */
const CACHED_WORKFLOWS = 600;
const WORKFLOW_TASKS_AT_ONCE = 40;
const DATABASE_CONNECTIONS = 16;

/** A workflow that was begun while traces were on goes on to hand out spans. */
export const NO_SPANS: InjectedSinks<WorkflowSpanSinks> = { exporter: { export: { fn: () => undefined } } };

/** Workflows and the ledger: the one worker role with database credentials. */
export async function orchestrator(
  parts: RoleParts,
  { entryPath, cachedWorkflows = CACHED_WORKFLOWS }: { entryPath?: string; cachedWorkflows?: number } = {},
): Promise<Role> {
  const { env, log, link, connection, dataConverter } = parts;
  const converter = dataConverter ? { dataConverter } : {};
  const failureConverterPath = dataConverter?.failureConverterPath;
  if (!env.DATABASE_URL) throw new Error('DATABASE_URL is not set: the orchestrator writes the ledger.');
  const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: DATABASE_CONNECTIONS });
  pool.on('error', (error) => log.warn({ reason: error.message }, 'a database connection was lost'));
  const clientConnection = await Connection.connect({ address: env.temporalAddress });
  const client = new Client({ connection: clientConnection, namespace: env.TEMPORAL_NAMESPACE, ...converter });
  const { activities, relay } = createOrchestratorActivities({
    pool,
    client,
    link,
    profiles: platformProfiles,
    challengeMs: env.FLOTILLA_CHALLENGE_HOURS * 3_600_000,
    heartbeat: (detail) => Context.current().heartbeat(detail),
    // News of many account tasks go together, on a timer that one of them began.
    onRelayError: (error, workflowId, lost) =>
      outsideOfWork(() => {
        const about = { ...idsOfWorkflow(workflowId), workflowId, lost, reason: String(error) };
        log.warn(about, 'news for a bulk workflow was not delivered');
      }),
  });
  const held = new Set(env.FLOTILLA_HOLD_PATCHES);
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    ...converter,
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowBundle: await workflowBundle({
      cacheFolder: join(env.FLOTILLA_DATA, 'cache'),
      log,
      ...(entryPath ? { entryPath } : {}),
      ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    }),
    activities,
    sinks: parts.workflowSpans ?? NO_SPANS,
    interceptors: { activity: parts.activityInterceptors ?? [] },
    maxCachedWorkflows: cachedWorkflows,
    ...(held.size > 0 && { patchActivationCallback: ({ patchId }) => !held.has(patchId) }),
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS_AT_ONCE,
    maxConcurrentLocalActivityExecutions: 100,
    maxConcurrentActivityTaskExecutions: 20,
    shutdownGraceTime: '10 seconds',
  });
  return {
    workers: [worker],
    taskQueues: [ORCHESTRATOR_QUEUE],
    slots: WORKFLOW_TASKS_AT_ONCE,
    measure() {
      const { numCachedWorkflows, numInFlightWorkflowActivations } = worker.getStatus();
      return {
        usedSlots: numInFlightWorkflowActivations,
        cachedWorkflows: numCachedWorkflows,
        databaseConnections: pool.totalCount,
        databaseWaiting: pool.waitingCount,
      };
    },
    async close() {
      await relay.flush();
      await clientConnection.close();
      await pool.end();
    },
  };
}
