import { ACCOUNT_TASK_STATES, FINAL_ACCOUNT_TASK_STATES, FINAL_BULK_STATES } from '../../contracts/states.ts';
import type { Deps } from '../deps.ts';
import { query, queryOne } from '../door/sql.ts';
import { listWorkers } from '../workers.ts';

const OPEN_STATES = ACCOUNT_TASK_STATES.filter(
  (state) => !(FINAL_ACCOUNT_TASK_STATES as readonly string[]).includes(state),
);
const WORKER_STATES = ['ready', 'draining', 'lost'];

/** How the platform as a whole stands now. */
export interface SystemMeasures {
  runningTasks: number;
  /** Of bulk tasks that have not ended, those that have not ended themselves, by state. */
  accountTasks: Record<string, number>;
  /** Account tasks that ended in the last minute. */
  lastMinute: { ended: number; succeeded: number; failed: number };
  openChallenges: number;
  /** Messages that webhooks have still to take. */
  waitingAlerts: number;
  workers: Record<string, number>;
  databaseBytes: number;
  eventClients: number;
}

interface Counts {
  running: number;
  challenges: number;
  alerts: number;
  bytes: bigint;
  ended: number;
  succeeded: number;
  failed: number;
}

const COUNTS = `
  SELECT (SELECT count(*)::int FROM "BulkTask" WHERE state = 'running') AS running,
    (SELECT count(*)::int FROM "Challenge" WHERE state = 'open') AS challenges,
    (SELECT count(*)::int FROM "WebhookDelivery" WHERE state = 'pending') AS alerts,
    pg_database_size(current_database()) AS bytes, e.*
  FROM (SELECT count(*)::int AS ended, (count(*) FILTER (WHERE state = 'succeeded'))::int AS succeeded,
      (count(*) FILTER (WHERE state = 'failed'))::int AS failed
    FROM "AccountTask" WHERE "finishedAt" > now() - interval '1 minute') e`;

const BY_STATE = `
  SELECT substr(t.key, 7) AS state, sum(t.n)::float8 AS n
  FROM "TaskTally" t JOIN "BulkTask" b ON b.id = t."taskId"
  WHERE b.state <> ALL($1::text[]) AND t.key LIKE 'state:%' GROUP BY 1`;

export async function measureSystem(deps: Pick<Deps, 'db' | 'events'>): Promise<SystemMeasures> {
  const [counts, byState, workers] = await Promise.all([
    queryOne<Counts>(deps.db, COUNTS),
    query<{ state: string; n: number }>(deps.db, BY_STATE, FINAL_BULK_STATES),
    listWorkers(deps.db),
  ]);
  if (!counts) throw new Error('The counts of the system were not read.');
  const states = new Map(byState.map(({ state, n }) => [state, n]));
  const byWorker: Record<string, number> = Object.fromEntries(WORKER_STATES.map((state) => [state, 0]));
  for (const { state } of workers) byWorker[state] = (byWorker[state] ?? 0) + 1;
  return {
    runningTasks: counts.running,
    accountTasks: Object.fromEntries(OPEN_STATES.map((state) => [state, states.get(state) ?? 0])),
    lastMinute: { ended: counts.ended, succeeded: counts.succeeded, failed: counts.failed },
    openChallenges: counts.challenges,
    waitingAlerts: counts.alerts,
    workers: byWorker,
    databaseBytes: Number(counts.bytes),
    eventClients: deps.events.status().clients,
  };
}
