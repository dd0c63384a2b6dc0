import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import type { Performance } from './types.ts';

const PERFORMANCE = ['system', 'performance'];
/** Durations come in every 30 seconds. */
const MEASURED_MS = 30_000;

export const performanceKey = (hours: number) => [...PERFORMANCE, hours];

/** All kinds in one call. @param hours full hours before the present one */
export const usePerformance = (hours: number) =>
  useQuery<Performance>({
    queryKey: performanceKey(hours),
    queryFn: () => unwrap(api.GET('/api/system/performance', { params: { query: { hours } } })),
    refetchInterval: MEASURED_MS,
    placeholderData: (before) => before,
  });
