import { z } from 'zod';
import { say } from '../../contracts/said.ts';
import type { Actor } from '../actor.ts';
import type { Deps } from '../deps.ts';
import { conflict, forbidden, notFound, unprocessable } from '../problem.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { personRole, recordSignIn } from '../sign-in.ts';
import { attemptSucceeded, takeAttempt } from '../sign-in-guard.ts';
import { endSessionsOf, tokenUser } from '../web-sessions.ts';
import { hashPassword, newPasswordSchema, passwordFault, passwordMatches } from './passwords.ts';

const tags = ['Auth'];
const NO_STORE = { 'cache-control': 'no-store' };

const sessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean().meta({ description: 'The one that asks' }),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    lastSeenAt: z.iso.datetime().meta({ description: 'To the minute' }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Session' });

function signedInUser(actor: Actor): string {
  if (actor.userId) return actor.userId;
  throw forbidden('This is for who is signed in with a browser; a bearer token has no sessions and no password.');
}

const sessionRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/auth/sessions',
    operationId: 'listSessions',
    summary: 'Where I am signed in',
    tags,
    access: 'signed-in',
    responses: { 200: { description: 'All sessions', schema: z.object({ items: z.array(sessionSchema) }) } },
    async handler({ actor, deps }) {
      const rows = await deps.db.webSession.findMany({
        where: { userId: signedInUser(actor), expiresAt: { gt: new Date() } },
        orderBy: { lastSeenAt: 'desc' },
        take: 200,
      });
      const items = rows.map(({ id, address, userAgent, lastSeenAt, createdAt, expiresAt }) => ({
        ...{ id, address, userAgent, current: id === actor.sessionId },
        lastSeenAt: lastSeenAt.toISOString(),
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      }));
      return { status: 200, body: { items }, headers: NO_STORE };
    },
  }),
  route({
    method: 'delete',
    path: '/api/auth/sessions',
    operationId: 'endOtherSessions',
    summary: 'End all my sessions but this one',
    tags,
    access: 'signed-in',
    responses: { 200: { description: 'How many ended', schema: z.object({ ended: z.int() }) } },
    async handler({ actor, deps }) {
      return { status: 200, body: { ended: await endSessionsOf(signedInUser(actor), actor.sessionId, deps) } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/auth/sessions/{id}',
    operationId: 'endSession',
    summary: 'End one of my sessions',
    tags,
    access: 'signed-in',
    params: z.object({
      id: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'Must be the id of a session')
        .meta({ examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] }),
    }),
    responses: { 204: { description: 'Ended' }, 404: { description: 'I have no such session' } },
    async handler({ params: { id }, actor, deps, note }) {
      const { count } = await deps.db.webSession.deleteMany({ where: { id, userId: signedInUser(actor) } });
      if (count === 0) throw notFound('You have no such session.');
      note({ subject: 'auth/sessions' });
      return { status: 204 };
    },
  }),
];

const passwordRoute = route({
  method: 'post',
  path: '/api/auth/password',
  operationId: 'changePassword',
  summary: 'Choose another password',
  description: 'Ends all other sessions. Wrong current passwords are slowed down like failed sign-ins.',
  tags,
  access: 'signed-in',
  maxBodyBytes: 10_000,
  body: z.strictObject({ current: z.string().min(1).max(1_000), next: newPasswordSchema }),
  examples: { change: { current: 'k7m3p-wq9rt-h2xnb-v5cdz', next: 'a sentence is easy to remember' } },
  responses: {
    204: { description: 'Changed' },
    409: { description: 'Signed in with a token, which has no password' },
    422: { description: 'The current password is wrong, or the new one cannot be taken' },
    429: { description: 'Too many wrong passwords: wait as `Retry-After` says' },
    503: { description: 'Too many people sign in at once' },
  },
  async handler({ body: { current, next }, actor, req, res, deps }) {
    const user = await deps.db.user.findUnique({ where: { id: signedInUser(actor) } });
    if (!user?.passwordHash) throw conflict('You signed in with a token, which has no password.');
    const attempt = { address: req.ip ?? '', name: user.name };
    await takeAttempt(deps, attempt);
    const refuse = (path: string, message: string) =>
      unprocessable(say('access.password-kept', { why: message }), [{ path, message }]);
    if (!(await passwordMatches(user.passwordHash, current))) {
      const who = { actorId: actor.id, actor: actor.name };
      await recordSignIn({ action: 'changePassword.failed', ...who, detail: {} }, { req, res, deps });
      throw refuse('current', 'The current password is wrong');
    }
    await attemptSucceeded(deps, attempt);
    const fault = current === next ? 'Must differ from the current one' : passwordFault(next, user.name);
    if (fault) throw refuse('next', fault);
    const data = { passwordHash: await hashPassword(next), mustChangePassword: false };
    await deps.db.user.update({ where: { id: user.id }, data });
    await endSessionsOf(user.id, actor.sessionId, deps);
    return { status: 204 };
  },
});

const MOST_PREFERENCES_BYTES = 16_384;
const preferencesSchema = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9.]{0,63}$/, 'Must be a name such as theme'), z.json())
  .meta({ id: 'Preferences', description: 'What the dashboard keeps for me: language, theme, columns' });

/** The row that preferences hang on; a token has one too. */
async function ownUser(actor: Actor, deps: Deps): Promise<string> {
  return actor.userId ?? (await tokenUser(actor, personRole(actor), deps)).id;
}

async function readPreferences(id: string, deps: Deps) {
  const user = await deps.db.user.findUnique({ where: { id }, select: { preferences: true } });
  return preferencesSchema.safeParse(user?.preferences ?? {}).data ?? {};
}

const preferencesRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/auth/preferences',
    operationId: 'getPreferences',
    summary: 'My preferences',
    tags,
    access: 'signed-in',
    responses: { 200: { description: 'All of them', schema: preferencesSchema } },
    async handler({ actor, deps }) {
      return { status: 200, body: await readPreferences(await ownUser(actor, deps), deps) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/auth/preferences',
    operationId: 'changePreferences',
    summary: 'Change my preferences',
    description: 'What is left out stays, what is null goes.',
    tags,
    access: 'signed-in',
    // A theme is nobody else's business, and a column is dragged often.
    audit: false,
    maxBodyBytes: 65_536,
    body: preferencesSchema,
    examples: { dark: { theme: 'dark', language: 'en' } },
    responses: {
      200: { description: 'All of them', schema: preferencesSchema },
      422: { description: 'They would take more than 16 KiB' },
    },
    async handler({ body, actor, deps }) {
      const id = await ownUser(actor, deps);
      const both = Object.entries({ ...(await readPreferences(id, deps)), ...body });
      const preferences = Object.fromEntries(both.filter(([, value]) => value !== null));
      if (Buffer.byteLength(JSON.stringify(preferences)) > MOST_PREFERENCES_BYTES) {
        throw unprocessable('Preferences may take 16 KiB at most.');
      }
      const user = await deps.db.user.update({ where: { id }, data: { preferences: preferences as object } });
      return { status: 200, body: user.preferences };
    },
  }),
];

export const ownRoutes: Route[] = [passwordRoute, ...sessionRoutes, ...preferencesRoutes];
