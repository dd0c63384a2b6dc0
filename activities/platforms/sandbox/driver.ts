import type { Page } from 'playwright-core';
import type { BrowserDriver, StepOptions } from '../driver.ts';
import { runStep } from '../page-steps.ts';
import { browse } from './browse.ts';
import { downloadPost } from './download-post.ts';
import { follow } from './follow.ts';
import { answerChallenge, logIn } from './log-in.ts';
import { checkSession, listOwnPosts } from './own-posts.ts';
import { setAvatar, setBio } from './profile-steps.ts';
import type { Side, Site } from './site.ts';
import { CLIPS, POSTS } from './site.ts';
import { submitPost } from './submit-post.ts';

/** A step's work as a driver's method: given its site, stopped by its signal. */
function bind(site: Site) {
  return <Rest extends unknown[], T>(work: (page: Page, site: Site, ...rest: [...Rest, StepOptions]) => Promise<T>) =>
    (page: Page, ...rest: [...Rest, StepOptions]): Promise<T> =>
      runStep(page, rest.at(-1) as StepOptions, () => work(page, site, ...rest));
}

/** What both sides of the site are asked for in the same way. */
function createDriver(side: Side, baseUrl: string) {
  const site: Site = { ...side, url: baseUrl.replace(/\/+$/, '') };
  const step = bind(site);
  const shared = {
    profile: side.profile,
    checkSession: step(checkSession),
    logIn: step(logIn),
    answerChallenge: step(answerChallenge),
    listOwnPosts: step(listOwnPosts),
    submitPost: step(submitPost),
    browse: step(browse),
    downloadPost: step(downloadPost),
  };
  return { step, shared };
}

/** Speaks to the bundled site "Harbor" as a person does: by labels, buttons and what the pages say. */
export function createSandboxDriver({ baseUrl }: { baseUrl: string }): BrowserDriver {
  const { step, shared } = createDriver(POSTS, baseUrl);
  return { ...shared, setBio: step(setBio), setAvatar: step(setAvatar), follow: step(follow) };
}

/** The short-video side of the same site; its accounts are the site's. */
export function createSandboxClipsDriver({ baseUrl }: { baseUrl: string }): BrowserDriver {
  return createDriver(CLIPS, baseUrl).shared;
}
