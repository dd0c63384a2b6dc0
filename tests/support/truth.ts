import { z } from 'zod';
import { ACCOUNT_TASK_STATES } from '../../contracts/states.ts';
import type { Bench } from './bench.ts';
import { type AccountTask, accountTaskDetails, accountTasksOf, aggregateOf, askWorkflow, taskOf } from './tasks.ts';

const planSchema = z.object({
  posts: z.array(
    z.object({
      mediaId: z.string(),
      caption: z.string(),
      location: z.string().nullable(),
      mentions: z.array(z.string()),
    }),
  ),
});

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

/** The posts that the ledger says were made for an account task, with what the plan wanted of them. */
function madeBy(task: AccountTask) {
  const plan = planSchema.parse(task.plan);
  return task.intents
    .filter((intent) => intent.state === 'posted')
    .map(({ index, postId, mediaSha256 }) => {
      const { caption, location, mentions } = plan.posts[index]!;
      return { username: task.username, id: postId ?? '', caption, location, mentions, mediaSha256 };
    });
}

/**
 * Holds the site's ground truth against the ledger: every post that the account tasks of these bulk tasks made is there
 * exactly once, as planned, and nothing else is. The accounts must not have been used for anything else.
 */
export async function expectEveryPostOnce(bench: Bench, ...taskIds: string[]): Promise<void> {
  const details = (await Promise.all(taskIds.map((id) => accountTaskDetails(bench, id)))).flat();
  for (const task of details) {
    const made = madeBy(task);
    const counted = (task.counters.posted ?? 0) + (task.counters.alreadyPosted ?? 0);
    expect({ username: task.username, counted }).toEqual({ username: task.username, counted: made.length });
    if (task.state === 'succeeded') expect(made).toHaveLength(planSchema.parse(task.plan).posts.length);
  }
  const usernames = [...new Set(details.map(({ username }) => username))];
  const truth = await bench.site.truth(usernames);
  const onSite = truth.flatMap(({ username, posts }) =>
    posts.map(({ id, caption, location, mentions, mediaSha256 }) => ({
      ...{ username, id, caption, location, mentions, mediaSha256 },
    })),
  );
  expect(onSite.sort(byId)).toEqual(details.flatMap(madeBy).sort(byId));
  expect(truth.flatMap(({ duplicates }) => duplicates)).toEqual([]);
  expect(truth.flatMap(({ clips }) => clips)).toEqual([]);
}

/** The workflow, the ledger's totals and the list of account tasks say the same, and nothing is left open. */
export async function expectOneAnswer(bench: Bench, taskId: string): Promise<void> {
  const items = await accountTasksOf(bench, taskId);
  const counted = Object.fromEntries(
    ACCOUNT_TASK_STATES.map((state) => [state, items.filter((item) => item.state === state).length]),
  );
  const counters: Record<string, number> = {};
  for (const item of items) {
    for (const [name, n] of Object.entries(item.counters)) counters[name] = (counters[name] ?? 0) + n;
  }
  const [fromApi, fromWorkflow, task] = await Promise.all([
    aggregateOf(bench, taskId),
    askWorkflow(bench, taskId),
    taskOf(bench, taskId),
  ]);
  const totals = { total: items.length, ...counted };
  expect(fromApi.source).toBe('ledger');
  expect(fromApi.totals).toEqual(totals);
  expect(fromWorkflow.totals).toEqual(totals);
  expect(task.totals).toEqual(totals);
  expect(fromWorkflow.state).toBe(fromApi.state);
  expect(withoutZeros(fromApi.counters)).toEqual(withoutZeros(counters));
  expect(withoutZeros(fromWorkflow.counters)).toEqual(withoutZeros(counters));
  expect(items.filter((item) => item.finishedAt === null)).toEqual([]);
}

function withoutZeros(counters: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, n]) => n !== 0));
}
