import { say } from '../../contracts/said.ts';
import { notFound } from '../problem.ts';
import { idParams, route } from '../route.ts';
import { readSeries, seriesQuery, seriesSchema } from './series.ts';

export const getWorkerMetrics = route({
  method: 'get',
  path: '/api/workers/{id}/metrics',
  operationId: 'getWorkerMetrics',
  summary: 'What a worker measured over time',
  tags: ['Workers'],
  access: 'viewer',
  params: idParams,
  query: seriesQuery,
  responses: {
    200: { description: 'Points, oldest first', schema: seriesSchema },
    404: { description: 'No such worker' },
  },
  async handler({ params: { id }, query, deps }) {
    const worker = await deps.db.workerHost.findUnique({ where: { id }, select: { id: true } });
    if (!worker) throw notFound(say('none.worker', { id }));
    return { status: 200, body: await readSeries(deps.db, { table: 'WorkerMetric', workerId: id }, query) };
  },
});
