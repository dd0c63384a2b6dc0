import { executeChild, proxyActivities } from '@temporalio/workflow';
import { z } from 'zod';
import { defineKind } from '../kinds/define.ts';
import { accountWorkflow } from '../workflows/account.ts';
import { bulkWorkflow } from '../workflows/bulk.ts';

/** A kind that does nothing: what is left is the cost of the platform itself. */
const noop = defineKind({
  name: 'noop',
  title: 'Nothing',
  needs: [],
  queue: 'network',
  params: z.object({}),
  counters: ['done'],
  plan: () => ({}),
  async run(ctx) {
    ctx.count('done');
    return { state: 'succeeded' };
  },
  examples: [],
});

export const bulkNoop = bulkWorkflow(noop);
export const accountNoop = accountWorkflow(noop);

/** The bare references: the same number of children in the same window, awaited, and nothing else. */
export async function bareChild(): Promise<void> {}

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '1 minute' });
export async function bareChildWithActivity(): Promise<void> {
  await nothing();
}

export async function bareParent(input: {
  count: number;
  window: number;
  child: string;
  prefix: string;
}): Promise<void> {
  let next = 0;
  async function lane(): Promise<void> {
    while (next < input.count) {
      const index = next;
      next += 1;
      await executeChild(input.child, { workflowId: `${input.prefix}/${index}`, args: [] });
    }
  }
  await Promise.all(Array.from({ length: input.window }, lane));
}
