import { z } from 'zod';
import { accountTaskItemSchema, accountTaskSchema, taskSchema } from '../../api/door/schemas.ts';
import { type Aggregate, aggregateSchema } from '../../contracts/bulk.ts';
import { isFinalBulkState } from '../../contracts/states.ts';
import type { Answer, Bench, TestAccount } from './bench.ts';
import { until } from './wait.ts';

export interface UploadOrder {
  accounts: readonly TestAccount[];
  params: Record<string, unknown>;
  window?: number;
  pace?: Record<string, unknown>;
  canary?: number;
  name?: string;
}

export type AccountTaskItem = z.infer<typeof accountTaskItemSchema>;
export type AccountTask = z.infer<typeof accountTaskSchema>;

const page = z.object({ items: z.array(accountTaskItemSchema), nextCursor: z.string().nullable() });
/** Of tasks that were ordered here and are no uploads. */
const otherKinds = new Map<string, string>();
export const pathOf = (id: string, rest = ''): string => `/api/bulk/${otherKinds.get(id) ?? 'upload'}/${id}${rest}`;

/** Orders a task of any kind and starts it. @returns its id */
export async function runKind(
  bench: Bench,
  kind: string,
  { accounts, params = {}, ...rest }: Partial<UploadOrder> & Pick<UploadOrder, 'accounts'>,
): Promise<string> {
  const body = { accounts: { ids: accounts.map(({ id }) => id) }, params, ...rest };
  const { id } = await bench.call('POST', `/api/bulk/${kind}`, z.object({ id: z.uuid() }), body);
  otherKinds.set(id, kind);
  await start(bench, id);
  return id;
}

/** Orders an upload; it is a draft until {@link start}. @returns its id */
export async function order(bench: Bench, { accounts, params, window, pace, canary }: UploadOrder): Promise<string> {
  const body = {
    accounts: { ids: accounts.map(({ id }) => id) },
    params,
    ...(window && { window }),
    ...(pace && { pace }),
    ...(canary && { canary }),
  };
  return (await bench.call('POST', '/api/bulk/upload', z.object({ id: z.uuid() }), body)).id;
}

export function give(bench: Bench, id: string, name: string, body: object = {}): Promise<Answer> {
  return bench.send('POST', pathOf(id, `/${name}`), body);
}

export async function start(bench: Bench, id: string): Promise<void> {
  const answer = await give(bench, id, 'start');
  if (answer.status !== 202) throw new Error(`Not started: ${JSON.stringify(answer)}`);
}

export async function orderAndStart(bench: Bench, upload: UploadOrder): Promise<string> {
  const id = await order(bench, upload);
  await start(bench, id);
  return id;
}

export function aggregateOf(bench: Bench, id: string): Promise<Aggregate> {
  return bench.call('GET', pathOf(id, '/aggregate'), aggregateSchema);
}

/** What the workflow itself says, also after its end. */
export async function askWorkflow(bench: Bench, id: string): Promise<Aggregate> {
  return aggregateSchema.parse(await bench.temporal.workflow.getHandle(`bulk/${id}`).query('aggregate'));
}

export function taskOf(bench: Bench, id: string) {
  return bench.call('GET', pathOf(id), taskSchema);
}

export async function accountTasksOf(bench: Bench, id: string): Promise<AccountTaskItem[]> {
  const items: AccountTaskItem[] = [];
  for (let cursor = ''; ; ) {
    const read = await bench.call('GET', pathOf(id, `/accounts?limit=50${cursor}`), page);
    items.push(...read.items);
    if (read.nextCursor === null) return items;
    cursor = `&cursor=${read.nextCursor}`;
  }
}

export async function accountTaskOf(bench: Bench, id: string, username: string): Promise<AccountTask> {
  const item = (await accountTasksOf(bench, id)).find((one) => one.username === username);
  if (!item) throw new Error(`Task ${id} has no account ${username}.`);
  return bench.call('GET', pathOf(id, `/accounts/${item.id}`), accountTaskSchema);
}

export async function accountTaskDetails(bench: Bench, id: string): Promise<AccountTask[]> {
  const items = await accountTasksOf(bench, id);
  return Promise.all(items.map((item) => bench.call('GET', pathOf(id, `/accounts/${item.id}`), accountTaskSchema)));
}

export function untilTotals(
  bench: Bench,
  id: string,
  what: string,
  done: (aggregate: Aggregate) => boolean,
  withinMs = 90_000,
): Promise<Aggregate> {
  return until(() => aggregateOf(bench, id), done, { what, withinMs });
}

export function untilEnded(bench: Bench, id: string, withinMs = 120_000): Promise<Aggregate> {
  return untilTotals(bench, id, 'the bulk task has ended', ({ state }) => isFinalBulkState(state), withinMs);
}
