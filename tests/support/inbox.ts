import proto from '@temporalio/proto';
import type { z } from 'zod';
import { type InboxAnswer, inboxItemSchema } from '../../api/inbox-schemas.ts';
import { pageOf } from '../../api/pages.ts';
import { accountWorkflowId } from '../../contracts/bulk.ts';
import type { Answer, Bench } from './bench.ts';
import { until } from './wait.ts';

export type InboxEntry = z.output<typeof inboxItemSchema>;
const page = pageOf(inboxItemSchema);

/** The entries of a bulk task, newest first. */
export async function inboxOf(bench: Bench, taskId: string, state = 'open'): Promise<InboxEntry[]> {
  const { items } = await bench.call('GET', `/api/inbox?state=${state}&limit=200`, page);
  return items.filter((item) => item.taskId === taskId);
}

/** The account's open entry, when it is another one than `before`. */
export async function entryOf(bench: Bench, taskId: string, username: string, before?: string): Promise<InboxEntry> {
  const find = async () => (await inboxOf(bench, taskId)).find((item) => item.username === username);
  const found = await until(find, (item) => item !== undefined && item.id !== before, {
    what: `an entry of ${username} is open`,
    withinMs: 60_000,
  });
  return found as InboxEntry;
}

export const answerEntry = (bench: Bench, { id }: { id: string }, answer: InboxAnswer): Promise<Answer> =>
  bench.send('POST', `/api/inbox/${id}/answer`, answer);

/** All that Temporal keeps of an account task, as bytes: payloads are in them as they were written. */
export async function historyBytes(bench: Bench, taskId: string, accountTaskId: string): Promise<Buffer> {
  const handle = bench.temporal.workflow.getHandle(accountWorkflowId(taskId, accountTaskId));
  return Buffer.from(proto.temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish());
}
