import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';

const VIEWS = ['views'];

export interface NewView {
  page: string;
  name: string;
  /** The part of the address behind the question mark. */
  query: string;
  shared: boolean;
}

/** Own and shared views of a page. */
export const useViews = (page: string, enabled: boolean) =>
  useQuery({
    queryKey: [...VIEWS, page],
    queryFn: async () => (await unwrap(api.GET('/api/views', { params: { query: { page } } }))).items,
    enabled,
  });

function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: VIEWS }) });
}

export const useSaveView = () => useChange((body: NewView) => unwrap(api.POST('/api/views', { body })));
export const useDeleteView = () =>
  useChange((id: string) => unwrap(api.DELETE('/api/views/{id}', { params: { path: { id } } })));
