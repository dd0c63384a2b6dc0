import type { Page } from 'playwright-core';
import type { PlatformProfile } from '../../contracts/platform.ts';
import type { ListedPost } from '../../contracts/steps.ts';

/** Log-in data of one account. Lives in memory of one host for the length of a session; never logged, never returned. */
export interface Credentials {
  username: string;
  password: string;
  totpSecret: string | null;
  email: string | null;
  /** The code that a person gave for an earlier `ChallengeRequired`, where a log-in over an API has to carry it. */
  challengeAnswer?: string;
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
  /** Names this one post for ever, and begins with its time (UUID version 7): sent twice it must not be made twice where the platform can tell. */
  key: string;
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

/** What a driver over an API works with, in place of a page. */
export interface ApiHandle {
  /** Goes through the account's proxy, and ends when the step is aborted. */
  fetch: typeof globalThis.fetch;
  /** What the driver kept of its session; null when there is none. It is stored sealed after each step that changed it. */
  readSession(): unknown;
  keepSession(session: unknown): void;
}

/**
 * A platform, spoken to through pages (`Handle` is a page) or an API. A driver throws `TaskError` with a type of the error table; what it throws before
 * it has pressed the final button must not be `OutcomeUnknown`, and anything unclear after that must be. When the signal
 * is aborted it closes the page and throws the signal's reason, or `OutcomeUnknown` where the button had been pressed.
 */
export interface Driver<Handle> {
  profile: PlatformProfile;
  /**
   * Whether the stored session still is this account's. Leaves the page on a page of the platform.
   * @throws TaskError `ChallengeRequired`, `AccountBlocked`, `Throttled`, `ProxyFailed`, `PageChanged`, `Unavailable`
   */
  checkSession(handle: Handle, username: string, options: StepOptions): Promise<'valid' | 'expired'>;
  /**
   * Logs in with password, and TOTP where a seed is there.
   * @throws TaskError `InvalidCredentials`, `ChallengeRequired`, `AccountBlocked`, `Throttled`, `PageChanged`, `Unavailable`
   */
  logIn(handle: Handle, credentials: Credentials, options: StepOptions): Promise<void>;
  /**
   * Types the code that a person gave for a `ChallengeRequired`: into the page that asks for it now, or after opening
   * the platform's page for it.
   * @throws TaskError `ChallengeRequired` when the code was refused, `SessionExpired` when a log-in has to come first
   */
  answerChallenge?(handle: Handle, code: string, options: StepOptions): Promise<void>;
  /** The newest own posts (at most `limit`), those still processing included. */
  listOwnPosts(handle: Handle, username: string, limit: number, options: StepOptions): Promise<OwnPost[]>;
  /**
   * Submits one post and waits until the platform has taken it.
   * @throws TaskError `OutcomeUnknown` when the submit button was pressed and no clear answer came;
   *   `SessionExpired`, `MediaRejected`, `InvalidInput`, `Throttled`, `ChallengeRequired`, `AccountBlocked`,
   *   `PageChanged`, `Unavailable` when it is certain that nothing was posted
   */
  submitPost(handle: Handle, draft: PostDraft, options: StepOptions): Promise<OwnPost>;

  // What follows is there when the profile names the capability. Each brings about a state and finds it again on the
  // platform afterwards; `changed` is false when it was so already. What was not confirmed is `Unavailable`.
  setBio?(handle: Handle, username: string, text: string, options: StepOptions): Promise<{ changed: boolean }>;
  /** @param filePath an image within the profile's limits */
  setAvatar?(handle: Handle, username: string, filePath: string, options: StepOptions): Promise<{ changed: boolean }>;
  /** @throws TaskError `TargetNotFound` */
  follow?(handle: Handle, target: string, options: StepOptions): Promise<{ changed: boolean }>;
  /** Looks at the own feed, profile and notifications for about `minutes`, and presses nothing. */
  browse?(handle: Handle, username: string, minutes: number, options: StepOptions): Promise<{ pages: number }>;
  /** Writes the media of an own post into `folder`. @throws TaskError `TargetNotFound` when the post is gone */
  downloadPost?(handle: Handle, post: ListedPost, folder: string, options: StepOptions): Promise<{ filePath: string }>;
}

export type BrowserDriver = Driver<Page>;
export type ApiDriver = Driver<ApiHandle>;
