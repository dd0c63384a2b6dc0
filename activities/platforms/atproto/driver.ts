import type { ApiDriver, ApiHandle, StepOptions } from '../driver.ts';
import { downloadPost } from './download-post.ts';
import { isAnswer, runStep, toTaskError } from './errors.ts';
import { follow } from './follow.ts';
import { answerChallenge, checkSession, confirmAccount, logIn } from './log-in.ts';
import { listOwnPosts } from './own-posts.ts';
import { atprotoProfile } from './profile.ts';
import { setAvatar, setBio } from './profile-steps.ts';
import type { Account } from './session.ts';
import { accountOf } from './session.ts';
import { submitPost } from './submit-post.ts';

/** Speaks to an account's server by AT Protocol (https://atproto.com), with the lexicons of Bluesky. */
export function createAtprotoDriver({ baseUrl }: { baseUrl: string }): ApiDriver {
  /**
   * One step as the account of the handle. Public reads of an account that is taken down fail as if it or its server
   * were not there, so what the server says of the session goes first.
   */
  function asAccount<T>(handle: ApiHandle, options: StepOptions, work: (account: Account) => Promise<T>): Promise<T> {
    return runStep(options, async () => {
      const account = accountOf(handle, { service: baseUrl, signal: options.signal });
      try {
        return await work(account);
      } catch (error) {
        const { type } = toTaskError(error);
        if (isAnswer(error) && (type === 'Unavailable' || type === 'InvalidInput')) {
          await confirmAccount(account).catch((cause: unknown) => {
            const ofSession = toTaskError(cause);
            if (ofSession.type === 'AccountBlocked' || ofSession.type === 'SessionExpired') throw ofSession;
          });
        }
        throw error;
      }
    });
  }

  return {
    profile: atprotoProfile,
    checkSession: (handle, username, options) =>
      runStep(options, () => checkSession(handle, baseUrl, username, options)),
    logIn: (handle, credentials, options) => runStep(options, () => logIn(handle, baseUrl, credentials, options)),
    answerChallenge: (handle, code, options) => runStep(options, () => answerChallenge(handle, baseUrl, code, options)),
    listOwnPosts: (handle, _username, limit, options) =>
      asAccount(handle, options, ({ agent, did }) => listOwnPosts(agent, did, limit)),
    submitPost: (handle, draft, options) =>
      asAccount(handle, options, (account) => submitPost(account, draft, options)),
    setBio: (handle, _username, text, options) =>
      asAccount(handle, options, (account) => setBio(account, text, options)),
    setAvatar: (handle, _username, filePath, options) =>
      asAccount(handle, options, (account) => setAvatar(account, filePath, options)),
    follow: (handle, target, options) => asAccount(handle, options, (account) => follow(account, target, options)),
    downloadPost: (handle, post, folder, options) =>
      asAccount(handle, options, (account) => downloadPost(account, post, folder, options)),
  };
}
