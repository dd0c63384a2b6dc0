import type { Page } from 'playwright-core';
import type { PlatformProfile } from '../../contracts/platform.ts';

/** Log-in data of one account. Lives in memory of one host for the length of a session; never logged, never returned. */
export interface Credentials {
  username: string;
  password: string;
  totpSecret: string | null;
  email: string | null;
}

/** A post as its owner sees it in the list of own posts, newest first. */
export interface OwnPost {
  id: string;
  /** Absolute address of the post. */
  permalink: string;
  caption: string;
  /** `processing` while the platform still works on it; it exists all the same. */
  state: 'published' | 'processing';
}

/** One post to make, with its file on this host's disk. */
export interface PostDraft {
  filePath: string;
  caption: string;
  location: string | null;
  mentions: string[];
}

/** What a long step calls often: the stage it is in, and how far along (0 to 1) where it can tell. */
export type Progress = (stage: string, fraction?: number) => void;

export interface StepOptions {
  /** Aborted when the step is cancelled or its host lost the account's lease: stop at once, leave nothing running. */
  signal: AbortSignal;
  progress: Progress;
}

/**
 * A platform spoken to through pages. A driver throws `TaskError` with a type of the error table; what it throws before
 * it has pressed the final button must not be `OutcomeUnknown`, and anything unclear after that must be. When the signal
 * is aborted it closes the page and throws the signal's reason, or `OutcomeUnknown` where the button had been pressed.
 */
export interface BrowserDriver {
  profile: PlatformProfile;
  /**
   * Whether the stored session still is this account's. Leaves the page on a page of the platform.
   * @throws TaskError `ChallengeRequired`, `AccountBlocked`, `Throttled`, `ProxyFailed`, `PageChanged`, `Unavailable`
   */
  checkSession(page: Page, username: string, options: StepOptions): Promise<'valid' | 'expired'>;
  /**
   * Logs in with password, and TOTP where a seed is there.
   * @throws TaskError `InvalidCredentials`, `ChallengeRequired`, `AccountBlocked`, `Throttled`, `PageChanged`, `Unavailable`
   */
  logIn(page: Page, credentials: Credentials, options: StepOptions): Promise<void>;
  /**
   * Types the code that a person gave for a `ChallengeRequired`: into the page that asks for it now, or after opening
   * the platform's page for it.
   * @throws TaskError `ChallengeRequired` when the code was refused, `SessionExpired` when a log-in has to come first
   */
  answerChallenge?(page: Page, code: string, options: StepOptions): Promise<void>;
  /** The newest own posts (at most `limit`), those still processing included. */
  listOwnPosts(page: Page, username: string, limit: number, options: StepOptions): Promise<OwnPost[]>;
  /**
   * Submits one post and waits until the platform has taken it.
   * @throws TaskError `OutcomeUnknown` when the submit button was pressed and no clear answer came;
   *   `SessionExpired`, `MediaRejected`, `InvalidInput`, `Throttled`, `ChallengeRequired`, `AccountBlocked`,
   *   `PageChanged`, `Unavailable` when it is certain that nothing was posted
   */
  submitPost(page: Page, draft: PostDraft, options: StepOptions): Promise<OwnPost>;
}
