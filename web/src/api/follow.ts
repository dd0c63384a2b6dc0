import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useChange } from './change.ts';
import { api, csrfHeader, reportUnauthorized, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { toApiError, unreachable } from './problem.ts';
import type { FollowCategory, FollowImport, FollowTarget } from './types.ts';

const PAGE = 100;
const FOLLOW = ['follow'];

export function useFollowCategories(): PagedList<FollowCategory> {
  return usePagedList<FollowCategory>({
    queryKey: [...FOLLOW, 'list'],
    fetchPage: (cursor) =>
      unwrap(api.GET('/api/follow-categories', { params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } } })),
  });
}

export function useFollowCategory(id: string | null) {
  return useQuery({
    queryKey: [...FOLLOW, 'one', id],
    queryFn: () => unwrap(api.GET('/api/follow-categories/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

export function useFollowTargets(id: string, q: string | undefined): PagedList<FollowTarget> {
  return usePagedList<FollowTarget>({
    queryKey: [...FOLLOW, 'targets', id, q ?? null],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/follow-categories/{id}/targets', {
          params: { path: { id }, query: { limit: PAGE, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
}

export const useCreateCategory = () =>
  useChange(FOLLOW, (name: string) => unwrap(api.POST('/api/follow-categories', { body: { name } })));

export const useRenameCategory = (id: string) =>
  useChange(FOLLOW, (name: string) =>
    unwrap(api.PATCH('/api/follow-categories/{id}', { params: { path: { id } }, body: { name } })),
  );

export function useDeleteCategory() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/follow-categories/{id}', { params: { path: { id } } })),
    // The page of the category is still open here: only the list is read again.
    onSuccess: () => client.invalidateQueries({ queryKey: [...FOLLOW, 'list'] }),
  });
}

export const useRemoveTarget = (id: string) =>
  useChange(FOLLOW, (targetId: string) =>
    unwrap(api.DELETE('/api/follow-categories/{id}/targets/{targetId}', { params: { path: { id, targetId } } })),
  );

/** Sends user names as they were typed, or a file of them. */
async function importTargets(id: string, input: readonly string[] | File): Promise<FollowImport> {
  const isFile = input instanceof File;
  const form = new FormData();
  if (isFile) form.append('file', input);
  const response = await fetch(`/api/follow-categories/${id}/targets`, {
    method: 'POST',
    body: isFile ? form : JSON.stringify({ usernames: input }),
    headers: { ...csrfHeader(), ...(isFile ? {} : { 'content-type': 'application/json' }) },
  }).catch(() => {
    throw unreachable();
  });
  if (response.status === 401) reportUnauthorized();
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw await toApiError(response.status, answer);
  return answer as FollowImport;
}

export const useImportTargets = (id: string) =>
  useChange(FOLLOW, (input: readonly string[] | File) => importTargets(id, input));
