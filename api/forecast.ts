const DAY_MS = 86_400_000;

/** What one account has to do, and how fast it may. */
export interface AccountLoad {
  posts: number;
  /** Posts a day that the account's own limit or its platform's allows. */
  postsPerDay: number;
  /** Least time between two posts, milliseconds. */
  gapMs: number;
}

export interface ForecastInput {
  startAt: Date;
  /** Account tasks running at once. */
  window: number;
  /** How long one post takes, seconds. */
  secondsPerPost: number;
  accounts: readonly AccountLoad[];
}

/** How long one account needs when nothing else holds it up, milliseconds: whole days for its limit, then the gaps. */
function accountMs({ posts, postsPerDay, gapMs }: AccountLoad, postMs: number): number {
  if (posts <= 0) return postMs;
  const perDay = Math.max(1, postsPerDay);
  const fullDays = Math.ceil(posts / perDay) - 1;
  const lastDay = posts - fullDays * perDay;
  return fullDays * DAY_MS + lastDay * postMs + (lastDay - 1) * Math.max(0, gapMs);
}

/**
 * When a bulk task is expected to end: the later of what the window lets through in all and what the slowest account
 * needs by its daily limit and its gaps. Quiet hours and failures are not foreseen.
 */
export function forecastFinish({ startAt, window, secondsPerPost, accounts }: ForecastInput): Date {
  const postMs = secondsPerPost * 1_000;
  let work = 0;
  let slowest = 0;
  for (const account of accounts) {
    work += Math.max(1, account.posts) * postMs;
    slowest = Math.max(slowest, accountMs(account, postMs));
  }
  const through = work / Math.max(1, Math.min(window, accounts.length || 1));
  return new Date(startAt.getTime() + Math.ceil(Math.max(through, slowest)));
}
