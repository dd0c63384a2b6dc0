import { z } from 'zod';
import type { Actor } from './actor.ts';
import { ROLES } from './actor.ts';
import { actorOfToken } from './auth.ts';
import type { Deps } from './deps.ts';
import { forbidden, unauthorized } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import { createSignInGuard } from './sign-in-guard.ts';
import { cookieSettings, createSession, endSession } from './web-sessions.ts';

const meSchema = z
  .object({
    name: z.string(),
    role: z.enum(ROLES),
    /** What the header `x-csrf-token` must be on changing calls; empty with a bearer token. */
    csrf: z.string(),
  })
  .meta({ id: 'Me' });

// One guard a process and database, so that tests and processes with apps of their own do not slow one another down.
const guards = new WeakMap<object, SignInGuard>();
function guardOf(deps: Deps): SignInGuard {
  const known = guards.get(deps) ?? createSignInGuard();
  guards.set(deps, known);
  return known;
}

function personRole(actor: Actor) {
  const role = ROLES.find((candidate) => candidate === actor.role);
  if (!role) throw forbidden('This token is for worker hosts, not for people.');
  return role;
}

export const signInRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/auth/sign-in',
    operationId: 'signIn',
    summary: 'Sign in with a token',
    description: 'Sets an http-only session cookie. Failed attempts are slowed down by address.',
    tags: ['Auth'],
    access: 'public',
    maxBodyBytes: 10_000,
    body: z.strictObject({ token: z.string().min(1).max(1_000) }),
    responses: { 200: { description: 'Signed in', schema: meSchema } },
    async handler({ body, req, res, deps }) {
      const guard = guardOf(deps);
      const address = req.ip ?? '';
      guard.check(address);
      const actor = await actorOfToken(body.token.trim(), deps);
      if (!actor) {
        guard.failed(address);
        throw unauthorized('This token is not known here, or was revoked.');
      }
      const role = personRole(actor);
      guard.succeeded(address);
      const { cookie, csrf } = await createSession(actor, role, deps);
      const settings = cookieSettings(req.secure || deps.env.publicUrl.startsWith('https:'));
      res.cookie(settings.name, cookie, settings.options);
      return { status: 200, body: { name: actor.name, role, csrf }, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'get',
    path: '/api/auth/me',
    operationId: 'me',
    summary: 'Who am I',
    tags: ['Auth'],
    access: 'viewer',
    responses: { 200: { description: 'The signed-in person or token', schema: meSchema } },
    async handler({ actor }) {
      return {
        status: 200,
        body: { name: actor.name, role: personRole(actor), csrf: actor.csrf ?? '' },
        headers: { 'cache-control': 'no-store' },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/auth/sign-out',
    operationId: 'signOut',
    summary: 'End the session',
    tags: ['Auth'],
    access: 'viewer',
    responses: { 204: { description: 'Signed out' } },
    async handler({ actor, req, res, deps }) {
      if (actor.sessionId) await endSession(actor.sessionId, deps);
      const settings = cookieSettings(req.secure || deps.env.publicUrl.startsWith('https:'));
      const { maxAge: _, ...options } = settings.options;
      res.clearCookie(settings.name, options);
      return { status: 204 };
    },
  }),
];
