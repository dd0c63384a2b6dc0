import { createHash, randomBytes } from 'node:crypto';
import type { CookieOptions, Request } from 'express';
import type { Actor, Role } from './actor.ts';
import { strongestRole } from './actor.ts';
import type { Deps } from './deps.ts';

type SessionDeps = Pick<Deps, 'db' | 'keys'>;

const COOKIE_NAME = 'flotilla_session';
const LIFETIME_MS = 12 * 3_600_000;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signing in with the admin token makes this user; a changed token changes the name, which ends its sessions. */
const adminUserName = (adminToken: string): string => `admin#${hash(adminToken).slice(0, 12)}`;

export function sessionCookie(req: Request): string | undefined {
  const found = (req.headers.cookie ?? '').split(';').find((part) => part.trim().startsWith(`${COOKIE_NAME}=`));
  const value = found?.trim().slice(COOKIE_NAME.length + 1);
  return value && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

export function cookieSettings(secure: boolean): { name: string; options: CookieOptions } {
  return { name: COOKIE_NAME, options: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: LIFETIME_MS } };
}

/** Signs the owner of a token in: the cookie's value is returned once, only its hash is kept. */
export async function createSession(
  actor: Actor,
  role: Role,
  deps: SessionDeps,
): Promise<{ cookie: string; csrf: string }> {
  const name = actor.id === 'admin' ? adminUserName(deps.keys.adminToken) : actor.id;
  const user = await deps.db.user.upsert({ where: { name }, create: { name, role }, update: { role } });
  const cookie = randomBytes(32).toString('base64url');
  const csrf = randomBytes(32).toString('base64url');
  await deps.db.webSession.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  await deps.db.webSession.create({
    data: { id: hash(cookie), userId: user.id, csrf, expiresAt: new Date(Date.now() + LIFETIME_MS) },
  });
  return { cookie, csrf };
}

/** Who a signed-in user is now: a revoked token or a changed admin token ends what it signed in. */
async function currentRole(userName: string, deps: SessionDeps): Promise<{ name: string; role: Role } | undefined> {
  if (!userName.startsWith('token:')) {
    return userName === adminUserName(deps.keys.adminToken) ? { name: 'admin', role: 'admin' } : undefined;
  }
  const token = await deps.db.apiToken.findUnique({ where: { id: userName.slice('token:'.length) } });
  const role = token && !token.revokedAt ? strongestRole(token.scopes) : undefined;
  return token && role ? { name: token.name, role } : undefined;
}

/** The actor of a session cookie, or nothing when it has ended. */
export async function readSession(cookie: string, deps: SessionDeps): Promise<Actor | undefined> {
  const row = await deps.db.webSession.findUnique({ where: { id: hash(cookie) }, include: { user: true } });
  if (!row || row.expiresAt <= new Date()) return undefined;
  const current = await currentRole(row.user.name, deps);
  if (!current) return undefined;
  const id = row.user.name.startsWith('token:') ? row.user.name : 'admin';
  return { ...current, id, via: 'cookie', csrf: row.csrf, sessionId: row.id };
}

export async function endSession(sessionId: string, deps: Pick<Deps, 'db'>): Promise<void> {
  await deps.db.webSession.deleteMany({ where: { id: sessionId } });
}
