import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, csrfHeader, reportUnauthorized, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { toApiError, unreachable } from './problem.ts';
import type { Media } from './types.ts';

const PAGE = 60;
export const MEDIA = ['media'];

export const contentUrl = (id: string): string => `/api/media/${id}/content`;
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

/**
 * Sends one file and says how far it is, 0 to 1. XMLHttpRequest, because fetch cannot tell upload progress.
 * @throws ApiError; aborting the signal rejects with its reason
 */
export function uploadMedia(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/media');
    request.responseType = 'json';
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 401) reportUnauthorized();
      if (request.status >= 200 && request.status < 300) resolve(request.response as Media);
      else reject(toApiError(request.status, request.response));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const body = new FormData();
    body.append('file', file);
    request.send(body);
  });
}
