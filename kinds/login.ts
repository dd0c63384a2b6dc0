import { z } from 'zod';
import { defineKind } from './define.ts';

/** Makes sure that each account has a valid session: a stored one that still is good, or a new log-in. */
export const login = defineKind({
  name: 'login',
  title: 'Log in',
  description: 'Makes sure that each account has a valid session: a stored one that still is good, or a new log-in.',
  needs: ['logIn'],
  queue: 'driver',
  params: z
    .object({
      force: z.boolean().default(false).meta({
        title: 'Log in anew',
        description: 'Also where the stored session is still good.',
      }),
    })
    .strict(),
  counters: ['reused', 'loggedIn', 'challenged'],

  plan: (params) => ({ force: params.force }),

  async run(ctx, _params, plan) {
    const { entered, challenged } = await ctx.signIn({ force: plan.force });
    ctx.count(entered === 'reused' ? 'reused' : 'loggedIn');
    if (challenged) ctx.count('challenged');
    return { state: 'succeeded' };
  },

  examples: [
    { title: 'Use what is stored where it is good', params: {} },
    { title: 'Renew every session', params: { force: true } },
  ],
});
