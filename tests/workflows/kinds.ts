import { ApplicationFailure } from '@temporalio/workflow';
import { z } from 'zod';
import { defineKind } from '../../kinds/define.ts';
import { accountWorkflow } from '../../workflows/account.ts';
import { bulkWorkflow } from '../../workflows/bulk.ts';

/** A kind whose plan says what each account does: nothing, sleep, or fail until its sleep has been asked for twice. */
export const staged = defineKind({
  name: 'staged',
  title: 'As planned',
  needs: [],
  queue: 'network',
  params: z.object({}),
  counters: ['done'],
  plan: (): { sleepMs?: number; fail?: boolean } => ({}),
  async run(ctx, _params, plan) {
    if (plan.sleepMs) await ctx.sleep(plan.sleepMs);
    if (plan.fail) throw ApplicationFailure.create({ type: 'PageChanged', message: 'As planned.', nonRetryable: true });
    ctx.count('done');
    return { state: 'succeeded' };
  },
  examples: [],
});

export const bulkStaged = bulkWorkflow(staged);
export const accountStaged = accountWorkflow(staged);
