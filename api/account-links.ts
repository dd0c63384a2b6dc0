import { z } from 'zod';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import { say } from '../contracts/said.ts';
import type { Prisma } from '../prisma/generated/client.ts';
import { type LinkedAccount, linkedAccountSchema } from './account-schemas.ts';
import type { Deps } from './deps.ts';
import type { FieldError } from './problem.ts';
import { notFound, unprocessable } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';

/** Accounts of one owner on different platforms know one another, in both directions, one a platform. */
const tags = ['Accounts'];
const MAX_LINKS = 50;
const linksSchema = z.object({ items: z.array(linkedAccountSchema) }).meta({ id: 'AccountLinks' });

type Transaction = Prisma.TransactionClient;

/** The accounts that this one is linked to, by platform. */
export async function linksOf(db: Pick<Deps['db'], 'accountLink'>, accountId: string): Promise<LinkedAccount[]> {
  const rows = await db.accountLink.findMany({
    where: { accountId },
    orderBy: { platform: 'asc' },
    select: { linked: { select: { id: true, platform: true, username: true } } },
  });
  return rows.map(({ linked }) => linked);
}

const titleOf = (platform: string): string => platformProfiles[platform]?.title ?? platform;

/** What is wrong with linking `account` to `wanted`, each named by its place in the request. */
function refusals(
  account: LinkedAccount,
  wanted: readonly { id: string; found: LinkedAccount | undefined }[],
  taken: ReadonlyMap<string, LinkedAccount>,
): FieldError[] {
  const ofPlatform = new Map<string, LinkedAccount>();
  return wanted.flatMap(({ id, found }, place): FieldError[] => {
    const refuse = (message: string) => [{ path: `accountIds.${place}`, message }];
    if (id === account.id) return refuse('An account cannot be linked to itself.');
    if (!found) return refuse(say('none.some-account', { id }));
    const title = titleOf(found.platform);
    if (found.platform === account.platform) {
      return refuse(say('account.link-same', { username: found.username, platform: title }));
    }
    const other = ofPlatform.get(found.platform);
    if (other?.id === found.id) return refuse(say('account.link-twice', { username: found.username }));
    if (other) return refuse(say('account.link-one', { username: other.username, platform: title }));
    ofPlatform.set(found.platform, found);
    const holder = taken.get(found.id);
    if (!holder) return [];
    return refuse(say('account.link-taken', { username: found.username, other: holder.username }));
  });
}

/** Those of the accounts that another account of this platform is linked to. */
async function readTaken(tx: Transaction, account: LinkedAccount, ids: string[]): Promise<Map<string, LinkedAccount>> {
  const rows = await tx.accountLink.findMany({
    where: { accountId: { in: ids }, platform: account.platform, linkedId: { not: account.id } },
    select: { accountId: true, linked: { select: { id: true, platform: true, username: true } } },
  });
  return new Map(rows.map(({ accountId, linked }) => [accountId, linked]));
}

/**
 * Makes these the account's links, and takes the others away on both sides.
 * @throws Problem 404, or 422 that says of each wrong one why; then nothing was written
 */
async function putLinks(tx: Transaction, id: string, given: readonly string[]): Promise<void> {
  const ids = given.map((one) => one.toLowerCase());
  const before = await tx.accountLink.findMany({ where: { accountId: id }, select: { linkedId: true } });
  // Two edits that meet in an account take turns; the order of the ids keeps them from waiting for one another.
  const all = [...new Set([id, ...ids, ...before.map(({ linkedId }) => linkedId)])];
  const accounts = await tx.$queryRaw<LinkedAccount[]>`
    SELECT id, platform, username FROM "Account" WHERE id = ANY(${all}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const known = new Map(accounts.map((account) => [account.id, account]));
  const account = known.get(id);
  if (!account) throw notFound('There is no such account.');
  const errors = refusals(
    account,
    ids.map((one) => ({ id: one, found: known.get(one) })),
    await readTaken(tx, account, ids),
  );
  if (errors.length > 0) throw unprocessable('The accounts cannot be linked like this.', errors);

  await tx.accountLink.deleteMany({ where: { OR: [{ accountId: id }, { linkedId: id }] } });
  await tx.accountLink.createMany({
    data: ids.flatMap((linkedId) => [
      { accountId: id, linkedId, platform: known.get(linkedId)?.platform ?? '' },
      { accountId: linkedId, linkedId: id, platform: account.platform },
    ]),
  });
}

export const accountLinksRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/accounts/{id}/links',
    operationId: 'listAccountLinks',
    summary: "The same owner's accounts on other platforms",
    tags,
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'By platform', schema: linksSchema }, 404: { description: 'No such account' } },
    async handler({ params, deps }) {
      const account = await deps.db.account.findUnique({ where: { id: params.id }, select: { id: true } });
      if (!account) throw notFound('There is no such account.');
      return { status: 200, body: { items: await linksOf(deps.db, params.id) } };
    },
  }),
  route({
    method: 'put',
    path: '/api/accounts/{id}/links',
    operationId: 'setAccountLinks',
    summary: "Say which are the same owner's accounts on other platforms",
    description:
      'Replaces all links of the account. A link holds in both directions. An account has one link a platform, and ' +
      'none to its own.',
    tags,
    access: 'operator',
    params: idParams,
    body: z.strictObject({ accountIds: z.array(z.uuid()).max(MAX_LINKS) }).meta({ id: 'NewAccountLinks' }),
    examples: { one: { accountIds: ['5b9e2c47-0d18-4a6c-b1f3-7e2a9c4d8f60'] } },
    responses: {
      200: { description: 'The links now', schema: linksSchema },
      404: { description: 'No such account' },
      422: { description: 'Some of the accounts cannot be linked; nothing was changed' },
    },
    async handler({ params, body, deps }) {
      const items = await deps.db.$transaction(async (tx) => {
        await putLinks(tx, params.id.toLowerCase(), body.accountIds);
        return linksOf(tx, params.id);
      });
      return { status: 200, body: { items } };
    },
  }),
];
