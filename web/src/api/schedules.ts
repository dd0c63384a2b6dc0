import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { paths } from '../../../contracts/openapi.d.ts';
import { readingAgain } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { Order } from './types.ts';

const PAGE = 50;
const SCHEDULES = ['schedules'];

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;
export type ScheduleItem = Json<paths['/api/schedules']['get']['responses'][200]>['items'][number];
export type Schedule = Json<paths['/api/schedules/{id}']['get']['responses'][200]>;
export type ScheduleSpec = ScheduleItem['spec'];
export type Overlap = ScheduleItem['overlap'];

export interface NewSchedule {
  name?: string;
  kind: string;
  order: Order;
  spec: ScheduleSpec;
  timeZone: string;
  overlap: Overlap;
}

export function useSchedules(): PagedList<ScheduleItem> {
  return usePagedList<ScheduleItem>({
    queryKey: [...SCHEDULES, 'list'],
    fetchPage: (cursor) =>
      unwrap(api.GET('/api/schedules', { params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } } })),
  });
}

export function useSchedule(id: string | null) {
  return useQuery({
    queryKey: [...SCHEDULES, 'one', id],
    queryFn: () => unwrap(api.GET('/api/schedules/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

/** Sent again with the same key, the first answer comes back. */
export function createSchedule({ kind, order, ...rest }: NewSchedule, key: string): Promise<ScheduleItem> {
  // The kinds of the day are named in the document; the page takes them from the API.
  const body = { ...rest, order: { ...order }, kind: kind as 'upload' };
  return unwrap(api.POST('/api/schedules', { params: { header: { 'Idempotency-Key': key } }, body }));
}

export type ScheduleChanges = NonNullable<
  paths['/api/schedules/{id}']['patch']['requestBody']
>['content']['application/json'];

/** From its next run on. */
export function useChangeSchedule(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ScheduleChanges) => unwrap(api.PATCH('/api/schedules/{id}', { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: SCHEDULES }),
  });
}

export type ScheduleOrder = 'pause' | 'resume' | 'run-now' | 'delete';

/** Gives a schedule an order and has everything about schedules read again. */
export function useScheduleOrder(id: string) {
  const client = useQueryClient();
  const params = { path: { id } };
  const readAgain = readingAgain(() => client.invalidateQueries({ queryKey: SCHEDULES }));
  return useMutation({
    mutationFn: async (order: ScheduleOrder): Promise<void> => {
      if (order === 'pause') await unwrap(api.POST('/api/schedules/{id}/pause', { params }));
      else if (order === 'resume') await unwrap(api.POST('/api/schedules/{id}/resume', { params }));
      else if (order === 'run-now') await unwrap(api.POST('/api/schedules/{id}/run-now', { params }));
      else await unwrap(api.DELETE('/api/schedules/{id}', { params }));
    },
    onSettled: (data, error, order) => {
      if (order === 'delete' && !error) client.removeQueries({ queryKey: [...SCHEDULES, 'one', id] });
      return readAgain(data, error);
    },
  });
}
