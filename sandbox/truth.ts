import { type Account, type Post, type State, samenessKey } from './state.ts';

/** The ground truth: what really happened to an account, with times and duplicates. */
export function accountTruth(account: Account) {
  return {
    username: account.username,
    email: account.email,
    createdAt: account.createdAt,
    suspended: account.suspended,
    challengePending: account.challenge !== null,
    bio: account.bio,
    bioChanges: account.bioChanges,
    avatarSha256: account.avatar?.sha256 ?? null,
    avatarChanges: account.avatarChanges,
    follows: [...account.follows],
    followers: account.followers.size,
    followChanges: account.followChanges,
    logins: account.loginTimes.length,
    loginTimes: account.loginTimes,
    loginFailures: account.loginFailures.length,
    loginFailureTimes: account.loginFailures,
    posts: account.posts.posts.map(postTruth),
    clips: account.posts.clips.map(postTruth),
    duplicates: duplicatesOf([...account.posts.posts, ...account.posts.clips]),
  };
}

function postTruth(post: Post) {
  return {
    id: post.id,
    caption: post.caption,
    location: post.location,
    mentions: post.mentions,
    mediaSha256: post.media.sha256,
    mediaKind: post.media.kind,
    state: post.publishedAt === null ? 'processing' : 'published',
    createdAt: post.createdAt,
    publishedAt: post.publishedAt,
  };
}

/** Groups of posts with the same bytes and caption on the same side of the site; an account should have none. */
function duplicatesOf(posts: readonly Post[]) {
  const groups = new Map<string, Post[]>();
  for (const post of posts) {
    const key = samenessKey(post);
    groups.set(key, [...(groups.get(key) ?? []), post]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length < 2) return [];
    const { surface, caption, media } = first;
    return [{ surface, mediaSha256: media.sha256, caption, ids: group.map(({ id }) => id) }];
  });
}

/** @property duplicates posts beyond the first of their kind */
export function summary({ accounts, counts }: State) {
  return { accounts: accounts.size, ...counts };
}
