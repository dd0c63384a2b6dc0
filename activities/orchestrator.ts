import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { OrchestratorActivities, ServerActivities } from '../contracts/orchestration.ts';
import { CHANGED_SIGNAL } from '../contracts/orchestration.ts';
import type { PlatformProfile } from '../contracts/platform.ts';
import type { RetentionActivities } from '../contracts/retention.ts';
import type { ScheduledActivities } from '../contracts/schedules.ts';
import { attachBulk, nextPage, resetFailed, resync, setBulkState, setCanary, settleLost } from './bulk-ledger.ts';
import { createDesk } from './desk.ts';
import { withFailures } from './failures.ts';
import { createIntents } from './intents.ts';
import type { HostLink } from './link.ts';
import type { Relay } from './relay.ts';
import { createRelay } from './relay.ts';
import { createRetentionActivities } from './retention.ts';
import { createScheduledActivities } from './scheduled.ts';
import { createServerActivities } from './server.ts';

export interface OrchestratorDependencies {
  pool: Pool;
  client: Client;
  link: Pick<HostLink, 'call'>;
  profiles: Readonly<Record<string, PlatformProfile>>;
  /** How long a person has to answer what waits for one, milliseconds. */
  challengeMs: number;
  heartbeat(detail: unknown): void;
  onRelayError(error: unknown, workflowId: string, lost: number): void;
}

/** Activities of the orchestrator role: the only worker role that touches Postgres. */
export function createOrchestratorActivities(dependencies: OrchestratorDependencies): {
  activities: OrchestratorActivities & ServerActivities & ScheduledActivities & RetentionActivities;
  relay: Relay;
} {
  const { pool, client, profiles, challengeMs } = dependencies;
  const relay = createRelay({
    send: (workflowId, batch) => client.workflow.getHandle(workflowId).signal(CHANGED_SIGNAL, batch),
    onError: dependencies.onRelayError,
  });
  const desk = createDesk({ pool, relay, profiles, challengeMs });
  const intents = createIntents(pool, profiles);
  const activities: OrchestratorActivities & ServerActivities & ScheduledActivities & RetentionActivities = {
    attachBulk: (request) => attachBulk(pool, request),
    resync: (request) => resync(pool, request),
    nextPage: (request) => nextPage(pool, request),
    setBulkState: (request) => setBulkState(pool, request),
    setCanary: (request) => setCanary(pool, request),
    resetFailed: async ({ taskId, only, by }) => ({
      retried: await resetFailed(pool, taskId, only, { by: by ?? null }),
    }),
    settleLost: (request) => settleLost(pool, request),
    ...desk,
    ...intents,
    ...createServerActivities(dependencies),
    ...createScheduledActivities(dependencies),
    ...createRetentionActivities(dependencies),
  };
  return { activities: withFailures(activities), relay };
}
