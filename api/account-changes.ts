import type { z } from 'zod';
import { say } from '../contracts/said.ts';
import { FINAL_ACCOUNT_TASK_STATES, FINAL_BULK_STATES } from '../contracts/states.ts';
import { Prisma } from '../prisma/generated/client.ts';
import { checkProxy, duplicateUsername } from './account-rules.ts';
import type { AccountRow, patchAccountSchema } from './account-schemas.ts';
import { withoutSession } from './account-schemas.ts';
import { isDuplicate, isReferenced } from './database-errors.ts';
import type { Deps } from './deps.ts';
import { badRequest, conflict, notFound } from './problem.ts';
import { readAccountLogin, sealAccountLogin } from './secrets.ts';

type Changes = z.output<typeof patchAccountSchema>;
type Transaction = Prisma.TransactionClient;

/** Holds the row until the transaction ends: two edits of the sealed login must not overwrite one another. */
async function lockAccount(tx: Transaction, id: string): Promise<AccountRow> {
  await tx.$queryRaw`SELECT 1 FROM "Account" WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.account.findUnique({ where: { id }, omit: withoutSession });
  if (!row) throw notFound('There is no such account.');
  return row;
}

const orNull = <T>(value: T | null) => (value === null ? Prisma.DbNull : value);

/** What a changed login means: sealed anew, the session of the old one forgotten, refused credentials tried again. */
function loginChanges(row: AccountRow, changes: Changes, deps: Deps): Prisma.AccountUncheckedUpdateInput {
  if (changes.password === undefined && changes.totpSecret === undefined) return {};
  const login = readAccountLogin(deps.sealer, row);
  const password = changes.password ?? login?.password;
  if (password === undefined) {
    throw badRequest('The account has no password yet, so the TOTP seed alone cannot be kept.', [
      { path: 'password', message: 'Must be given too' },
    ]);
  }
  const totpSecret = changes.totpSecret === undefined ? (login?.totpSecret ?? null) : changes.totpSecret;
  return {
    secret: sealAccountLogin(deps.sealer, row.id, { password, totpSecret }),
    ...(row.status === 'bad_credentials' ? { status: 'new', statusReason: null } : {}),
    ...(changes.password === undefined ? {} : { session: null, sessionAt: null }),
  };
}

/** @throws Problem 400, 404 or 409 */
export async function changeAccount(id: string, changes: Changes, deps: Deps): Promise<AccountRow> {
  const { password: _, totpSecret: __, dailyLimits, quietHours, status, ...plain } = changes;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  let platform = '';
  try {
    return await deps.db.$transaction(async (tx) => {
      const row = await lockAccount(tx, id);
      platform = row.platform;
      await checkProxy(tx, changes.proxyId);
      const renamed = changes.username !== undefined && changes.username !== row.username;
      return await tx.account.update({
        where: { id },
        data: {
          ...given,
          ...loginChanges(row, changes, deps),
          ...(renamed ? { session: null, sessionAt: null } : {}),
          ...(dailyLimits === undefined ? {} : { dailyLimits: orNull(dailyLimits) }),
          ...(quietHours === undefined ? {} : { quietHours: orNull(quietHours) }),
          ...(status === undefined ? {} : { status, statusReason: null }),
        },
        omit: withoutSession,
      });
    });
  } catch (error) {
    throw isDuplicate(error) ? duplicateUsername(platform, changes.username ?? '') : error;
  }
}

/** What is left of an account that history names. */
export const ARCHIVED = {
  status: 'disabled',
  statusReason: 'Archived: history names this account. Its password and session were erased.',
  secret: null,
  session: null,
  sessionAt: null,
} as const;

/** @throws Problem 404, or 409 while account tasks of it are unfinished */
export async function removeAccount(id: string, deps: Deps) {
  try {
    return await deps.db.$transaction(async (tx) => {
      await lockAccount(tx, id);
      const unfinished = await tx.accountTask.count({
        where: {
          accountId: id,
          state: { notIn: [...FINAL_ACCOUNT_TASK_STATES] },
          task: { state: { notIn: [...FINAL_BULK_STATES] } },
        },
      });
      if (unfinished > 0) {
        throw conflict(
          unfinished === 1 ? say('account.unfinished-one') : say('account.unfinished', { count: unfinished }),
        );
      }
      const history =
        (await tx.accountTask.findFirst({ where: { accountId: id }, select: { id: true } })) ??
        (await tx.postIntent.findFirst({ where: { accountId: id }, select: { id: true } }));
      if (history) {
        await tx.account.update({ where: { id }, data: ARCHIVED });
        return { outcome: 'archived' as const, message: ARCHIVED.statusReason };
      }
      await tx.account.delete({ where: { id } });
      return { outcome: 'deleted' as const, message: 'The account was deleted.' };
    });
  } catch (error) {
    throw isReferenced(error) ? conflict('A bulk task has just taken this account up. Cancel it first.') : error;
  }
}
