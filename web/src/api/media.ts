import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { Media } from './types.ts';

const PAGE = 60;
export const MEDIA = ['media'];

export const contentUrl = (id: string): string => `/api/media/${id}/content`;
export const variantContentUrl = (id: string, variantId: string): string =>
  `/api/media/${id}/variants/${variantId}/content`;
export const variantThumbnailUrl = (id: string, variantId: string): string =>
  `/api/media/${id}/variants/${variantId}/thumbnail`;
export const thumbnailUrl = (id: string): string => `/api/media/${id}/thumbnail`;

export function useMediaList(kind?: Media['kind']): PagedList<Media> {
  return usePagedList<Media>({
    queryKey: [...MEDIA, 'list', kind ?? null],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/media', {
          params: { query: { limit: PAGE, ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
}

export function useMedia(id: string | null) {
  return useQuery({
    queryKey: [...MEDIA, 'one', id],
    queryFn: () => unwrap(api.GET('/api/media/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

export function useDeleteMedia() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/media/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: MEDIA }),
  });
}
