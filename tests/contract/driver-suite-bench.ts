import type { Credentials, Driver, PostDraft, StepOptions } from '../../activities/platforms/driver.ts';
import type { ProxySettings } from '../../activities/sessions/link.ts';
import type { ErrorType } from '../../contracts/errors.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { PlatformProfile } from '../../contracts/platform.ts';
import type { ListedPost } from '../../contracts/steps.ts';

/** How a test site can be broken for one account. */
export type SiteFault =
  | 'slow'
  | 'error'
  /** The connection breaks at the next change, before the site has stored it. */
  | 'drop-before'
  /** The connection breaks at the next change, after the site has stored it. */
  | 'drop-after'
  | 'expire-session'
  | 'challenge'
  | 'throttle'
  | 'suspend'
  /** Pages as after a redesign; only where there are pages. */
  | 'move-buttons';

/** What a site may have, or a bench may be able to bring about, beside faults. */
export type SiteFeature =
  /** Accounts with a second factor by time-based codes. */
  | 'totp'
  /** Handles can be led through a proxy. */
  | 'proxy'
  /** A new post is worked on for a while before others see it. */
  | 'processing'
  /** Posts carry a place. */
  | 'location'
  /** The site looks into files, and refuses what is no media. */
  | 'media-check';

/** What can be asked of the driver on this site; the suite leaves out what the site cannot do. */
export interface Offers {
  profile: PlatformProfile;
  site: readonly (SiteFault | SiteFeature)[];
}

export interface SitePost {
  id: string;
  caption: string;
  location: string | null;
  mentions: string[];
  mediaSha256: string;
}

/** The ground truth: what really happened to an account. */
export interface SiteAccount {
  /** Oldest first. */
  posts: SitePost[];
  bio: string;
  /** Something that differs from photo to photo, e.g. its hash; null without one. */
  avatar: string | null;
  follows: string[];
  logins: number;
  /** How often the account has changed anything: posts, bio, photo, follows. Writing the same again counts too. */
  changes: number;
}

export interface FaultDetail {
  count?: number;
  /** What `throttle` asks for. */
  seconds?: number;
  /** How long `slow` waits. */
  ms?: number;
}

/** Something between a handle and its site; `changes` where it is the request that stores a post, a bio and so on. */
export interface SiteEvent {
  type: 'request' | 'answer';
  changes: boolean;
}

/** What a platform's test site offers, so that the same promises can be asked of every driver. */
export interface DriverBench<Handle> {
  driver: Driver<Handle>;
  newAccount(options?: { totp?: boolean }): Promise<Credentials>;
  /** A handle as a host gives it to the driver: logged out, or with a stored session. */
  newHandle(options?: { session?: unknown; proxy?: ProxySettings }): Promise<Handle>;
  /** What a host would store of the handle's session; JSON. */
  sessionOf(handle: Handle): Promise<unknown>;
  /** Whether nothing goes on any more on the handle of an aborted step. */
  isStopped(handle: Handle): boolean;
  watch(handle: Handle, listener: (event: SiteEvent) => void): Promise<void>;
  /** Ends every handle made since the last call. */
  endHandles(): Promise<void>;
  /** Breaks the site for one account; replaces earlier faults. */
  breakSite(username: string, fault: SiteFault, detail?: FaultDetail): Promise<void>;
  /** Breaks the site at the moment when the handle sends its next change, and lets that request go on. */
  breakAtChange(handle: Handle, username: string, fault: SiteFault, detail?: FaultDetail): Promise<void>;
  mendSite(): Promise<void>;
  /** The code of the newest e-mail to the account, where the site raises challenges. */
  emailCode?(username: string): Promise<string>;
  truth(username: string): Promise<SiteAccount>;
  /** A post as it would be listed, had it not gone since. */
  gonePost(username: string): ListedPost;
  /** A name that an account of the site could have, and none has. */
  unknownTarget: string;
  /** A video that the platform takes. */
  videoPath: string;
  /** Two different pictures that the platform takes. */
  imagePaths: readonly [string, string];
  close(): Promise<void>;
}

/** What the parts of the suite share. The bench is there once the tests run. */
export interface Suite<Handle> {
  readonly bench: DriverBench<Handle>;
  readonly driver: Driver<Handle>;
  /** For files of one run. */
  readonly folder: string;
  offers: Offers;
  can(...wanted: Offers['site']): boolean;
  /** `it`, or a skipped one where the site cannot do what the test needs. */
  itWith(...wanted: Offers['site']): typeof it;
  loggedIn(options?: { totp?: boolean }): Promise<{ handle: Handle; account: Credentials }>;
  draft(caption: string, more?: Partial<PostDraft>): PostDraft;
}

export const calm = (signal = new AbortController().signal): StepOptions => ({ signal, progress: () => {} });

export async function expectError(work: Promise<unknown>, type: ErrorType): Promise<TaskError> {
  const error = await work.then(
    () => new Error('It succeeded.'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TaskError);
  const { message, type: found } = error as TaskError;
  expect({ type: found, message }).toMatchObject({ type });
  return error as TaskError;
}
