import { useQuery } from '@tanstack/react-query';
import { useChange } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { Person } from './types.ts';

const PEOPLE = ['people'];
const SESSIONS = ['own-sessions'];
const PAGE = 100;

export type Role = Person['role'];

export function usePeople(): PagedList<Person> {
  return usePagedList<Person>({
    queryKey: PEOPLE,
    fetchPage: (cursor) =>
      unwrap(api.GET('/api/users', { params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } } })),
  });
}

/** The answer holds the first password: it is shown once. */
export const useAddPerson = () =>
  useChange(PEOPLE, (body: { name: string; role: Role }) => unwrap(api.POST('/api/users', { body })));

export const useChangePerson = () =>
  useChange(PEOPLE, ({ id, ...body }: { id: string; role?: Role; disabled?: boolean }) =>
    unwrap(api.PATCH('/api/users/{id}', { params: { path: { id } }, body })),
  );

export const useResetPassword = () =>
  useChange(PEOPLE, (id: string) => unwrap(api.POST('/api/users/{id}/password', { params: { path: { id } } })));

export const useDeletePerson = () =>
  useChange(PEOPLE, (id: string) => unwrap(api.DELETE('/api/users/{id}', { params: { path: { id } } })));

export const useChangePassword = () =>
  useChange(SESSIONS, (body: { current: string; next: string }) => unwrap(api.POST('/api/auth/password', { body })));

export const useOwnSessions = () =>
  useQuery({ queryKey: SESSIONS, queryFn: () => unwrap(api.GET('/api/auth/sessions')) });

export const useEndSession = () =>
  useChange(SESSIONS, (id: string) => unwrap(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } })));

export const useEndOtherSessions = () => useChange(SESSIONS, () => unwrap(api.DELETE('/api/auth/sessions')));
