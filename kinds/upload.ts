import { z } from 'zod';
import { recipeSchema } from '../contracts/media.ts';
import { ASSIGNMENTS, assign } from './assign.ts';
import type { PostSpec } from './define.ts';
import { defineKind } from './define.ts';
import { renderTemplate } from './template.ts';

export interface UploadPlan {
  posts: PostSpec[];
}

/** Publishes videos: each account gets its share of the chosen ones, with a caption of its own. */
export const upload = defineKind({
  name: 'upload',
  title: 'Upload videos',
  needs: ['logIn', 'publishVideo', 'listOwnPosts'],
  queue: 'driver',
  params: z
    .object({
      mediaIds: z
        .array(z.uuid())
        .min(1)
        .max(500)
        .refine((ids) => new Set(ids).size === ids.length, 'The same video is named twice.')
        .meta({ title: 'Videos', format: 'media-ids' }),
      perAccount: z.int().min(1).max(20).default(1).meta({ title: 'Videos an account' }),
      assign: z.enum(ASSIGNMENTS).default('round-robin').meta({ title: 'Assignment' }),
      captions: z.array(z.string().max(5_000)).max(500).default([]).meta({
        title: 'Captions',
        description: 'Templates: {{username}}, {{date}}, {{index}}, and {one|two} choices. One is drawn for each post.',
      }),
      location: z.string().min(1).max(100).optional().meta({ title: 'Location' }),
      mentions: z
        .array(z.string().regex(/^@?[\w.-]{1,64}$/, 'A mention is a user name.'))
        .max(30)
        .default([])
        .meta({ title: 'Mentions' }),
      variants: recipeSchema
        .optional()
        .meta({ title: 'Variant', description: 'Renders each video anew by this recipe.' }),
    })
    .strict(),
  counters: ['posted', 'alreadyPosted'],
  mediaIds: (params) => params.mediaIds,
  captions: (plan: UploadPlan) => plan.posts.map((post) => post.caption),
  posts: (plan: UploadPlan) => plan.posts.length,

  plan(params, account, index, task): UploadPlan {
    const seed = `${task.id}/${account.id}`;
    const values = { username: account.username, date: task.date.slice(0, 10), index: index + 1 };
    const media = assign(params.mediaIds, params.assign, params.perAccount, index, seed);
    return {
      posts: media.map((mediaId, place) => {
        const [template = ''] = assign(params.captions, 'shuffle', 1, index, `${seed}/caption/${place}`);
        return {
          mediaId,
          caption: renderTemplate(template, values, `${seed}/${place}`),
          location: params.location ?? null,
          mentions: params.mentions.map((name) => name.replace(/^@/, '')),
          recipe: params.variants ?? null,
        };
      }),
    };
  },

  async run(ctx, _params, plan) {
    for (const [index, post] of plan.posts.entries()) {
      const outcome = await ctx.publish(index, post, { last: index === plan.posts.length - 1 });
      ctx.count(outcome.status === 'posted' ? 'posted' : 'alreadyPosted');
    }
    return { state: 'succeeded' };
  },

  examples: [
    {
      title: 'One video an account, in turn',
      params: {
        mediaIds: ['3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11'],
        captions: ['Hello from {{username}}, {good morning|good evening}!'],
      },
    },
  ],
});
