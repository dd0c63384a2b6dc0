import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** Runs a change and has everything under `queryKey` read again. */
export function useChange<Input, Output>(queryKey: QueryKey, change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey }) });
}

/**
 * For `onSettled` of an order: reads again what it may have changed, refused or not. Its success is told once that has
 * been read, a refusal at once, as without a connection the reading takes its time to fail too.
 */
export const readingAgain =
  (read: () => Promise<unknown>) =>
  (_data: unknown, error: Error | null): Promise<unknown> | undefined => {
    const done = read();
    return error ? undefined : done;
  };
