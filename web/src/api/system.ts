import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

const HEALTH_MS = 15_000;

export function useSystemHealth() {
  return useQuery({
    queryKey: ['system', 'health'],
    queryFn: () => unwrap(api.GET('/api/system/health')),
    refetchInterval: HEALTH_MS,
    staleTime: HEALTH_MS / 2,
  });
}

export function useWorkers() {
  return useQuery({
    queryKey: ['system', 'workers'],
    queryFn: async () => (await unwrap(api.GET('/api/workers'))).items,
    refetchInterval: HEALTH_MS,
  });
}
