import type { Deps } from './deps.ts';
import { queryOne } from './door/sql.ts';
import { sweepStarts } from './door/start.ts';
import { ensureRetentionSchedule } from './retention.ts';
import { sweepSchedules } from './schedules-sweep.ts';
import { sweepUploads } from './uploads/staging.ts';
import { findLostHosts } from './webhooks/lost-hosts.ts';
import { LOST_AFTER_SECONDS } from './workers.ts';

const STARTS_MS = 1_000;
const SCHEDULES_MS = 10_000;
const RETENTION_MS = 60_000;
const LOST_HOSTS_MS = 5_000;
const UPLOADS_MS = 3_600_000;
const SWEEP_LIMIT_MS = 120_000;

type SweeperDeps = Pick<Deps, 'db' | 'temporal' | 'log'>;

export interface Sweeper {
  /** Waits for the sweep under way. */
  close(): Promise<void>;
}

/** Runs `work` unless another API process is at it: the lock belongs to a transaction and goes with the process. */
export async function alone(deps: SweeperDeps, name: string, work: () => Promise<unknown>): Promise<void> {
  await deps.db.$transaction(
    async (tx) => {
      const lock = await queryOne<{ got: boolean }>(
        tx,
        `SELECT pg_try_advisory_xact_lock(hashtextextended('sweeper/' || $1, 0)) AS got`,
        name,
      );
      if (lock?.got) await work();
    },
    { timeout: SWEEP_LIMIT_MS },
  );
}

/**
 * The work that no request waits for: every second starts of bulk tasks that are due or were lost, every 10 seconds
 * what Temporal lacks of the schedules, every minute its schedule of the retention, every 5 seconds which hosts
 * were lost, every hour uploads that were given up. Of several API processes one does it.
 */
export function startSweeper(deps: SweeperDeps & Pick<Deps, 'payloads' | 'env'>): Sweeper {
  const timers: NodeJS.Timeout[] = [];
  const underWay = new Map<string, Promise<void>>();
  const every = (ms: number, name: string, work: () => Promise<unknown>): void => {
    const once = (): void => {
      if (underWay.has(name)) return;
      const run = alone(deps, name, work)
        .catch((error) => deps.log.warn({ err: error }, `the sweep of ${name} failed and is tried again`))
        .finally(() => underWay.delete(name));
      underWay.set(name, run);
    };
    once();
    timers.push(setInterval(once, ms));
  };
  every(STARTS_MS, 'starts', () => sweepStarts(deps));
  every(SCHEDULES_MS, 'schedules', () => sweepSchedules(deps));
  every(RETENTION_MS, 'the retention schedule', () => ensureRetentionSchedule(deps));
  const startedAt = Date.now();
  every(LOST_HOSTS_MS, 'lost hosts', async () => {
    // While no API answered, none could report.
    if (Date.now() - startedAt > LOST_AFTER_SECONDS * 1_000) await findLostHosts(deps);
  });
  every(UPLOADS_MS, 'uploads', () => sweepUploads(deps));
  return {
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(underWay.values());
    },
  };
}
