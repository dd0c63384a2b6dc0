import { Gauge } from 'prom-client';
import { BULK_STATES, isFinalBulkState } from '../../contracts/states.ts';
import type { Deps } from '../deps.ts';
import { query } from '../door/sql.ts';
import { route } from '../route.ts';
import { measureSystem } from './measure.ts';
import type { RequestMetrics } from './requests.ts';

/** The gauges of the platform as a whole, set at each reading. */
function createGauges({ registry }: RequestMetrics) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    bulkTasks: gauge('flotilla_bulk_tasks', 'Bulk tasks that have not ended, by state', ['state']),
    accountTasks: gauge('flotilla_account_tasks', 'Account tasks of open bulk tasks, by state', ['state']),
    workers: gauge('flotilla_workers', 'Worker processes, by state', ['state']),
    runningTasks: gauge('flotilla_running_tasks', 'Bulk tasks that run'),
    openChallenges: gauge('flotilla_open_challenges', 'Challenges that wait for a person'),
    waitingAlerts: gauge('flotilla_waiting_alerts', 'Messages that webhooks have still to take'),
    databaseBytes: gauge('flotilla_database_bytes', 'Size of the database'),
    eventClients: gauge('flotilla_event_clients', 'Clients of the event stream of this process'),
  };
}

const known = new WeakMap<RequestMetrics, ReturnType<typeof createGauges>>();

function gaugesOf(metrics: RequestMetrics): ReturnType<typeof createGauges> {
  const gauges = known.get(metrics) ?? createGauges(metrics);
  known.set(metrics, gauges);
  return gauges;
}

function setByState(gauge: Gauge, counts: Readonly<Record<string, number>>): void {
  gauge.reset();
  for (const [state, n] of Object.entries(counts)) gauge.set({ state }, n);
}

const OPEN_BULK_STATES = BULK_STATES.filter((state) => !isFinalBulkState(state));
const BULK_TASKS = `SELECT state, count(*)::int AS n FROM "BulkTask" WHERE state = ANY($1::text[]) GROUP BY state`;

async function bulkTasks(deps: Deps): Promise<Record<string, number>> {
  const rows = await query<{ state: string; n: number }>(deps.db, BULK_TASKS, OPEN_BULK_STATES);
  const none = OPEN_BULK_STATES.map((state) => [state, 0] as const);
  return Object.fromEntries([...none, ...rows.map(({ state, n }) => [state, n] as const)]);
}

async function metricsText(deps: Deps): Promise<string> {
  const [now, tasks] = await Promise.all([measureSystem(deps), bulkTasks(deps)]);
  const gauges = gaugesOf(deps.requests);
  setByState(gauges.bulkTasks, tasks);
  setByState(gauges.accountTasks, now.accountTasks);
  setByState(gauges.workers, now.workers);
  gauges.runningTasks.set(now.runningTasks);
  gauges.openChallenges.set(now.openChallenges);
  gauges.waitingAlerts.set(now.waitingAlerts);
  gauges.databaseBytes.set(now.databaseBytes);
  gauges.eventClients.set(now.eventClients);
  return deps.requests.registry.metrics();
}

export const getPrometheusMetrics = route({
  method: 'get',
  path: '/metrics',
  operationId: 'getPrometheusMetrics',
  summary: 'Metrics for Prometheus',
  description:
    'Requests of this process by route, and the platform as a whole. Scrape it with a viewer token as bearer.',
  tags: ['System'],
  access: 'viewer',
  responses: { 200: { description: 'The text format of Prometheus', contentType: 'text/plain' } },
  async handler({ res, deps }) {
    const text = await metricsText(deps);
    res.status(200).set('content-type', deps.requests.registry.contentType).send(text);
    return 'streamed';
  },
});
