import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { readingAgain } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import { toApiError } from './problem.ts';
import type { BulkTaskItem, CreatedTask, DryRun, Order, Page, RetryOnly } from './types.ts';

const PAGE = 100;
const BULK = ['bulk'];

export interface TaskAddress {
  kind: string;
  id: string;
}

export const taskKey = (task: TaskAddress) => [...BULK, 'task', task.kind, task.id];
export const aggregateKey = (task: TaskAddress) => [...BULK, 'aggregate', task.kind, task.id];
export const accountTaskKey = (task: TaskAddress, accountTaskId: string) => [
  ...BULK,
  'account-task',
  task.kind,
  task.id,
  accountTaskId,
];

export interface TaskFilter {
  kind?: string | undefined;
  /** One or more states, joined by commas. */
  state?: string | undefined;
}

async function listTasks({ kind, state }: TaskFilter, limit: number, cursor?: string): Promise<Page<BulkTaskItem>> {
  const query = { limit, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) };
  // Every kind has the same list under its own address; the document types it by the kinds of the day.
  const path = (kind ? `/api/bulk/${kind}` : '/api/bulk') as '/api/bulk';
  return unwrap(api.GET(path, { params: { query } }));
}

export function useTasks(filter: TaskFilter): PagedList<BulkTaskItem> {
  return usePagedList<BulkTaskItem>({
    queryKey: [...BULK, 'list', filter],
    fetchPage: (cursor) => listTasks(filter, PAGE, cursor),
  });
}

/** The newest few bulk tasks in these states. */
export function useRecentTasks(state: string | undefined, limit: number) {
  return useQuery({
    queryKey: [...BULK, 'recent', state ?? null, limit],
    queryFn: () => listTasks({ state }, limit),
  });
}

export function useTask({ kind, id }: TaskAddress) {
  return useQuery({
    queryKey: taskKey({ kind, id }),
    queryFn: () => unwrap(api.GET('/api/bulk/{kind}/{id}', { params: { path: { kind, id } } })),
  });
}

export function useAggregate({ kind, id }: TaskAddress) {
  return useQuery({
    queryKey: aggregateKey({ kind, id }),
    queryFn: () => unwrap(api.GET('/api/bulk/{kind}/{id}/aggregate', { params: { path: { kind, id } } })),
    staleTime: 0,
  });
}

export const failuresKey = (task: TaskAddress) => [...BULK, 'failures', task.kind, task.id];

/** Why account tasks of a bulk task failed, the most frequent cause first. */
export function useFailures({ kind, id }: TaskAddress, enabled: boolean) {
  return useQuery({
    queryKey: failuresKey({ kind, id }),
    queryFn: () => unwrap(api.GET('/api/bulk/{kind}/{id}/failures', { params: { path: { kind, id } } })),
    enabled,
  });
}

/** For `onSettled` of an order: all about bulk tasks is read again but their rows, which events keep up to date. */
const readingTasksAgain = (client: QueryClient) =>
  readingAgain(() =>
    client.invalidateQueries({ queryKey: BULK, predicate: ({ queryKey }) => queryKey[1] !== 'accounts' }),
  );

/** Tries the failures again that fit all that is given; answers how many that were. */
export function useRetryOnly({ kind, id }: TaskAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (only: RetryOnly) =>
      unwrap(api.POST('/api/bulk/{kind}/{id}/retry-failed', { params: { path: { kind, id } }, body: only })),
    onSettled: readingTasksAgain(client),
  });
}

export function useAccountTask({ kind, id }: TaskAddress, accountTaskId: string | null) {
  return useQuery({
    queryKey: accountTaskKey({ kind, id }, accountTaskId ?? ''),
    queryFn: () =>
      unwrap(
        api.GET('/api/bulk/{kind}/{id}/accounts/{accountTaskId}', {
          params: { path: { kind, id, accountTaskId: accountTaskId ?? '' } },
        }),
      ),
    enabled: accountTaskId !== null,
  });
}

export function useKinds() {
  return useQuery({
    queryKey: ['kinds'],
    queryFn: async () => (await unwrap(api.GET('/api/kinds'))).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export async function dryRun(kind: string, order: Order): Promise<DryRun> {
  const path = `/api/bulk/${kind}` as '/api/bulk/upload';
  const { data, error, response } = await api.POST(path, { params: { query: { dryRun: true } }, body: order });
  if (!response.ok) throw await toApiError(response.status, error);
  return data as DryRun;
}

/** Writes the task; sent again with the same key, the first answer comes back. */
export async function createTask(kind: string, order: Order, idempotencyKey: string): Promise<CreatedTask> {
  const path = `/api/bulk/${kind}` as '/api/bulk/upload';
  const { data, error, response } = await api.POST(path, {
    params: { header: { 'Idempotency-Key': idempotencyKey } },
    body: order,
  });
  if (!response.ok) throw await toApiError(response.status, error);
  return data as CreatedTask;
}

export type OrderName = 'start' | 'pause' | 'resume' | 'cancel' | 'retry-failed' | 'approve';

export function giveOrder({ kind, id }: TaskAddress, name: OrderName) {
  const path = `/api/bulk/{kind}/{id}/${name}` as '/api/bulk/{kind}/{id}/start';
  return unwrap(api.POST(path, { params: { path: { kind, id } } }));
}

/** Gives an order to a task and has everything about it read again, also when it was refused. */
export function useOrder(task: TaskAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: OrderName | { window: number }) =>
      typeof order === 'string'
        ? giveOrder(task, order)
        : unwrap(
            api.POST('/api/bulk/{kind}/{id}/window', {
              params: { path: { kind: task.kind, id: task.id } },
              body: order,
            }),
          ),
    onSettled: readingTasksAgain(client),
  });
}
