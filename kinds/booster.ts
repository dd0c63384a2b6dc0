import { z } from 'zod';
import { defineKind } from './define.ts';

export interface BoosterPlan {
  /** The linked account that publishes. */
  targetId: string;
  target: string;
  newest: number;
}

/** How many own posts of the target are held against the source's: what somebody cross-posted by hand is found too. */
const LOOK_BACK = 50;

/** Those of `posts` whose caption is not on the target as often as on the source; empty captions tell nothing. */
export function notYetThere<Post extends { caption: string }>(
  posts: readonly Post[],
  there: readonly string[],
): Post[] {
  const left = new Map<string, number>();
  for (const caption of there) left.set(caption, (left.get(caption) ?? 0) + 1);
  return posts.filter(({ caption }) => {
    const n = left.get(caption) ?? 0;
    if (caption === '' || n === 0) return true;
    left.set(caption, n - 1);
    return false;
  });
}

/** Publishes an account's newest own posts once more on its linked account of another platform, each exactly once. */
export const booster = defineKind({
  name: 'booster',
  title: 'Cross-post',
  description: 'Publishes the newest own posts once more on the linked account of another platform, each exactly once.',
  needs: ['logIn', 'listOwnPosts', 'downloadOwnPosts'],
  queue: 'driver',
  params: z
    .object({
      sourcePlatform: z.string().min(1).max(100).meta({ title: 'From', format: 'platform-name' }),
      targetPlatform: z.string().min(1).max(100).meta({ title: 'To', format: 'platform-name' }),
      newest: z.int().min(1).max(20).default(5).meta({ title: 'Newest posts an account' }),
    })
    .strict(),
  counters: ['posted', 'alreadyThere', 'notTaken'],
  actions: (plan: BoosterPlan) => ({ post: plan.newest }),
  check(params, { platforms }) {
    const { sourcePlatform, targetPlatform } = params;
    const errors = [
      ...(platforms[sourcePlatform] ? [] : [unknown('sourcePlatform', sourcePlatform)]),
      ...(platforms[targetPlatform] ? [] : [unknown('targetPlatform', targetPlatform)]),
    ];
    if (sourcePlatform === targetPlatform) {
      errors.push({ path: 'params.targetPlatform', message: 'Must be another platform than the first one.' });
    }
    const lacking = (['publishVideo', 'listOwnPosts'] as const).find(
      (capability) => platforms[targetPlatform] && !platforms[targetPlatform].includes(capability),
    );
    if (lacking) errors.push({ path: 'params.targetPlatform', message: `${targetPlatform} takes no cross-posts.` });
    return errors;
  },
  refuse(params, account) {
    if (account.platform !== params.sourcePlatform) return `The account is not on ${params.sourcePlatform}.`;
    const linked = account.links.some(({ platform }) => platform === params.targetPlatform);
    return linked ? undefined : `The account has no linked account on ${params.targetPlatform}.`;
  },

  plan(params, account): BoosterPlan {
    const linked = account.links.find(({ platform }) => platform === params.targetPlatform);
    return { targetId: linked?.id ?? '', target: linked?.username ?? '', newest: params.newest };
  },

  async run(ctx, params, plan) {
    const own = ctx.account().id;
    const sourceOf = (post: { id: string }) => `${params.sourcePlatform}/${post.id}`;
    const { posts } = await ctx.step('listPosts', { limit: plan.newest });
    const { sources } = await ctx.work('crossPosted', { accountId: plan.targetId, sources: posts.map(sourceOf) });
    let wanted = posts.filter((post) => !sources.includes(sourceOf(post)));

    await ctx.switchTo(plan.targetId);
    const there = await ctx.step('listPosts', { limit: LOOK_BACK });
    wanted = notYetThere(
      wanted,
      there.posts.map(({ caption }) => caption),
    );
    ctx.count('alreadyThere', posts.length - wanted.length);
    if (wanted.length === 0) return { state: 'succeeded' };

    await ctx.switchTo(own);
    const media: { post: (typeof wanted)[number]; mediaId: string; kind: string }[] = [];
    // The oldest first, as a person would have posted them.
    for (const post of [...wanted].reverse()) media.push({ post, ...(await ctx.step('savePost', { post })) });
    const films = media.filter(({ kind }) => kind === 'video');
    ctx.count('notTaken', media.length - films.length);

    await ctx.switchTo(plan.targetId);
    for (const [index, { post, mediaId }] of films.entries()) {
      const { status } = await ctx.publish(
        index,
        { mediaId, caption: post.caption, location: null, mentions: [], recipe: null },
        { source: sourceOf(post), last: index === films.length - 1 },
      );
      ctx.count(status === 'posted' ? 'posted' : 'alreadyThere');
    }
    return { state: 'succeeded' };
  },

  examples: [
    { title: 'Posts as clips', params: { sourcePlatform: 'sandbox', targetPlatform: 'sandbox-clips', newest: 5 } },
  ],
});

function unknown(field: string, name: string) {
  return { path: `params.${field}`, message: `The platform ${name} is not known here.` };
}
