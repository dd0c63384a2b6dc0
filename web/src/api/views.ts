import { useQuery } from '@tanstack/react-query';
import { useChange } from './change.ts';
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

export const useSaveView = () => useChange(VIEWS, (body: NewView) => unwrap(api.POST('/api/views', { body })));
export const useDeleteView = () =>
  useChange(VIEWS, (id: string) => unwrap(api.DELETE('/api/views/{id}', { params: { path: { id } } })));
