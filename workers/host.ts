import { hostname } from 'node:os';
import type { z } from 'zod';
import { z as zod } from 'zod';
import type { HostLink } from '../activities/link.ts';
import { LinkRefused } from '../activities/link.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { registerRequestSchema } from '../contracts/worker-api.ts';
import { heartbeatResponseSchema, registerResponseSchema } from '../contracts/worker-api.ts';

const HEARTBEAT_MS = 10_000;
/** Every so many heartbeats the host's measures are sent too. */
const METRICS_EVERY = 3;

export interface HostOptions {
  link: HostLink;
  log: Logger;
  registration: z.input<typeof registerRequestSchema>;
  /** Live numbers of this role: slots in use, open browsers. */
  measure(): Record<string, number>;
  /** Called once when the API orders a drain or a restart. */
  onOrder(order: 'drain' | 'restart'): void;
}

/** The name under which this machine's processes appear, and its own queues are called. */
export function hostName(env: Env): string {
  return env.FLOTILLA_HOST_NAME ?? hostname();
}

/**
 * Registers this process with the API and keeps telling that it lives. An API that is away is no reason to stop
 * working: everything is tried again at the next beat.
 */
export function keepRegistered({ link, log, registration, measure, onOrder }: HostOptions) {
  let id: string | null = null;
  let state: 'ready' | 'draining' = 'ready';
  let ordered = false;
  let beats = 0;
  let stopped = false;
  let lastCpu = process.cpuUsage();
  let lastAt = Date.now();

  function cpuShare(): number {
    const used = process.cpuUsage(lastCpu);
    const elapsedMs = Math.max(1, Date.now() - lastAt);
    lastCpu = process.cpuUsage();
    lastAt = Date.now();
    return Math.round(((used.user + used.system) / 1_000 / elapsedMs) * 1_000) / 1_000;
  }

  async function beat(): Promise<void> {
    if (id === null) {
      ({ id } = await link.call('POST', '/api/workers/register', registration, registerResponseSchema));
      log.info({ workerId: id }, 'registered');
    }
    try {
      const { order } = await link.call(
        'POST',
        `/api/workers/${id}/heartbeat`,
        { state, detail: measure() },
        heartbeatResponseSchema,
      );
      if (order !== 'none' && !ordered) {
        ordered = true;
        onOrder(order);
      }
      beats += 1;
      if (beats % METRICS_EVERY === 1) {
        const memory = process.memoryUsage();
        const metrics = { ...measure(), cpu: cpuShare(), rssBytes: memory.rss, heapBytes: memory.heapUsed };
        await link.call('POST', `/api/workers/${id}/metrics`, { metrics }, zod.unknown());
      }
    } catch (error) {
      if (error instanceof LinkRefused && error.status === 404) id = null;
      else throw error;
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      await beat().catch((error: unknown) => log.warn({ reason: String(error) }, 'heartbeat not delivered'));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, HEARTBEAT_MS);
        timer.unref();
      });
    }
  }
  void loop();

  return {
    /** Tells at the next beat that no new work is taken. */
    draining(): void {
      state = 'draining';
    },
    stop(): void {
      stopped = true;
    },
  };
}
