import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { getPrometheusMetrics } from './prometheus.ts';
import { readSeries, seriesQuery, seriesSchema } from './series.ts';
import { getWorkerMetrics } from './worker-metrics.ts';

const getSystemMetrics = route({
  method: 'get',
  path: '/api/system/metrics',
  operationId: 'getSystemMetrics',
  summary: 'How the platform stood over time',
  description:
    'Running tasks, account tasks by state, what ended in a minute, open challenges, workers by state, the size of the ' +
    'database, requests and event streams of the API process that measured. Sampled every 30 seconds.',
  tags: ['System'],
  access: 'viewer',
  query: seriesQuery,
  responses: { 200: { description: 'Points, oldest first', schema: seriesSchema } },
  handler: async ({ query, deps }) => ({
    status: 200,
    body: await readSeries(deps.db, { table: 'SystemMetric' }, query),
  }),
});

export const metricsRoutes: Route[] = [getSystemMetrics, getWorkerMetrics, getPrometheusMetrics];
