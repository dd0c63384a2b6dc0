import { z } from 'zod';
import { say } from '../../contracts/said.ts';
import type { User } from '../../prisma/generated/client.ts';
import type { Actor } from '../actor.ts';
import { ROLES } from '../actor.ts';
import { isDuplicate } from '../database-errors.ts';
import type { Deps } from '../deps.ts';
import { query } from '../door/sql.ts';
import { afterCursor, newestFirst, pageOf, pageQuery, toPage } from '../pages.ts';
import { conflict, notFound } from '../problem.ts';
import type { Route } from '../route.ts';
import { idParams, route } from '../route.ts';
import { endSessionsOf } from '../web-sessions.ts';
import { personNameSchema } from './names.ts';
import { firstPassword, hashPassword } from './passwords.ts';

const tags = ['People'];
const NO_STORE = { 'cache-control': 'no-store' };

const userSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES),
    disabled: z.boolean(),
    disabledAt: z.iso.datetime().nullable(),
    mustChangePassword: z.boolean().meta({ description: 'Has not yet replaced the password that was handed over' }),
    lastSignInAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

const withPassword = userSchema
  .extend({ password: z.string().meta({ description: 'To hand over; it is in this answer and nowhere else' }) })
  .meta({ id: 'UserWithPassword' });

const roleOf = (user: User) => ROLES.find((role) => role === user.role) ?? 'viewer';

function toUser(user: User): z.output<typeof userSchema> {
  const { id, name, mustChangePassword, disabledAt, lastSignInAt, createdAt } = user;
  return {
    id,
    name,
    role: roleOf(user),
    disabled: disabledAt !== null,
    disabledAt: disabledAt?.toISOString() ?? null,
    mustChangePassword,
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

/** Rows without a password stand for tokens; nobody manages them here. */
const PERSON = { passwordHash: { not: null } };

type Tx = Parameters<Parameters<Deps['db']['$transaction']>[0]>[0];

async function findPerson(tx: Pick<Tx, 'user'>, id: string): Promise<User> {
  const user = await tx.user.findFirst({ where: { id, ...PERSON } });
  if (!user) throw notFound('There is no such person.');
  return user;
}

/**
 * Refuses to take away the last admin who can sign in. The rows stay locked until the change is made, or two admins
 * could each take the other's role at once. The admin token of the environment may: it always works.
 */
async function keepAnAdmin(tx: Tx, id: string, actor: Actor): Promise<void> {
  if (actor.id === 'admin') return;
  const admins = await query<{ id: string }>(
    tx,
    `SELECT id FROM "User" WHERE role = 'admin' AND "passwordHash" IS NOT NULL AND "disabledAt" IS NULL
     ORDER BY id FOR UPDATE`,
  );
  if (admins.length > 0 && admins.every((admin) => admin.id === id)) {
    throw conflict('This is the last admin who can sign in. Make somebody else an admin first.');
  }
}

const busy = { 503: { description: 'Too many passwords are worked on at once' } };
const missing = { 404: { description: 'No such person' } };
const last = { 409: { description: 'It is the last admin who can sign in' } };

export const usersRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/users',
    operationId: 'listUsers',
    summary: 'People who sign in by name and password, newest first',
    tags,
    access: 'admin',
    query: z.object({ q: z.string().max(100).optional().meta({ description: 'Part of the name' }), ...pageQuery }),
    responses: { 200: { description: 'One page', schema: pageOf(userSchema) } },
    async handler({ query: { q, cursor, limit }, deps }) {
      const found = q ? { name: { contains: q.toLowerCase() } } : {};
      const where = { AND: [PERSON, found, afterCursor(cursor)] };
      const rows = await deps.db.user.findMany({ where, orderBy: newestFirst, take: limit + 1 });
      return { status: 200, body: toPage(rows, limit, toUser) };
    },
  }),
  route({
    method: 'post',
    path: '/api/users',
    operationId: 'createUser',
    summary: 'Add a person',
    description: 'The answer holds a first password to hand over. The person replaces it at the first sign-in.',
    tags,
    access: 'admin',
    idempotent: true,
    body: z.strictObject({ name: personNameSchema, role: z.enum(ROLES) }),
    examples: { operator: { name: 'ada', role: 'operator' } },
    responses: {
      201: { description: 'Added', schema: withPassword },
      409: { description: 'The name is taken' },
      ...busy,
    },
    async handler({ body, deps }) {
      const password = firstPassword();
      const passwordHash = await hashPassword(password);
      try {
        const user = await deps.db.user.create({ data: { ...body, passwordHash, mustChangePassword: true } });
        return { status: 201, body: { ...toUser(user), password }, headers: NO_STORE };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        throw conflict(say('account.name-taken', { name: body.name }), [{ path: 'name', message: 'Taken' }]);
      }
    },
  }),
  route({
    method: 'patch',
    path: '/api/users/{id}',
    operationId: 'changeUser',
    summary: "Change a person's role, or disable and enable them",
    description: 'A role holds from the next call on. Disabling ends all sessions.',
    tags,
    access: 'admin',
    params: idParams,
    body: z.strictObject({ role: z.enum(ROLES).optional(), disabled: z.boolean().optional() }),
    examples: { promote: { role: 'admin' }, disable: { disabled: true } },
    responses: { 200: { description: 'Changed', schema: userSchema }, ...missing, ...last },
    async handler({ params: { id }, body, actor, deps, note }) {
      const { role, disabled } = body;
      const { before, after } = await deps.db.$transaction(async (tx) => {
        if ((role !== undefined && role !== 'admin') || disabled) await keepAnAdmin(tx, id, actor);
        const before = await findPerson(tx, id);
        const disabledAt = disabled ? (before.disabledAt ?? new Date()) : null;
        const data = { ...(role ? { role } : {}), ...(disabled === undefined ? {} : { disabledAt }) };
        return { before, after: await tx.user.update({ where: { id }, data }) };
      });
      if (after.disabledAt) await endSessionsOf(id, undefined, deps);
      const roles = before.role === after.role ? {} : { roleBefore: before.role };
      note({ detail: { name: after.name, ...roles } });
      return { status: 200, body: toUser(after) };
    },
  }),
  route({
    method: 'post',
    path: '/api/users/{id}/password',
    operationId: 'resetPassword',
    summary: 'Give a person a new first password',
    description: 'Ends all sessions of the person, who replaces the password at the next sign-in.',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 200: { description: 'With the password', schema: withPassword }, ...missing, ...busy },
    async handler({ params: { id }, deps, note }) {
      const { name } = await findPerson(deps.db, id);
      const password = firstPassword();
      const data = { passwordHash: await hashPassword(password), mustChangePassword: true };
      const user = await deps.db.user.update({ where: { id }, data });
      await endSessionsOf(id, undefined, deps);
      note({ detail: { name } });
      return { status: 200, body: { ...toUser(user), password }, headers: NO_STORE };
    },
  }),
  route({
    method: 'delete',
    path: '/api/users/{id}',
    operationId: 'deleteUser',
    summary: 'Delete a person',
    description: 'Ends all sessions. What they did stays in the audit log under their name.',
    tags,
    access: 'admin',
    params: idParams,
    responses: { 204: { description: 'Deleted' }, ...missing, ...last },
    async handler({ params: { id }, actor, deps, note }) {
      const { name, role } = await deps.db.$transaction(async (tx) => {
        await keepAnAdmin(tx, id, actor);
        await findPerson(tx, id);
        return await tx.user.delete({ where: { id } });
      });
      note({ detail: { name, role } });
      return { status: 204 };
    },
  }),
];
