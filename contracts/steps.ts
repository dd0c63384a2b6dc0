import type { Capability } from './platform.ts';

/** A file that a host fetches by its content hash; the name only says of what sort it is. */
export interface MediaFile {
  sha256: string;
  fileName: string;
}

/** A post of the account as its owner sees it. Ids and texts only. */
export interface ListedPost {
  id: string;
  /** Absolute address of the post. */
  permalink: string;
  caption: string;
}

/**
 * What an account's open session can be asked to do, beside publishing. Every step brings about a state or only looks:
 * done twice it leaves what doing it once leaves, so it may be tried again when its outcome is not known.
 * `changed` is false when the platform had it so already.
 */
export interface AccountSteps {
  setBio: { input: { text: string }; output: { changed: boolean } };
  setAvatar: { input: { media: MediaFile }; output: { changed: boolean } };
  /** `found` is false when the platform has nobody of that name. */
  follow: { input: { target: string }; output: { changed: boolean; found: boolean } };
  /** Looks at the own feed, profile and notifications for about so long; presses nothing. */
  browse: { input: { minutes: number }; output: { pages: number } };
  /**
   * Visits an address outside the platform in the account's browser profile; consents where a rule says how. A site that
   * does not answer is told in `failure` and is no fault of the account.
   */
  visitSite: {
    input: { url: string; minutes: number };
    output: { pages: number; consented: boolean; failure: string | null };
  };
  /** The newest own posts, newest first. */
  listPosts: { input: { limit: number }; output: { posts: ListedPost[] } };
  /** Keeps the media of an own post in the library. @returns the library's id of it, and whether it is a film */
  savePost: { input: { post: ListedPost }; output: { mediaId: string; kind: 'video' | 'image' } };
}

export type StepName = keyof AccountSteps;
export type StepInput<Step extends StepName> = AccountSteps[Step]['input'];
export type StepOutput<Step extends StepName> = AccountSteps[Step]['output'];

/** What a platform must be capable of for each step. */
export const STEP_CAPABILITIES: Readonly<Record<StepName, Capability>> = {
  setBio: 'setBio',
  setAvatar: 'setAvatar',
  follow: 'follow',
  browse: 'readFeed',
  visitSite: 'visitSites',
  listPosts: 'listOwnPosts',
  savePost: 'downloadOwnPosts',
};

export const STEP_NAMES = Object.keys(STEP_CAPABILITIES) as StepName[];

/** What is asked of a host on its own queue. */
export interface HostStepRequest<Step extends StepName> {
  sessionId: string;
  accountTaskId: string;
  input: StepInput<Step>;
}

export type StepActivities = {
  [Step in StepName]: (request: HostStepRequest<Step>) => Promise<StepOutput<Step>>;
};
