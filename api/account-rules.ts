import { say } from '../contracts/said.ts';
import type { Deps } from './deps.ts';
import { badRequest, conflict, notFound } from './problem.ts';

/** @throws Problem 404 */
export async function checkAccount(db: Pick<Deps['db'], 'account'>, id: string): Promise<void> {
  if (await db.account.findUnique({ where: { id }, select: { id: true } })) return;
  throw notFound('There is no such account.');
}

/** @throws Problem 400 that names the field, when there is no such proxy */
export async function checkProxy(db: Pick<Deps['db'], 'proxy'>, proxyId: string | null | undefined): Promise<void> {
  if (!proxyId || (await db.proxy.findUnique({ where: { id: proxyId }, select: { id: true } }))) return;
  throw badRequest('The account cannot be saved as given.', [{ path: 'proxyId', message: 'There is no such proxy' }]);
}

export const duplicateUsername = (platform: string, username: string) =>
  conflict(say('account.taken', { username, platform }), [{ path: 'username', message: 'Taken on this platform' }]);
