import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from '../config/logger.ts';
import type { WorkerRole } from '../contracts/queues.ts';
import type { Ended } from './timings.ts';

/** Seconds; wide enough for a form that is filled in and for a rendition. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
const TEMPORAL_ANSWER_MS = 2_000;

export interface WorkerMetricsOptions {
  role: WorkerRole;
  hostName: string;
  /** The role's live numbers, by the names of its heartbeat: `slots`, `usedSlots`, `openSessions` … */
  measure(): Record<string, number>;
}

/** `usedSlots` → `flotilla_worker_used_slots`. */
const gaugeName = (name: string) => `flotilla_worker_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/** What Prometheus reads of a worker: its activities, its slots and sessions, its process. */
export function createWorkerMetrics({ role, hostName, measure }: WorkerMetricsOptions) {
  const registry = new Registry();
  registry.setDefaultLabels({ role, host: hostName });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const activities = new Counter({
    name: 'flotilla_activities_total',
    help: 'Activities that have ended, by kind of task, step and outcome',
    labelNames: ['kind', 'step', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'flotilla_activity_duration_seconds',
    help: 'How long activities took',
    labelNames: ['kind', 'step'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  for (const name of Object.keys(measure())) {
    new Gauge({
      name: gaugeName(name),
      help: `The worker's own number "${name}", as in its heartbeat`,
      registers,
      collect() {
        this.set(measure()[name] ?? 0);
      },
    });
  }

  return {
    observe({ kind, step, outcome, ms }: Ended): void {
      activities.inc({ kind, step, outcome });
      durations.observe({ kind, step }, ms / 1_000);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** A loopback port that is free now, for Temporal's own exporter: it takes a fixed one only. */
export function freeLoopbackPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createTcpServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function temporalMetrics(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(TEMPORAL_ANSWER_MS) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}

export interface MetricsServerOptions {
  port: number;
  host: string;
  metrics: WorkerMetrics;
  /** Where the Temporal SDK serves its own metrics, on the loopback address. */
  temporalPort: number;
  /** Why the worker takes no work, or null while it does. */
  ailment(): Promise<string | null>;
  log: Logger;
}

/**
 * Serves `/metrics`, Temporal's among them, and `/healthz`: 200 while the worker polls its queues, else 503.
 * Open to all who reach the port; it holds no secret.
 * @throws with code `EADDRINUSE` when the port is taken
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { metrics, temporalPort, ailment, log } = options;

  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    if (path === '/healthz') {
      const why = await ailment();
      return { status: why === null ? 200 : 503, type: 'text/plain', body: `${why ?? 'The worker takes work.'}\n` };
    }
    if (path !== '/metrics') return { status: 404, type: 'text/plain', body: 'Ask for /metrics or /healthz.\n' };
    const temporals = await temporalMetrics(temporalPort).catch((error: unknown) => {
      log.warn({ reason: String(error) }, 'the metrics of the Temporal SDK cannot be read');
      return '';
    });
    return { status: 200, type: metrics.contentType, body: `${await metrics.text()}\n${temporals}` };
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    answer(path).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      (error: unknown) => {
        log.error({ reason: String(error) }, 'metrics could not be served');
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
