import { z } from 'zod';
import { defineKind } from './define.ts';

export interface FollowPlan {
  targets: string[];
}

/** Where the account at place `index` begins in the category, so that the targets are shared out evenly. */
function share(targets: readonly string[], own: string, index: number, perAccount: number): string[] {
  const others = targets.filter((target) => target.toLowerCase() !== own.toLowerCase());
  const wanted = Math.min(perAccount, others.length);
  return Array.from({ length: wanted }, (_, at) => others[(index * perAccount + at) % others.length]).filter(
    (target): target is string => target !== undefined,
  );
}

/** Follows people of a category. Who is followed already is skipped and takes nothing from the account's limits. */
export const follow = defineKind({
  name: 'follow',
  title: 'Follow',
  description: 'Each account follows people of a category, under its daily limit; who is followed already is skipped.',
  needs: ['logIn', 'follow'],
  queue: 'driver',
  params: z
    .object({
      categoryId: z.uuid().meta({ title: 'Category', format: 'follow-category-id' }),
      perAccount: z.int().min(1).max(500).default(20).meta({ title: 'Follows an account' }),
    })
    .strict(),
  counters: ['followed', 'alreadyFollowing', 'notFound'],
  facts: (params) => ({ followCategoryId: params.categoryId }),
  actions: (plan: FollowPlan) => ({ follow: plan.targets.length }),
  refuse: (_params, _account, { targets }) =>
    targets.length === 0 ? 'The follow category has no targets.' : undefined,

  plan: (params, account, index, _task, { targets }): FollowPlan => ({
    targets: share(targets, account.username, index, params.perAccount),
  }),

  async run(ctx, _params, plan) {
    let missing = 0;
    for (const target of plan.targets) {
      const { changed, found } = await ctx.step('follow', { target }, { action: 'follow' });
      if (!found) missing += 1;
      ctx.count(!found ? 'notFound' : changed ? 'followed' : 'alreadyFollowing');
    }
    if (missing === 0) return { state: 'succeeded' };
    const reason = `${missing} of ${plan.targets.length} targets do not exist on the platform.`;
    return { state: missing === plan.targets.length ? 'skipped' : 'partial', reason };
  },

  examples: [
    {
      title: 'Twenty people an account',
      params: { categoryId: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11', perAccount: 20 },
    },
  ],
});
