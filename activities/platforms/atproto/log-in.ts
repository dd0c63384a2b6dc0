import { TaskError } from '../../../contracts/errors.ts';
import { say } from '../../../contracts/said.ts';
import type { ApiHandle, Credentials, StepOptions } from '../driver.ts';
import { isCertainRefusal, isRefusal, toTaskError } from './errors.ts';
import type { Account } from './session.ts';
import { accountOf, createSession, identifierOf } from './session.ts';

/** Log-ins that wait for a code of an e-mail, for as long as their handle lives. */
const waiting = new WeakMap<ApiHandle, Credentials>();

function emailChallenge(message: string): TaskError {
  return new TaskError('ChallengeRequired', message, { challenge: 'email-code' });
}

/** What a refused log-in means: the server says by the error's name whether it was the code or the password. */
function refusalOf(error: unknown, withCode: boolean): TaskError {
  if (isRefusal(error, 'AuthFactorTokenRequired')) {
    return emailChallenge('The platform sent a code by e-mail and asks for it.');
  }
  if (withCode && (isRefusal(error, 'InvalidToken') || isRefusal(error, 'ExpiredToken'))) {
    return emailChallenge('The platform refused the code; ask for a new one and give it.');
  }
  const { type, message, details } = toTaskError(error);
  // A name that cannot be one is refused as input; here either is the account's data.
  if (isCertainRefusal(error) && (type === 'SessionExpired' || type === 'InvalidInput')) {
    return new TaskError('InvalidCredentials', 'The platform refused the user name or the password.');
  }
  return new TaskError(type, message, details);
}

/**
 * Logs in with a password or an app password. With e-mail confirmation on, the same request is made again with the
 * code; without a code it makes the server send a new one, which makes the last one useless.
 */
export async function logIn(
  handle: ApiHandle,
  service: string,
  credentials: Credentials,
  options: StepOptions,
): Promise<void> {
  options.progress('logging in');
  const { username, password, challengeAnswer: code } = credentials;
  try {
    const session = await createSession(
      handle,
      { service, signal: options.signal },
      { identifier: username, password, code },
    );
    waiting.delete(handle);
    requireActive(session?.active, session?.status);
  } catch (error) {
    if (options.signal.aborted) throw error;
    const refusal = refusalOf(error, code !== undefined);
    if (refusal.type === 'ChallengeRequired') waiting.set(handle, credentials);
    throw refusal;
  }
}

export async function answerChallenge(
  handle: ApiHandle,
  service: string,
  code: string,
  options: StepOptions,
): Promise<void> {
  const credentials = waiting.get(handle);
  if (!credentials) throw new TaskError('SessionExpired', 'No log-in waits for a code here; log in first.');
  await logIn(handle, service, { ...credentials, challengeAnswer: code }, options);
}

export async function checkSession(
  handle: ApiHandle,
  service: string,
  username: string,
  options: StepOptions,
): Promise<'valid' | 'expired'> {
  options.progress('session');
  if (identifierOf(handle)?.toLowerCase() !== username.toLowerCase()) return 'expired';
  try {
    await confirmAccount(accountOf(handle, { service, signal: options.signal }));
    return 'valid';
  } catch (error) {
    const found = toTaskError(error);
    if (found.type === 'SessionExpired') return 'expired';
    throw found;
  }
}

/**
 * Asks the server whether the session still opens the account. For one that is taken down it says that there is no such
 * account, and only when the session is renewed, why.
 * @throws TaskError `AccountBlocked`; XRPCError as the server refuses the session
 */
export async function confirmAccount({ agent, session }: Account): Promise<void> {
  try {
    const { data } = await agent.com.atproto.server.getSession();
    requireActive(data.active, data.status);
  } catch (error) {
    if (!isCertainRefusal(error) || toTaskError(error).type !== 'InvalidInput') throw error;
    await session.refreshSession();
  }
}

function requireActive(active = true, status = 'not active'): void {
  if (!active) throw new TaskError('AccountBlocked', say('platform.account-is', { status }));
}
