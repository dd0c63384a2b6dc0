import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import { WORKERS } from './system.ts';
import type { MetricSeries, Worker } from './types.ts';

/** Workers report every 10 seconds, and measure every 30. */
export const HEARD_MS = 10_000;
const MEASURED_MS = 30_000;
/** As many points as a chart has room for. */
const POINTS = 240;

export const useWorker = (id: string) =>
  useQuery({
    queryKey: [...WORKERS, 'one', id],
    queryFn: () => unwrap(api.GET('/api/workers/{id}', { params: { path: { id } } })),
    refetchInterval: HEARD_MS,
  });

const since = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

/** What a worker measured in the last hours. */
export const useWorkerMetrics = (id: string, hours: number) =>
  useQuery<MetricSeries>({
    queryKey: [...WORKERS, 'metrics', id, hours],
    queryFn: () =>
      unwrap(
        api.GET('/api/workers/{id}/metrics', {
          params: { path: { id }, query: { from: since(hours), points: POINTS } },
        }),
      ),
    refetchInterval: MEASURED_MS,
    placeholderData: (before) => before,
  });

/** What the platform as a whole measured in the last hours. */
export const useSystemMetrics = (hours: number) =>
  useQuery<MetricSeries>({
    queryKey: ['system', 'metrics', hours],
    queryFn: () =>
      unwrap(api.GET('/api/system/metrics', { params: { query: { from: since(hours), points: POINTS } } })),
    refetchInterval: MEASURED_MS,
    placeholderData: (before) => before,
  });

export interface WorkerOrder {
  worker: Pick<Worker, 'id'>;
  what: 'drain' | 'restart';
}

/** Orders a drain or a restart; the worker is told at its next heartbeat. */
export function useOrderWorker() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ worker: { id }, what }: WorkerOrder) =>
      unwrap(
        what === 'drain'
          ? api.POST('/api/workers/{id}/drain', { params: { path: { id } } })
          : api.POST('/api/workers/{id}/restart', { params: { path: { id } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: WORKERS }),
  });
}
