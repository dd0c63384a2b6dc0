import type { PostRecord, SandboxEvent, SessionStage, StoredMedia, Surface } from './events.ts';

export interface Post extends PostRecord {
  /** Grows with every post of the site; newer is larger. */
  order: number;
  createdAt: string;
  publishedAt: string | null;
}

export interface Session {
  username: string;
  stage: SessionStage;
  expiresAt: string;
}

export type Notice = { at: string; from: string } & (
  | { kind: 'follow' }
  | { kind: 'mention'; surface: Surface; postId: string }
);

export interface Account {
  username: string;
  email: string;
  salt: string;
  passwordHash: string;
  totpSecret: string | null;
  createdAt: string;
  suspended: boolean;
  bio: string;
  avatar: StoredMedia | null;
  bioChanges: { at: string; bio: string }[];
  avatarChanges: { at: string; sha256: string }[];
  follows: Set<string>;
  followers: Set<string>;
  followChanges: { at: string; username: string; change: 'followed' | 'unfollowed' }[];
  loginTimes: string[];
  loginFailures: { at: string; step: string }[];
  /** Failures since the last log-in, and when the last of them was (milliseconds since 1970). */
  failuresInARow: number;
  lastFailureMs: number;
  challenge: { code: string } | null;
  /** Challenge faults this account has met already: each is raised once. */
  challengedBy: Set<string>;
  mailbox: { code: string; sentAt: string }[];
  notices: Notice[];
  /** Oldest first. */
  posts: Record<Surface, Post[]>;
}

export interface State {
  accounts: Map<string, Account>;
  sessions: Map<string, Session>;
  posts: Map<string, Post>;
  /** Every clip of the site, oldest first. */
  clips: Post[];
  counts: { posts: number; clips: number; duplicates: number };
  /** How often one account posted the same bytes with the same caption on one side of the site. */
  sameness: Map<string, number>;
}

export function emptyState(): State {
  return {
    accounts: new Map(),
    sessions: new Map(),
    posts: new Map(),
    clips: [],
    counts: { posts: 0, clips: 0, duplicates: 0 },
    sameness: new Map(),
  };
}

/** User names differ by more than upper and lower case. */
export function accountKey(username: string): string {
  return username.toLowerCase();
}

export function samenessKey(post: PostRecord): string {
  return JSON.stringify([post.surface, accountKey(post.username), post.media.sha256, post.caption]);
}

export function applyEvent(state: State, event: SandboxEvent): void {
  if (event.type === 'accountCreated') {
    state.accounts.set(accountKey(event.username), newAccount(event));
  } else if (event.type === 'posted') {
    applyPosted(state, event.post, event.at);
  } else if (event.type === 'postPublished') {
    const post = state.posts.get(event.id);
    if (post) post.publishedAt = event.at;
  } else {
    const account = state.accounts.get(accountKey(event.username));
    if (account) applyToAccount(state, account, event);
  }
}

function newAccount(event: SandboxEvent & { type: 'accountCreated' }): Account {
  const { username, email, salt, passwordHash, totpSecret, at } = event;
  return {
    username,
    email,
    salt,
    passwordHash,
    totpSecret,
    createdAt: at,
    suspended: false,
    bio: '',
    avatar: null,
    bioChanges: [],
    avatarChanges: [],
    follows: new Set(),
    followers: new Set(),
    followChanges: [],
    loginTimes: [],
    loginFailures: [],
    failuresInARow: 0,
    lastFailureMs: 0,
    challenge: null,
    challengedBy: new Set(),
    mailbox: [],
    notices: [],
    posts: { posts: [], clips: [] },
  };
}

function applyPosted(state: State, record: PostRecord, at: string): void {
  const author = state.accounts.get(accountKey(record.username));
  if (!author) return;
  const post: Post = { ...record, order: state.posts.size + 1, createdAt: at, publishedAt: null };
  state.posts.set(post.id, post);
  author.posts[post.surface].push(post);
  if (post.surface === 'clips') state.clips.push(post);
  state.counts[post.surface] += 1;
  const key = samenessKey(post);
  const earlier = state.sameness.get(key) ?? 0;
  state.sameness.set(key, earlier + 1);
  if (earlier > 0) state.counts.duplicates += 1;
  for (const name of post.mentions) {
    state.accounts
      .get(accountKey(name))
      ?.notices.push({ at, from: author.username, kind: 'mention', surface: post.surface, postId: post.id });
  }
}

type AccountEvent = Exclude<SandboxEvent, { type: 'accountCreated' | 'posted' | 'postPublished' }>;

function applyToAccount(state: State, account: Account, event: AccountEvent): void {
  const { at } = event;
  switch (event.type) {
    case 'sessionStarted':
      state.sessions.set(event.session, {
        username: account.username,
        stage: event.stage,
        expiresAt: event.expiresAt,
      });
      break;
    case 'loggedIn':
      state.sessions.set(event.session, { username: account.username, stage: 'open', expiresAt: event.expiresAt });
      account.loginTimes.push(at);
      account.failuresInARow = 0;
      break;
    case 'loginFailed':
      account.loginFailures.push({ at, step: event.step });
      account.failuresInARow += 1;
      account.lastFailureMs = Date.parse(at);
      break;
    case 'sessionEnded':
      state.sessions.delete(event.session);
      break;
    case 'challengeRaised':
      account.challenge = { code: event.code };
      account.challengedBy.add(event.faultId);
      account.mailbox.push({ code: event.code, sentAt: at });
      break;
    case 'challengeSolved':
      account.challenge = null;
      account.failuresInARow = 0;
      break;
    case 'suspended':
      account.suspended = true;
      break;
    case 'restored':
      account.suspended = false;
      break;
    case 'followed':
    case 'unfollowed':
      applyFollow(state, account, event);
      break;
    case 'avatarSet':
      account.avatar = event.media;
      account.avatarChanges.push({ at, sha256: event.media.sha256 });
      break;
    case 'bioSet':
      account.bio = event.bio;
      account.bioChanges.push({ at, bio: event.bio });
      break;
  }
}

function applyFollow(
  state: State,
  account: Account,
  { at, type, target: targetName }: SandboxEvent & { type: 'followed' | 'unfollowed' },
): void {
  const target = state.accounts.get(accountKey(targetName));
  // A second click that crossed the first one changes nothing.
  if (!target || account.follows.has(target.username) === (type === 'followed')) return;
  account.followChanges.push({ at, username: target.username, change: type });
  if (type === 'followed') {
    account.follows.add(target.username);
    target.followers.add(account.username);
    target.notices.push({ at, from: account.username, kind: 'follow' });
  } else {
    account.follows.delete(target.username);
    target.followers.delete(account.username);
  }
}
