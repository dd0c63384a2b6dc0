import { setTimeout as wait } from 'node:timers/promises';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { goTo, MESSAGES, refuse, throttle } from './answers.ts';
import { newEmailCode, SESSION_DAYS, sessionExpiry, sessionKey } from './credentials.ts';
import type { Site } from './site.ts';
import type { Account, Session } from './state.ts';

const COOKIE = 'harbor_session';

export interface Visit {
  key: string;
  session: Session;
  account: Account;
}

export function setSessionCookie(response: Response, token: string): void {
  response.cookie(COOKIE, token, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: SESSION_DAYS * 86_400_000,
  });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(COOKIE, { httpOnly: true, sameSite: 'lax', path: '/' });
}

/** The visit a request belongs to, whatever stage its log-in has reached. */
export function findVisit(site: Site, request: Request): Visit | null {
  const cookie = request.headers.cookie?.split(/;\s*/).find((pair) => pair.startsWith(`${COOKIE}=`));
  if (!cookie) return null;
  const key = sessionKey(cookie.slice(COOKIE.length + 1));
  const session = site.store.state.sessions.get(key);
  if (!session || Date.parse(session.expiresAt) <= Date.now()) return null;
  const account = site.store.account(session.username);
  return account ? { key, session, account } : null;
}

/** The logged-in account of a request that has passed {@link requireAccount}. */
export function viewerOf(response: Response): Account {
  return response.locals.viewer as Account;
}

/** Raises a challenge for the account when a fault says so; true when one is owed now. */
export async function isChallenged(site: Site, account: Account): Promise<boolean> {
  if (account.challenge) return true;
  const fault = site.faults.strike('challenge', account.username, ({ id }) => !account.challengedBy.has(id));
  if (!fault) return false;
  await site.store.record({
    type: 'challengeRaised',
    username: account.username,
    faultId: fault.id,
    code: fault.code ?? newEmailCode(),
  });
  return true;
}

export async function isSuspended(site: Site, account: Account): Promise<boolean> {
  if (!account.suspended && site.faults.strike('suspend', account.username)) {
    await site.store.record({ type: 'suspended', username: account.username });
  }
  return account.suspended;
}

/** Lets only logged-in accounts through, after the faults that strike requests of such accounts had their turn. */
export function requireAccount(site: Site): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const visit = findVisit(site, request);
    if (!visit) return goTo(request, response, '/login');
    const { key, session, account } = visit;
    const { username } = account;

    if (site.faults.strike('expire-session', username)) {
      await site.store.record({ type: 'sessionEnded', session: key, username, reason: 'expired' });
      clearSessionCookie(response);
      return goTo(request, response, '/login');
    }
    if (session.stage === 'totp') return goTo(request, response, '/login/totp');
    const secondsToWait = site.rateLimit.take(username);
    if (secondsToWait > 0) return throttle(request, response, secondsToWait, account);
    const throttled = site.faults.strike('throttle', username);
    if (throttled) return throttle(request, response, throttled.seconds ?? 5, account);
    const slow = site.faults.strike('slow', username);
    if (slow) await wait(slow.ms ?? 3_000);
    if (await isSuspended(site, account)) return refuse(request, response, 403, MESSAGES.suspended, account);
    if (account.challenge || (request.method === 'GET' && (await isChallenged(site, account)))) {
      return goTo(request, response, '/challenge');
    }
    // The challenge this session waited for was answered in another one.
    if (session.stage === 'challenge') {
      await site.store.record({ type: 'loggedIn', session: key, username, expiresAt: sessionExpiry() });
    }
    if (site.faults.strike('error', username)) return refuse(request, response, 500, MESSAGES.broken, account);
    response.locals.viewer = account;
    next();
  };
}
