import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { addLogFields } from '../config/log-context.ts';
import { say } from '../contracts/said.ts';
import type { Actor, Guarded } from './actor.ts';
import { ANONYMOUS, mayCall, scopesAllow, strongestRole } from './actor.ts';
import type { Deps } from './deps.ts';
import { forbidden, unauthorized } from './problem.ts';
import { isUsable, readSession, sessionCookie } from './web-sessions.ts';
import { sawWorkerAt } from './worker-addresses.ts';

type AuthDeps = Pick<Deps, 'db' | 'keys'>;

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares in a time that tells nothing about where the texts differ, nor about their lengths. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

const LAST_USED_STEP_MS = 60_000;
/** Tokens of worker hosts begin like this, which spares looking for them in both tables. */
export const WORKER_TOKEN_PREFIX = 'flt_worker_';

/** What to note of a use now: time and address, by the minute. Several hosts may share a token and take turns. */
function usedNow({ lastUsedAt }: { lastUsedAt: Date | null }, address: string | undefined) {
  if (lastUsedAt && Date.now() - lastUsedAt.getTime() < LAST_USED_STEP_MS) return undefined;
  return { lastUsedAt: new Date(), ...(address === undefined ? {} : { lastUsedIp: address }) };
}

async function workerOfToken(token: string, deps: AuthDeps, address?: string): Promise<Actor | undefined> {
  const row = await deps.db.workerToken.findUnique({ where: { hash: sha256Hex(token) } });
  if (!row || !isUsable(row)) return undefined;
  const data = usedNow(row, address);
  if (data) await deps.db.workerToken.updateMany({ where: { id: row.id }, data });
  return { role: 'worker', name: row.name, id: `worker-token:${row.id}`, via: 'bearer' };
}

/** The actor behind a bearer token, or nothing when the token is unknown, revoked, or past its time. */
export async function actorOfToken(token: string, deps: AuthDeps, address?: string): Promise<Actor | undefined> {
  if (sameText(token, deps.keys.adminToken)) return { role: 'admin', name: 'admin', id: 'admin', via: 'bearer' };
  if (sameText(token, deps.keys.workerToken)) return { role: 'worker', name: 'worker', id: 'worker', via: 'bearer' };
  if (token.startsWith(WORKER_TOKEN_PREFIX)) return await workerOfToken(token, deps, address);
  const row = await deps.db.apiToken.findUnique({ where: { hash: sha256Hex(token) } });
  if (!row || !isUsable(row)) return undefined;
  const data = usedNow(row, address);
  if (data) await deps.db.apiToken.updateMany({ where: { id: row.id }, data });
  const { name, scopes } = row;
  return { role: strongestRole(scopes) ?? 'none', scopes, name, id: `token:${row.id}`, via: 'bearer' };
}

/**
 * Who makes a request, also one that asks for a web socket. A stale cookie counts as no cookie.
 * @param address where it comes from, believed proxies aside
 * @throws Problem 401 for a wrong bearer token
 */
export async function actorOfRequest(req: IncomingMessage, deps: AuthDeps, address?: string): Promise<Actor> {
  const header = req.headers.authorization;
  if (header === undefined) {
    const cookie = sessionCookie(req);
    return (cookie ? await readSession(cookie, deps, address) : undefined) ?? ANONYMOUS;
  }
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  const actor = token ? await actorOfToken(token, deps, address) : undefined;
  if (!actor) throw unauthorized('The bearer token is not known here, was revoked, or has expired.');
  if (actor.role === 'worker' && address) sawWorkerAt(deps, address);
  return actor;
}

export function authenticate(deps: AuthDeps): RequestHandler {
  return async (req, res, next) => {
    const actor = await actorOfRequest(req, deps, req.ip);
    res.locals.actor = actor;
    addLogFields({ actor: actor.id });
    next();
  };
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

function refusal(actor: Actor, route: Guarded): string {
  if (route.access === 'worker') return say('access.worker-token', { role: actor.role });
  if (route.access === 'signed-in') return 'This is for people and tokens with a role.';
  const role = route.access;
  if (!actor.scopes) return say('access.role', { role, own: actor.role });
  return say('access.scope', { role, scopes: actor.scopes.join(', ') });
}

/** Whether this actor may call a route of this kind, whatever the request's headers are. */
export function isAllowed(actor: Actor, route: Guarded): boolean {
  if (actor.mustChangePassword && route.access !== 'public' && route.access !== 'signed-in') return false;
  return mayCall(actor.role, route.access) || (actor.scopes !== undefined && scopesAllow(actor.scopes, route));
}

/**
 * Lets a request through to its route, or refuses it.
 * A browser sends its cookie with requests that other sites caused, but it cannot send this header for them.
 * @param trustedOrigin a foreign page that may do without the header: browsers say truly which page sends a request
 * @throws Problem 401 or 403
 */
export function checkAccess(req: Request, actor: Actor, route: Guarded, trustedOrigin?: string): void {
  if (route.access === 'public') return;
  if (actor.via === 'none') throw unauthorized();
  if (!isAllowed(actor, route)) {
    if (actor.mustChangePassword)
      throw forbidden('Choose a password of your own first: the one you have was given to you.');
    throw forbidden(refusal(actor, route));
  }
  const isTrusted = trustedOrigin !== undefined && req.get('origin') === trustedOrigin;
  if (actor.via === 'cookie' && !SAFE_METHODS.includes(req.method) && !isTrusted) {
    const given = req.get('x-csrf-token');
    if (!given || !actor.csrf || !sameText(given, actor.csrf)) {
      throw forbidden('The header x-csrf-token is missing or stale. Reload the page and try again.');
    }
  }
}
