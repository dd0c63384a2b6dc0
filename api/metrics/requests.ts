import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { boundOf, quantile } from '../../contracts/timings.ts';

/** Seconds; from a read by key to the upload of a large file. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Requests that met no route share one label: an address that somebody guessed must not make a series. */
const NO_ROUTE = '(none)';

/** Counts the requests of this process. */
export interface RequestMetrics {
  registry: Registry;
  observe(request: { method: string; route: string; status: number; ms: number }): void;
  /** Rate and 95th percentile since the last call; the percentile is null when nothing was asked. */
  take(): { perMinute: number; p95Ms: number | null };
}

export function createRequestMetrics(): RequestMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'flotilla_api_request_duration_seconds',
    help: 'How long the API took to answer, by method, route and status; event streams are left out',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  let counts = new Map<number, number>();
  let since = performance.now();
  return {
    registry,
    observe({ method, route, status, ms }) {
      durations.observe({ method, route, status: String(status) }, ms / 1_000);
      const bound = boundOf(ms);
      counts.set(bound, (counts.get(bound) ?? 0) + 1);
    },
    take() {
      const buckets = [...counts].map(([leMs, n]) => ({ leMs, n }));
      const minutes = Math.max(1, performance.now() - since) / 60_000;
      counts = new Map();
      since = performance.now();
      const p95Ms = quantile(buckets, 0.95);
      return { perMinute: buckets.reduce((sum, { n }) => sum + n, 0) / minutes, p95Ms };
    },
  };
}

/** Times every request; the route's template is what registration left in `res.locals.route`. */
export function timeRequests(metrics: RequestMetrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const { method } = req;
    res.on('finish', () => {
      // A stream of events ends when its client goes, which says nothing of how long an answer took.
      if (String(res.getHeader('content-type') ?? '').startsWith('text/event-stream')) return;
      const route = (res.locals.route as string | undefined) ?? NO_ROUTE;
      metrics.observe({ method, route, status: res.statusCode, ms: performance.now() - startedAt });
    });
    next();
  };
}
