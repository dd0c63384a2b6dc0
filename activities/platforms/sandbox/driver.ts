import type { BrowserDriver } from '../driver.ts';
import { runStep } from '../page-steps.ts';
import { answerChallenge, logIn } from './log-in.ts';
import { checkSession, listOwnPosts } from './own-posts.ts';
import { sandboxProfile } from './profile.ts';
import { submitPost } from './submit-post.ts';

/** Speaks to the bundled site "Harbor" as a person does: by labels, buttons and what the pages say. */
export function createSandboxDriver({ baseUrl }: { baseUrl: string }): BrowserDriver {
  const base = baseUrl.replace(/\/+$/, '');
  return {
    profile: sandboxProfile,
    checkSession: (page, username, options) =>
      runStep(page, options, () => checkSession(page, base, username, options)),
    logIn: (page, credentials, options) => runStep(page, options, () => logIn(page, base, credentials, options)),
    answerChallenge: (page, code, options) => runStep(page, options, () => answerChallenge(page, base, code, options)),
    listOwnPosts: (page, username, limit, options) =>
      runStep(page, options, () => listOwnPosts(page, base, username, limit, options)),
    submitPost: (page, draft, options) => runStep(page, options, () => submitPost(page, base, draft, options)),
  };
}
