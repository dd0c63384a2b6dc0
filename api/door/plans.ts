import { z } from 'zod';
import { platformProfiles } from '../../activities/platforms/profiles.ts';
import type { Capability, PlatformProfile } from '../../contracts/platform.ts';
import { say } from '../../contracts/said.ts';
import type { AnyKind } from '../../kinds/define.ts';
import type { SelectedAccount } from './selection.ts';

/** Statuses with which an account can do nothing until a person has seen to it. */
const REFUSED_STATUSES: Readonly<Record<string, string>> = {
  blocked: 'The account is blocked on its platform.',
  disabled: 'The account is disabled.',
  bad_credentials: "The platform refused the account's user name or password; edit the account first.",
};

const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  logIn: 'log in',
  publishVideo: 'publish videos',
  publishImage: 'publish images',
  setAvatar: 'change the avatar',
  setBio: 'change the bio',
  follow: 'follow',
  readFeed: 'read the feed',
  listOwnPosts: 'list own posts',
  downloadOwnPosts: 'hand out the files of own posts',
  visitSites: 'visit other sites in a browser',
};

/** The part of a plan that says what is posted; plans of other shapes have none. */
const postsSchema = z.object({
  posts: z.array(z.looseObject({ mediaId: z.string(), mentions: z.array(z.string()).default([]) })),
});

/** Why an account cannot take part, whatever it is asked to do; nothing when it can. */
export function accountRefusal(account: SelectedAccount, kind: AnyKind): string | undefined {
  const status = (kind.uses ?? 'session') === 'session' ? REFUSED_STATUSES[account.status] : undefined;
  if (status) return status;
  const profile = platformProfiles[account.platform];
  if (!profile) return say('account.platform-here', { platform: account.platform });
  const lacking = kind.needs.filter((capability) => !profile.capabilities.includes(capability));
  if (lacking.length === 0) return undefined;
  return say('account.cannot', {
    platform: profile.title,
    what: lacking.map((one) => CAPABILITY_WORDS[one]).join(', '),
  });
}

/** Why a platform would not take the texts of a plan; nothing when it would. */
export function textRefusal(kind: AnyKind, plan: unknown, profile: PlatformProfile): string | undefined {
  const { captionMaxChars, maxMentions } = profile.limits;
  for (const [index, caption] of (kind.captions?.(plan) ?? []).entries()) {
    const length = [...caption].length;
    if (length > captionMaxChars) {
      return say('plan.caption', { place: index + 1, count: length, platform: profile.title, most: captionMaxChars });
    }
  }
  const longBio = kind.bios?.(plan).find((bio) => [...bio].length > profile.limits.bioMaxChars);
  if (longBio !== undefined) {
    return say('plan.bio', { count: [...longBio].length, platform: profile.title, most: profile.limits.bioMaxChars });
  }
  const parsed = postsSchema.safeParse(plan);
  const tooMany = parsed.data?.posts.find((post) => post.mentions.length > maxMentions);
  if (!tooMany) return undefined;
  return say('plan.mentions', { count: tooMany.mentions.length, platform: profile.title, most: maxMentions });
}

/** How many paced actions a plan takes, of all sorts. */
export function actionCount(kind: AnyKind, plan: unknown): number {
  return Object.values(kind.actions?.(plan) ?? {}).reduce((sum, n) => sum + n, 0);
}

/** Those of `mediaIds` that a plan names anywhere. */
export function mediaOf(plan: unknown, mediaIds: ReadonlySet<string>, found = new Set<string>()): Set<string> {
  if (typeof plan === 'string') {
    if (mediaIds.has(plan)) found.add(plan);
  } else if (typeof plan === 'object' && plan !== null) {
    for (const value of Object.values(plan)) mediaOf(value, mediaIds, found);
  }
  return found;
}
