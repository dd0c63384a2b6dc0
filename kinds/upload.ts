import { z } from 'zod';
import type { Recipe } from '../contracts/media.ts';
import { orderedRecipeSchema } from '../contracts/media.ts';
import { ASSIGNMENTS, assign } from './assign.ts';
import type { Facts, PostSpec } from './define.ts';
import { defineKind } from './define.ts';
import { drawRecipe, fillInRecipe } from './draw-recipe.ts';
import { renderTemplate } from './template.ts';

export interface UploadPlan {
  posts: PostSpec[];
}

/** The account's own renditions, the first of each video; nothing when originals are posted. */
function ownRenditions(taskId: string | undefined, accountId: string, { renditions }: Facts) {
  if (taskId === undefined) return null;
  const own = new Map<string, Recipe>();
  for (const { mediaId, recipe } of renditions?.get(accountId) ?? []) {
    if (!own.has(mediaId)) own.set(mediaId, recipe);
  }
  return own;
}

/** Publishes videos: each account gets its share of the chosen ones, with a caption of its own. */
export const upload = defineKind({
  name: 'upload',
  title: 'Upload videos',
  description: 'Publishes videos: each account gets its share of the chosen ones, with a caption of its own.',
  needs: ['logIn', 'publishVideo', 'listOwnPosts'],
  queue: 'driver',
  params: z
    .object({
      mediaIds: z
        .array(z.uuid())
        .min(1)
        .max(500)
        .refine((ids) => new Set(ids).size === ids.length, 'The same video is named twice.')
        .meta({ title: 'Videos', format: 'media-ids', media: 'video' }),
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
      variants: orderedRecipeSchema
        .optional()
        .meta({ title: 'Variant', description: 'Renders each video anew by this recipe.' }),
      variantsOf: z.uuid().optional().meta({
        title: 'Renditions of the task',
        description:
          'Id of a task that rendered variants: each account posts its own rendition instead of the original.',
      }),
    })
    .strict()
    .refine(({ variants, variantsOf }) => variants === undefined || variantsOf === undefined, {
      path: ['variantsOf'],
      message: 'Name a recipe or a task with renditions, not both.',
    }),
  counters: ['posted', 'alreadyPosted'],
  mediaIds: (params) => params.mediaIds,
  captions: (plan: UploadPlan) => plan.posts.map((post) => post.caption),
  firstAction: 'post',
  actions: (plan: UploadPlan) => ({ post: plan.posts.length }),

  facts: ({ variantsOf }) => (variantsOf === undefined ? {} : { renditionsOf: variantsOf }),
  refuse({ variantsOf, mediaIds }, account, facts) {
    const own = ownRenditions(variantsOf, account.id, facts);
    if (!own || mediaIds.some((id) => own.has(id.toLowerCase()))) return undefined;
    return 'The named task has rendered none of these videos for this account. Render them first, or leave the account out.';
  },

  plan(params, account, index, task, facts): UploadPlan {
    const seed = `${task.id}/${account.id}`;
    const values = { username: account.username, date: task.date.slice(0, 10), index: index + 1 };
    const own = ownRenditions(params.variantsOf, account.id, facts);
    const offered = own ? params.mediaIds.filter((id) => own.has(id.toLowerCase())) : params.mediaIds;
    const media = assign(offered, params.assign, params.perAccount, index, seed);
    const recipeFor = (mediaId: string): Recipe | null => {
      if (own) return own.get(mediaId.toLowerCase()) ?? null;
      if (!params.variants) return null;
      const drawnBy = `${params.variants.seed ?? ''}/${account.id}/${mediaId}/0`;
      return fillInRecipe(drawRecipe(params.variants, drawnBy), values, drawnBy);
    };
    return {
      posts: media.map((mediaId, place) => {
        const [template = ''] = assign(params.captions, 'shuffle', 1, index, `${seed}/caption/${place}`);
        return {
          mediaId,
          caption: renderTemplate(template, values, `${seed}/${place}`),
          location: params.location ?? null,
          mentions: params.mentions.map((name) => name.replace(/^@/, '')),
          recipe: recipeFor(mediaId),
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
