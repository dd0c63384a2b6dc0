import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import type { SettingsChanges } from './types.ts';

const SETTINGS = ['settings'];
const RETENTION = ['retention'];

export const useSettings = () => useQuery({ queryKey: SETTINGS, queryFn: () => unwrap(api.GET('/api/settings')) });

export function useChangeSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SettingsChanges) => unwrap(api.PATCH('/api/settings', { body })),
    onSuccess: (settings) => {
      client.setQueryData(SETTINGS, settings);
      return client.invalidateQueries({ queryKey: RETENTION });
    },
  });
}

/** What the last clearing removed; looked at again while one may be under way. */
export const useRetention = (isRunning: boolean) =>
  useQuery({
    queryKey: RETENTION,
    queryFn: () => unwrap(api.GET('/api/system/retention')),
    refetchInterval: isRunning ? 2_000 : false,
  });

export const useRunRetention = () => useMutation({ mutationFn: () => unwrap(api.POST('/api/system/retention/run')) });
