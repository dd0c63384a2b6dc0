import { z } from 'zod';
import { ASSIGNMENTS, assign } from './assign.ts';
import { defineKind } from './define.ts';
import { renderTemplate } from './template.ts';

export interface BioPlan {
  text: string;
}

/** Gives each account a bio of its own; one that is there already is not written again. */
export const bio = defineKind({
  name: 'bio',
  title: 'Change bio',
  description: 'Gives each account a bio of its own; one that is there already is not written again.',
  needs: ['logIn', 'setBio'],
  queue: 'driver',
  firstAction: 'profile',
  params: z
    .object({
      texts: z.array(z.string().trim().min(1).max(1_000)).min(1).max(500).meta({
        title: 'Texts',
        description: 'Templates: {{username}}, {{date}}, {{index}}, and {one|two} choices. Each account gets one.',
      }),
      assign: z.enum(ASSIGNMENTS).exclude(['all']).default('round-robin').meta({ title: 'Assignment' }),
    })
    .strict(),
  counters: ['changed', 'unchanged'],
  bios: (plan: BioPlan) => [plan.text],
  actions: () => ({ profile: 1 }),

  plan(params, account, index, task): BioPlan {
    const seed = `${task.id}/${account.id}`;
    const [template = ''] = assign(params.texts, params.assign, 1, index, seed);
    const values = { username: account.username, date: task.date.slice(0, 10), index: index + 1 };
    return { text: renderTemplate(template, values, seed) };
  },

  async run(ctx, _params, plan) {
    const { changed } = await ctx.step('setBio', { text: plan.text }, { action: 'profile' });
    ctx.count(changed ? 'changed' : 'unchanged');
    return { state: 'succeeded' };
  },

  examples: [{ title: 'One of two texts', params: { texts: ['{{username}} says {hello|hi}', 'News every day'] } }],
});
