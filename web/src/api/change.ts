import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** Runs a change and has everything under `queryKey` read again. */
export function useChange<Input, Output>(queryKey: QueryKey, change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey }) });
}
