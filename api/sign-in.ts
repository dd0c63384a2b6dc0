import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { ROLES } from './actor.ts';
import { appendAudit } from './audit/append.ts';
import { actorOfToken } from './auth.ts';
import type { Deps } from './deps.ts';
import { nameOf } from './people/names.ts';
import { passwordMatches } from './people/passwords.ts';
import { forbidden, unauthorized } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import type { Attempt } from './sign-in-guard.ts';
import { attemptSucceeded, takeAttempt } from './sign-in-guard.ts';
import { cookieSettings, createSession, endSession, tokenUser } from './web-sessions.ts';

const meSchema = z
  .object({
    id: z.string().meta({ description: '`user:<id>` of a person, `token:<id>` or `admin` of a token' }),
    name: z.string(),
    role: z.enum(ROLES),
    via: z.enum(['cookie', 'bearer']),
    mustChangePassword: z.boolean().meta({ description: 'Nothing else is allowed before `POST /api/auth/password`' }),
    csrf: z
      .string()
      .meta({ description: 'What the header `x-csrf-token` must be on changing calls; empty with a bearer token' }),
  })
  .meta({ id: 'Me' });

export function personRole(actor: Pick<Actor, 'role'>) {
  const role = ROLES.find((candidate) => candidate === actor.role);
  if (role) return role;
  throw forbidden(
    actor.role === 'worker'
      ? 'This token is for worker hosts, not for people.'
      : 'This token has scopes for programs alone. Signing in needs one with a role.',
  );
}

const toMe = (actor: Actor) => ({
  id: actor.id,
  name: actor.name,
  role: personRole(actor),
  via: actor.via === 'cookie' ? ('cookie' as const) : ('bearer' as const),
  mustChangePassword: actor.mustChangePassword ?? false,
  csrf: actor.csrf ?? '',
});

type Found = Pick<Actor, 'id' | 'name' | 'role' | 'mustChangePassword'> & { userId: string };
/** Somebody, or nobody with what the audit log may know of the attempt. */
type Outcome = { found: Found } | { found?: never; whose: { actorId: string; actor: string } };

const STRANGER = { actorId: '', actor: 'unknown' };

async function byToken(token: string, attempt: Attempt, deps: Deps): Promise<Outcome> {
  const actor = await actorOfToken(token, deps, attempt.address);
  if (!actor) return { whose: STRANGER };
  // A token of the wrong sort is a mistake, not a guess.
  if (!ROLES.some((role) => role === actor.role)) await attemptSucceeded(deps, attempt);
  const { id, name, role } = actor;
  const user = await tokenUser(actor, personRole(actor), deps);
  return { found: { id, name, role, mustChangePassword: false, userId: user.id } };
}

async function byPassword(name: string, password: string, deps: Deps): Promise<Outcome> {
  const user = await deps.db.user.findFirst({ where: { name, passwordHash: { not: null } } });
  const matches = await passwordMatches(user?.passwordHash, password);
  if (!user) return { whose: STRANGER };
  const role = ROLES.find((known) => known === user.role);
  if (!matches || user.disabledAt || !role) return { whose: { actorId: `user:${user.id}`, actor: user.name } };
  await deps.db.user.update({ where: { id: user.id }, data: { lastSignInAt: new Date() } });
  const { mustChangePassword } = user;
  return { found: { id: `user:${user.id}`, name: user.name, role, mustChangePassword, userId: user.id } };
}

/** What a sign-in leaves in the audit log; a name is there only when it is somebody's: it may be a mistyped password. */
export function recordSignIn(
  what: { action: string; actorId: string; actor: string; detail: Record<string, unknown> },
  { req, res, deps }: { req: Request; res: Response; deps: Deps },
): Promise<void> {
  const requestId = String(res.locals.requestId ?? '');
  return appendAudit(deps, { ...what, subject: 'auth', address: req.ip ?? null, requestId });
}

const signInBody = z.union([
  z.strictObject({ token: z.string().min(1).max(1_000) }),
  z.strictObject({ name: z.string().min(1).max(200), password: z.string().min(1).max(1_000) }),
]);

const isSecure = (req: Request, deps: Deps): boolean => req.secure || deps.env.publicUrl.startsWith('https:');

export const signInRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/auth/sign-in',
    operationId: 'signIn',
    summary: 'Sign in with name and password, or with a token',
    description:
      'Sets an http-only session cookie. Failed attempts are slowed down by address and by name. While ' +
      '`mustChangePassword` is set, nothing but choosing another password is allowed.',
    tags: ['Auth'],
    access: 'public',
    // It is in the log all the same: the one who signs in is nobody before.
    audit: false,
    maxBodyBytes: 10_000,
    body: signInBody,
    examples: {
      person: { name: 'ada', password: 'a sentence is easy to remember' },
      token: { token: 'the token that npm start printed' },
    },
    responses: {
      200: { description: 'Signed in', schema: meSchema },
      401: { description: 'Unknown token, or name and password do not fit' },
      429: { description: 'Too many failures: wait as `Retry-After` says' },
      503: { description: 'Too many people sign in at once' },
    },
    async handler({ body, req, res, deps }) {
      const name = 'name' in body ? nameOf(body.name) : undefined;
      const attempt: Attempt = { address: req.ip ?? '', ...(name === undefined ? {} : { name }) };
      const how = 'token' in body ? 'token' : 'password';
      const { locks } = await takeAttempt(deps, attempt);
      const outcome =
        'token' in body
          ? await byToken(body.token.trim(), attempt, deps)
          : await byPassword(name ?? '', body.password, deps);
      if (!outcome.found) {
        const action = locks ? 'signIn.locked' : 'signIn.failed';
        await recordSignIn({ action, ...outcome.whose, detail: { how } }, { req, res, deps });
        throw unauthorized(
          how === 'token' ? 'This token is not known here, or was revoked.' : 'Name and password do not fit.',
        );
      }
      const { found } = outcome;
      await attemptSucceeded(deps, attempt);
      const place = { address: req.ip, userAgent: req.get('user-agent') };
      const { cookie, csrf } = await createSession(found.userId, place, deps);
      await recordSignIn(
        { action: 'signIn', actorId: found.id, actor: found.name, detail: { how } },
        { req, res, deps },
      );
      const settings = cookieSettings(isSecure(req, deps));
      res.cookie(settings.name, cookie, settings.options);
      const me = toMe({ ...found, via: 'cookie', csrf });
      return { status: 200, body: me, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'get',
    path: '/api/auth/me',
    operationId: 'me',
    summary: 'Who am I',
    tags: ['Auth'],
    access: 'signed-in',
    responses: { 200: { description: 'The signed-in person or token', schema: meSchema } },
    async handler({ actor }) {
      return { status: 200, body: toMe(actor), headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'post',
    path: '/api/auth/sign-out',
    operationId: 'signOut',
    summary: 'End the session',
    tags: ['Auth'],
    access: 'signed-in',
    responses: { 204: { description: 'Signed out' } },
    async handler({ actor, req, res, deps }) {
      if (actor.sessionId) await endSession(actor.sessionId, deps);
      const settings = cookieSettings(isSecure(req, deps));
      const { maxAge: _, ...options } = settings.options;
      res.clearCookie(settings.name, options);
      return { status: 204 };
    },
  }),
];
