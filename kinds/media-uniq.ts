import { z } from 'zod';
import type { Recipe } from '../contracts/media.ts';
import { orderedRecipeSchema } from '../contracts/media.ts';
import { defineKind } from './define.ts';
import { drawRecipe, fillInRecipe } from './draw-recipe.ts';

export interface MediaUniqPlan {
  /** Each file with the recipes of its renditions, as they were drawn for this account. */
  media: { mediaId: string; recipes: Recipe[] }[];
}

/** Renders own videos and pictures anew for each account: the same account, file and seed always give the same. */
export const mediaUniq = defineKind({
  name: 'media-uniq',
  title: 'Render variants',
  description: 'Renders your videos and pictures anew for each account by a recipe; an upload can publish them.',
  needs: [],
  queue: 'media',
  uses: 'name',
  params: z
    .object({
      mediaIds: z
        .array(z.uuid())
        .min(1)
        .max(100)
        .refine((ids) => new Set(ids).size === ids.length, 'The same file is named twice.')
        .meta({ title: 'Videos and pictures', format: 'media-ids' }),
      variantsPerAccount: z.int().min(1).max(10).default(1).meta({
        title: 'Renditions of each file an account',
        description: 'All renditions of one file for one account are made with one decode.',
      }),
      recipe: orderedRecipeSchema.meta({
        title: 'Recipe',
        description: 'Where two numbers are given, each account draws its own between them.',
      }),
    })
    .strict(),
  counters: ['rendered', 'reused', 'refused'],
  mediaIds: (params) => params.mediaIds,

  plan(params, account, index, task): MediaUniqPlan {
    const values = { username: account.username, date: task.date.slice(0, 10), index: index + 1 };
    return {
      media: params.mediaIds.map((mediaId) => ({
        mediaId,
        recipes: Array.from({ length: params.variantsPerAccount }, (_, number) => {
          const seed = `${params.recipe.seed ?? ''}/${account.id}/${mediaId}/${number}`;
          return fillInRecipe(drawRecipe(params.recipe, seed), values, seed);
        }),
      })),
    };
  },

  async run(ctx, _params, plan) {
    let made = 0;
    const refused: string[] = [];
    for (const [index, { mediaId, recipes }] of plan.media.entries()) {
      // An account task that ends with nothing has failed: the last file says why.
      const mustMake = made === 0 && index === plan.media.length - 1;
      const answer = await ctx.work('renderVariants', { mediaId, recipes, mustMake });
      const reused = answer.renditions.filter((one) => one.reused).length;
      made += answer.renditions.length;
      refused.push(...answer.refused);
      ctx.count('rendered', answer.renditions.length - reused);
      ctx.count('reused', reused);
    }
    if (refused.length > 0) ctx.count('refused', refused.length);
    return refused.length === 0 ? { state: 'succeeded' } : { state: 'partial', reason: refused[0] ?? '' };
  },

  examples: [
    {
      title: 'Upright, with small variations',
      params: { mediaIds: ['3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11'], recipe: { preset: '9:16' } },
    },
    {
      title: "Square, three of each, with the account's name",
      params: {
        mediaIds: ['3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11'],
        variantsPerAccount: 3,
        recipe: { preset: '1:1', text: { template: '@{{username}}' }, seed: 'spring' },
      },
    },
    {
      title: 'Wide, in own ranges',
      params: {
        mediaIds: ['3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11'],
        recipe: { preset: '16:9', trimStartMs: [0, 400], speed: [0.98, 1.02], saturation: [0.9, 1.1], minSsim: 0.95 },
      },
    },
  ],
});
