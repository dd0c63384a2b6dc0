import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Actor } from './actor.ts';
import { ANONYMOUS, mayCall, strongestRole } from './actor.ts';
import type { Deps } from './deps.ts';
import { forbidden, unauthorized } from './problem.ts';
import type { Route } from './route.ts';
import { readSession, sessionCookie } from './web-sessions.ts';

type AuthDeps = Pick<Deps, 'db' | 'keys'>;

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares in a time that tells nothing about where the texts differ, nor about their lengths. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

const LAST_USED_STEP_MS = 60_000;

/** The actor behind a bearer token, or nothing when the token is unknown or revoked. */
export async function actorOfToken(token: string, deps: AuthDeps): Promise<Actor | undefined> {
  if (sameText(token, deps.keys.adminToken)) return { role: 'admin', name: 'admin', id: 'admin', via: 'bearer' };
  if (sameText(token, deps.keys.workerToken)) return { role: 'worker', name: 'worker', id: 'worker', via: 'bearer' };
  const row = await deps.db.apiToken.findUnique({ where: { hash: sha256Hex(token) } });
  const role = row && !row.revokedAt ? strongestRole(row.scopes) : undefined;
  if (!row || !role) return undefined;
  if (!row.lastUsedAt || Date.now() - row.lastUsedAt.getTime() > LAST_USED_STEP_MS) {
    await deps.db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date() } });
  }
  return { role, name: row.name, id: `token:${row.id}`, via: 'bearer' };
}

/** Finds out who makes the request. A wrong bearer token is refused at once, a stale cookie counts as no cookie. */
export function authenticate(deps: AuthDeps): RequestHandler {
  return async (req, res, next) => {
    const header = req.get('authorization');
    if (header !== undefined) {
      const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
      const actor = token ? await actorOfToken(token, deps) : undefined;
      if (!actor) throw unauthorized('The bearer token is not known here, or was revoked.');
      res.locals.actor = actor;
    } else {
      const cookie = sessionCookie(req);
      res.locals.actor = (cookie ? await readSession(cookie, deps) : undefined) ?? ANONYMOUS;
    }
    next();
  };
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Lets a request through to its route, or refuses it.
 * A browser sends its cookie with requests that other sites caused, but it cannot send this header for them.
 * @throws Problem 401 or 403
 */
export function checkAccess(req: Request, actor: Actor, route: Pick<Route, 'access'>): void {
  if (route.access === 'public') return;
  if (actor.via === 'none') throw unauthorized();
  if (!mayCall(actor.role, route.access)) {
    const wanted = route.access === 'worker' ? 'a worker token' : `the role ${route.access}`;
    throw forbidden(`This needs ${wanted}; you act as ${actor.role}.`);
  }
  if (actor.via === 'cookie' && !SAFE_METHODS.includes(req.method)) {
    const given = req.get('x-csrf-token');
    if (!given || !actor.csrf || !sameText(given, actor.csrf)) {
      throw forbidden('The header x-csrf-token is missing or stale. Reload the page and try again.');
    }
  }
}
