import { z } from 'zod';
import { ASSIGNMENTS, assign } from './assign.ts';
import { defineKind } from './define.ts';

export interface AvatarPlan {
  mediaId: string;
}

/** Gives each account one of the chosen pictures, cut to a square within its platform's limits. */
export const avatar = defineKind({
  name: 'avatar',
  title: 'Change avatar',
  description: 'Gives each account one of the chosen pictures, cut to a square within the platform limits.',
  needs: ['logIn', 'setAvatar'],
  queue: 'driver',
  firstAction: 'profile',
  params: z
    .object({
      mediaIds: z
        .array(z.uuid())
        .min(1)
        .max(500)
        .refine((ids) => new Set(ids).size === ids.length, 'The same picture is named twice.')
        .meta({ title: 'Pictures', format: 'media-ids', media: 'image' }),
      assign: z.enum(ASSIGNMENTS).exclude(['all']).default('round-robin').meta({ title: 'Assignment' }),
    })
    .strict(),
  counters: ['changed'],
  mediaIds: (params) => params.mediaIds,
  actions: () => ({ profile: 1 }),

  plan(params, account, index, task): AvatarPlan {
    const [mediaId = ''] = assign(params.mediaIds, params.assign, 1, index, `${task.id}/${account.id}`);
    return { mediaId };
  },

  async run(ctx, _params, plan) {
    const media = await ctx.work('prepareAvatar', { mediaId: plan.mediaId });
    const { changed } = await ctx.step('setAvatar', { media }, { action: 'profile' });
    if (changed) ctx.count('changed');
    return { state: 'succeeded' };
  },

  examples: [{ title: 'One picture for all', params: { mediaIds: ['8d0f5c1a-43b2-4d5e-8a6f-2b7c9e1d0f34'] } }],
});
