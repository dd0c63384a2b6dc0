import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CookieOptions } from 'express';
import type { Actor, Role } from './actor.ts';
import { ROLES, strongestRole } from './actor.ts';
import type { Deps } from './deps.ts';

type SessionDeps = Pick<Deps, 'db' | 'keys'>;

const COOKIE_NAME = 'flotilla_session';
const LIFETIME_MS = 12 * 3_600_000;
const SEEN_STEP_MS = 60_000;
const LONGEST_AGENT = 300;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signing in with the admin token makes this user; a changed token changes the name, which ends its sessions. */
const adminUserName = (adminToken: string): string => `admin#${hash(adminToken).slice(0, 12)}`;

export function sessionCookie(req: IncomingMessage): string | undefined {
  const found = (req.headers.cookie ?? '').split(';').find((part) => part.trim().startsWith(`${COOKIE_NAME}=`));
  const value = found?.trim().slice(COOKIE_NAME.length + 1);
  return value && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

export function cookieSettings(secure: boolean): { name: string; options: CookieOptions } {
  return { name: COOKIE_NAME, options: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: LIFETIME_MS } };
}

/** The User row that stands for a token: sessions and preferences hang on it, and no list of people shows it. */
export async function tokenUser(actor: Pick<Actor, 'id'>, role: Role, deps: SessionDeps): Promise<{ id: string }> {
  const name = actor.id === 'admin' ? adminUserName(deps.keys.adminToken) : actor.id;
  return await deps.db.user.upsert({ where: { name }, create: { name, role }, update: { role }, select: { id: true } });
}

/** Where a session is used, for its owner to recognise. */
export interface Place {
  address: string | undefined;
  userAgent: string | undefined;
}

/** Signs a user in: the cookie's value is returned once, only its hash is kept. */
export async function createSession(
  userId: string,
  place: Place,
  deps: Pick<Deps, 'db'>,
): Promise<{ cookie: string; csrf: string; sessionId: string }> {
  const cookie = randomBytes(32).toString('base64url');
  const csrf = randomBytes(32).toString('base64url');
  const sessionId = hash(cookie);
  await deps.db.webSession.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  await deps.db.webSession.create({
    data: {
      id: sessionId,
      userId,
      csrf,
      address: place.address ?? null,
      userAgent: place.userAgent?.slice(0, LONGEST_AGENT) ?? null,
      expiresAt: new Date(Date.now() + LIFETIME_MS),
    },
  });
  return { cookie, csrf, sessionId };
}

interface UserRow {
  id: string;
  name: string;
  role: string;
  passwordHash: string | null;
  disabledAt: Date | null;
  mustChangePassword: boolean;
}
type Identity = Pick<Actor, 'id' | 'name' | 'role' | 'mustChangePassword'>;

function person(user: UserRow): Identity | undefined {
  const role = ROLES.find((known) => known === user.role);
  if (user.disabledAt || !role) return undefined;
  return { id: `user:${user.id}`, name: user.name, role, mustChangePassword: user.mustChangePassword };
}

/** Who a signed-in user is now: a disabled person, a revoked token or a changed admin token ends what it signed in. */
async function identityOf(user: UserRow, deps: SessionDeps): Promise<Identity | undefined> {
  if (user.passwordHash !== null) return person(user);
  if (!user.name.startsWith('token:')) {
    return user.name === adminUserName(deps.keys.adminToken)
      ? { id: 'admin', name: 'admin', role: 'admin' }
      : undefined;
  }
  const token = await deps.db.apiToken.findUnique({ where: { id: user.name.slice('token:'.length) } });
  const role = token && isUsable(token) ? strongestRole(token.scopes) : undefined;
  return token && role ? { id: user.name, name: token.name, role } : undefined;
}

/** Whether a token is neither revoked nor past its time. */
export const isUsable = (token: { revokedAt: Date | null; expiresAt?: Date | null }): boolean =>
  !token.revokedAt && !(token.expiresAt && token.expiresAt <= new Date());

/** The actor of a session cookie, or nothing when it has ended. */
export async function readSession(cookie: string, deps: SessionDeps, address?: string): Promise<Actor | undefined> {
  const row = await deps.db.webSession.findUnique({ where: { id: hash(cookie) }, include: { user: true } });
  if (!row || row.expiresAt <= new Date()) return undefined;
  const identity = await identityOf(row.user, deps);
  if (!identity) return undefined;
  if (Date.now() - row.lastSeenAt.getTime() > SEEN_STEP_MS) {
    const data = { lastSeenAt: new Date(), ...(address ? { address } : {}) };
    await deps.db.webSession.updateMany({ where: { id: row.id }, data });
  }
  return { ...identity, via: 'cookie', csrf: row.csrf, sessionId: row.id, userId: row.userId };
}

export async function endSession(sessionId: string, deps: Pick<Deps, 'db'>): Promise<void> {
  await deps.db.webSession.deleteMany({ where: { id: sessionId } });
}

/** Ends all sessions of a user, but the one that is given. */
export async function endSessionsOf(userId: string, but: string | undefined, deps: Pick<Deps, 'db'>): Promise<number> {
  const where = { userId, ...(but ? { id: { not: but } } : {}) };
  return (await deps.db.webSession.deleteMany({ where })).count;
}
