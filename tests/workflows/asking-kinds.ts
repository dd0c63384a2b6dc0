import { z } from 'zod';
import { defineKind } from '../../kinds/define.ts';
import { accountWorkflow } from '../../workflows/account.ts';
import { bulkWorkflow } from '../../workflows/bulk.ts';

/** A kind that signs in and has done with it: what the platform asks for then is up to the test. */
const asking = defineKind({
  name: 'asking',
  title: 'Sign in',
  needs: [],
  queue: 'driver',
  params: z.object({}),
  counters: ['done'],
  plan: () => ({}),
  async run(ctx) {
    await ctx.signIn();
    ctx.count('done');
    return { state: 'succeeded' };
  },
  examples: [],
});

export const bulkAsking = bulkWorkflow(asking);
export const accountAsking = accountWorkflow(asking);
