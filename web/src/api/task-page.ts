import { useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { type AccountTaskFilter, given } from './account-tasks.ts';
import type { TaskAddress } from './bulk.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { TaskEvent } from './types.ts';

const EVENTS_PAGE = 30;

export const throughputKey = (task: TaskAddress) => ['bulk', 'throughput', task.kind, task.id];
export const taskEventsKey = (task: TaskAddress) => ['bulk', 'events', task.kind, task.id];
export const matchingKey = (task: TaskAddress) => ['bulk', 'matching', task.kind, task.id];

/** How many account tasks ended in each interval of the run. */
export const useThroughput = ({ kind, id }: TaskAddress) =>
  useQuery({
    queryKey: throughputKey({ kind, id }),
    queryFn: () => unwrap(api.GET('/api/bulk/{kind}/{id}/throughput', { params: { path: { kind, id } } })),
  });

/** What happened to the task as a whole, newest first. */
export const useTaskEvents = ({ kind, id }: TaskAddress): PagedList<TaskEvent> =>
  usePagedList<TaskEvent>({
    queryKey: taskEventsKey({ kind, id }),
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/bulk/{kind}/{id}/events', {
          params: { path: { kind, id }, query: { limit: EVENTS_PAGE, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });

const readMatching = ({ kind, id }: TaskAddress, filter: AccountTaskFilter, ids = false) =>
  unwrap(
    api.GET('/api/bulk/{kind}/{id}/accounts/matching', {
      params: { path: { kind, id }, query: { ...given(filter), ...(ids ? { ids } : {}) } },
    }),
  );

const matching = (task: TaskAddress, filter: AccountTaskFilter, enabled: boolean) => ({
  queryKey: [...matchingKey(task), filter],
  queryFn: () => readMatching(task, filter),
  enabled,
});

/** How many account tasks a filter matches, and how many of those can be tried again. */
export const useMatching = (task: TaskAddress, filter: AccountTaskFilter, enabled: boolean) =>
  useQuery(matching(task, filter, enabled));

/** The same of several filters; undefined while it is not known. */
export const useMatchingEach = (task: TaskAddress, filters: readonly AccountTaskFilter[]): (number | undefined)[] =>
  useQueries({
    queries: filters.map((filter) => matching(task, filter, true)),
    combine: (found) => found.map(({ data }) => data?.total),
  });

/** The accounts of all account tasks that a filter matches, in their order. */
export const useMatchingAccounts = (task: TaskAddress) =>
  useMutation({
    mutationFn: async (filter: AccountTaskFilter) => (await readMatching(task, filter, true)).accountIds ?? [],
  });
