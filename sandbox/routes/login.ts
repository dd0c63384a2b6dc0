import { setTimeout as wait } from 'node:timers/promises';
import { Router, urlencoded } from 'express';
import { z } from 'zod';
import { goTo, MESSAGES, sendPage } from '../answers.ts';
import {
  codeMatches,
  newSessionToken,
  passwordMatches,
  sessionExpiry,
  sessionKey,
  totpMatches,
} from '../credentials.ts';
import { challengePage, loginPage, totpPage } from '../pages/login.ts';
import { clearSessionCookie, findVisit, isChallenged, isSuspended, setSessionCookie } from '../sessions.ts';
import type { Site } from '../site.ts';
import type { Account } from '../state.ts';

/** So many wrong tries in a row are nobody's typing error any more. */
const FREE_FAILURES = 10;
const LONGEST_LOCK_SECONDS = 60;

const loginForm = z.object({ username: z.string().default(''), password: z.string().default('') });
const codeForm = z.object({ code: z.string().default('') });

/** Seconds an account has to wait after too many failures; doubles with each further one. */
export function lockSeconds(account: Account, nowMs: number): number {
  const beyond = account.failuresInARow - FREE_FAILURES;
  if (beyond < 0) return 0;
  const lockMs = Math.min(2 ** beyond, LONGEST_LOCK_SECONDS) * 1000;
  return Math.max(0, Math.ceil((account.lastFailureMs + lockMs - nowMs) / 1000));
}

export function loginRoutes(site: Site): Router {
  const { store, faults } = site;
  const router = Router();
  const form = urlencoded({ extended: false, limit: '20kb' });

  router.get('/login', async (request, response) => {
    const visit = findVisit(site, request);
    if (visit?.session.stage === 'open') return goTo(request, response, '/');
    sendPage(response, 200, loginPage({ alert: null, moved: faults.strike('move-buttons', null) !== null }));
  });

  router.post('/login', form, async (request, response) => {
    const { username, password } = loginForm.parse(request.body ?? {});
    const name = username.trim();
    const account = store.account(name);
    const answer = (status: number, alert: string) => sendPage(response, status, loginPage({ alert, moved: false }));
    const tooFast = (seconds: number) => {
      response.set('Retry-After', String(seconds));
      answer(429, MESSAGES.throttled(seconds));
    };

    const secondsToWait = Math.max(
      site.rateLimit.take(account?.username ?? `visitor ${request.ip}`),
      account ? lockSeconds(account, Date.now()) : 0,
    );
    if (secondsToWait > 0) return tooFast(secondsToWait);
    const throttled = faults.strike('throttle', name);
    if (throttled) return tooFast(throttled.seconds ?? 5);
    const slow = faults.strike('slow', name);
    if (slow) await wait(slow.ms ?? 3_000);

    if (!account || !passwordMatches(password, account)) {
      if (account) await store.record({ type: 'loginFailed', username: account.username, step: 'password' });
      return answer(401, MESSAGES.badLogin);
    }
    if (await isSuspended(site, account)) return answer(403, MESSAGES.suspended);

    const token = newSessionToken();
    setSessionCookie(response, token);
    if (account.totpSecret === null) return goTo(request, response, await openSession(account, sessionKey(token)));
    await store.record({
      type: 'sessionStarted',
      session: sessionKey(token),
      username: account.username,
      stage: 'totp',
      expiresAt: sessionExpiry(),
    });
    return goTo(request, response, '/login/totp');
  });

  /** Takes a session past its last password or code, up to a challenge where one is owed; answers where to go. */
  async function openSession(account: Account, session: string): Promise<string> {
    const { username } = account;
    const expiresAt = sessionExpiry();
    if (await isChallenged(site, account)) {
      await store.record({ type: 'sessionStarted', session, username, stage: 'challenge', expiresAt });
      return '/challenge';
    }
    await store.record({ type: 'loggedIn', session, username, expiresAt });
    return '/';
  }

  router.get('/login/totp', async (request, response) => {
    const visit = findVisit(site, request);
    if (visit?.session.stage !== 'totp') return goTo(request, response, visit ? '/' : '/login');
    sendPage(response, 200, totpPage(null));
  });

  router.post('/login/totp', form, async (request, response) => {
    const visit = findVisit(site, request);
    if (visit?.session.stage !== 'totp') return goTo(request, response, visit ? '/' : '/login');
    const { account, key } = visit;
    const locked = lockSeconds(account, Date.now());
    if (locked > 0) {
      response.set('Retry-After', String(locked));
      return sendPage(response, 429, totpPage(MESSAGES.throttled(locked)));
    }
    const { code } = codeForm.parse(request.body ?? {});
    if (account.totpSecret === null || !totpMatches(code, account.totpSecret)) {
      await store.record({ type: 'loginFailed', username: account.username, step: 'totp' });
      return sendPage(response, 401, totpPage(MESSAGES.badCode));
    }
    return goTo(request, response, await openSession(account, key));
  });

  router.get('/challenge', async (request, response) => {
    const visit = findVisit(site, request);
    if (!visit?.account.challenge) return goTo(request, response, visit ? '/' : '/login');
    sendPage(response, 200, challengePage({ email: visit.account.email, alert: null }));
  });

  router.post('/challenge', form, async (request, response) => {
    const visit = findVisit(site, request);
    if (!visit?.account.challenge) return goTo(request, response, visit ? '/' : '/login');
    const { account, session, key } = visit;
    const { username, email } = account;
    const locked = lockSeconds(account, Date.now());
    if (locked > 0) {
      response.set('Retry-After', String(locked));
      return sendPage(response, 429, challengePage({ email, alert: MESSAGES.throttled(locked) }));
    }
    const { code } = codeForm.parse(request.body ?? {});
    if (session.stage === 'totp') return goTo(request, response, '/login/totp');
    if (!codeMatches(code, visit.account.challenge.code)) {
      await store.record({ type: 'loginFailed', username, step: 'challenge' });
      return sendPage(response, 401, challengePage({ email, alert: MESSAGES.badCode }));
    }
    await store.record([
      { type: 'challengeSolved', username },
      ...(session.stage === 'challenge'
        ? [{ type: 'loggedIn' as const, session: key, username, expiresAt: sessionExpiry() }]
        : []),
    ]);
    return goTo(request, response, '/');
  });

  router.post('/logout', async (request, response) => {
    const visit = findVisit(site, request);
    if (visit) {
      const { key, account } = visit;
      await store.record({ type: 'sessionEnded', session: key, username: account.username, reason: 'logged out' });
    }
    clearSessionCookie(response);
    return goTo(request, response, '/login');
  });

  return router;
}
