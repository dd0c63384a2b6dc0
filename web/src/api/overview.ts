import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

export const OVERVIEW = ['overview'];
/** What no event tells of: budgets, hosts, the clock of schedules. */
const LOOK_MS = 15_000;

/** One answer for the whole page, read again calmly. */
export const useOverview = () =>
  useQuery({ queryKey: OVERVIEW, queryFn: () => unwrap(api.GET('/api/overview')), refetchInterval: LOOK_MS });
