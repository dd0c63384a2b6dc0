import type { Deps } from '../deps.ts';
import { query, queryOne } from '../door/sql.ts';
import { alone } from '../sweeper.ts';
import { measureSystem } from './measure.ts';

export const SAMPLE_SECONDS = 30;
/** A sample this young is another process's of the same turn; timers of two processes do not strike at once. */
const FRESH_SECONDS = 25;

type SamplerDeps = Pick<Deps, 'db' | 'events' | 'requests' | 'log' | 'temporal'>;

const named = (name: string, counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).map(([state, n]) => [`${name}${state.charAt(0).toUpperCase()}${state.slice(1)}`, n]);

/**
 * Writes one sample unless there is a fresh one. Requests are those of this process alone.
 * @returns whether it did
 */
export async function sampleSystem(deps: SamplerDeps): Promise<boolean> {
  const fresh = await queryOne(
    deps.db,
    `SELECT 1 AS one FROM "SystemMetric" WHERE step = ${SAMPLE_SECONDS} AND at > now() - ${FRESH_SECONDS} * interval '1 second' LIMIT 1`,
  );
  if (fresh) return false;
  const now = await measureSystem(deps);
  const requests = deps.requests.take();
  const metrics = {
    runningTasks: now.runningTasks,
    ...Object.fromEntries(named('accountTasks', now.accountTasks)),
    endedPerMinute: now.lastMinute.ended,
    succeededPerMinute: now.lastMinute.succeeded,
    failedPerMinute: now.lastMinute.failed,
    openChallenges: now.openChallenges,
    ...Object.fromEntries(named('workers', now.workers)),
    databaseBytes: now.databaseBytes,
    requestsPerMinute: requests.perMinute,
    ...(requests.p95Ms === null ? {} : { requestP95Ms: requests.p95Ms }),
    eventClients: now.eventClients,
  };
  await query(
    deps.db,
    `INSERT INTO "SystemMetric" (metrics, step) VALUES ($1::jsonb, ${SAMPLE_SECONDS})`,
    JSON.stringify(metrics),
  );
  return true;
}

/** Samples every 30 seconds; of several API processes one does it. `close` waits for the sample under way. */
export function startSampler(deps: SamplerDeps): { close(): Promise<void> } {
  let underWay: Promise<void> | undefined;
  const once = (): void => {
    underWay ??= alone(deps, 'system metrics', () => sampleSystem(deps))
      .catch((error) => deps.log.warn({ err: error }, 'the system was not measured; tried again in 30 seconds'))
      .finally(() => {
        underWay = undefined;
      });
  };
  once();
  const timer = setInterval(once, SAMPLE_SECONDS * 1_000);
  return {
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
