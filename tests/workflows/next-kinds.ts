import { patched, sleep } from '@temporalio/workflow';
import type { BulkInput } from '../../contracts/orchestration.ts';
import { accountWorkflow } from '../../workflows/account.ts';
import { bulkWorkflow } from '../../workflows/bulk.ts';
import { staged } from './kinds.ts';

/** The staged kind in its next version: both its workflows do more, behind a guard. */
const CHANGE = 'rests-first';

const bulk = bulkWorkflow(staged);
export async function bulkStaged(input: BulkInput): Promise<void> {
  if (patched(CHANGE)) await sleep(1);
  await bulk(input);
}

const next: typeof staged = {
  ...staged,
  async run(ctx, params, plan) {
    if (ctx.patched(CHANGE)) await ctx.sleep(1);
    const result = await staged.run(ctx, params, plan);
    if (ctx.patched(`${CHANGE}-and-last`)) await ctx.sleep(1);
    return result;
  },
};

export const accountStaged = accountWorkflow(next);
