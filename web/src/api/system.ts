import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

const HEALTH_MS = 15_000;
/** What every read of workers stands under: a change of one shows in the list and on its own page. */
export const WORKERS = ['system', 'workers'];

export function useSystemHealth() {
  return useQuery({
    queryKey: ['system', 'health'],
    queryFn: () => unwrap(api.GET('/api/system/health')),
    refetchInterval: HEALTH_MS,
    staleTime: HEALTH_MS / 2,
  });
}

/** All worker processes in one call. @param everyMs how often they are asked for again: they report every 10 seconds */
export function useWorkers(everyMs = HEALTH_MS) {
  return useQuery({
    queryKey: WORKERS,
    queryFn: async () => (await unwrap(api.GET('/api/workers'))).items,
    refetchInterval: everyMs,
  });
}
