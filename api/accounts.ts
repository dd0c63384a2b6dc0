import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { accountBulkRoutes } from './account-bulk.ts';
import { changeAccount, removeAccount } from './account-changes.ts';
import { listAccountsQuery, readAccounts } from './account-filter.ts';
import { accountImportRoutes } from './account-import.ts';
import { linksOf } from './account-links.ts';
import { checkProxy, duplicateUsername } from './account-rules.ts';
import {
  accountDetailSchema,
  accountSchema,
  createAccountSchema,
  patchAccountSchema,
  toAccount,
  withoutSession,
} from './account-schemas.ts';
import { accountTagRoutes } from './account-tags.ts';
import { accountTotal } from './account-totals.ts';
import { isDuplicate } from './database-errors.ts';
import { pageOf, toPage } from './pages.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { sealAccountLogin } from './secrets.ts';

const tags = ['Accounts'];
const listSchema = pageOf(accountSchema).extend({
  total: z.int().nullable().meta({ description: 'How many match, on the first page; null on later ones' }),
});

const listAccounts = route({
  method: 'get',
  path: '/api/accounts',
  operationId: 'listAccounts',
  summary: 'List accounts, newest first',
  tags,
  access: 'viewer',
  query: listAccountsQuery,
  responses: { 200: { description: 'One page', schema: listSchema } },
  async handler({ query, deps }) {
    const { cursor, limit, offset, ...filter } = query;
    const [rows, total] = await Promise.all([
      readAccounts(deps.db, { filter, cursor, offset, take: limit + 1 }),
      cursor === undefined && offset === 0 ? accountTotal(deps.db, filter) : null,
    ]);
    return { status: 200, body: { ...toPage(rows, limit, (row) => toAccount(row, deps)), total } };
  },
});

const createAccount = route({
  method: 'post',
  path: '/api/accounts',
  operationId: 'createAccount',
  summary: 'Add an account',
  tags,
  access: 'operator',
  idempotent: true,
  body: createAccountSchema,
  examples: { plain: { platform: 'sandbox', username: 'ada', password: 'correct horse', tags: ['crew-a'] } },
  responses: {
    201: { description: 'Added', schema: accountSchema },
    409: { description: 'The platform has an account of that name here already' },
  },
  async handler({ body, deps }) {
    const { password, totpSecret, dailyLimits, quietHours, ...plain } = body;
    await checkProxy(deps.db, body.proxyId);
    const id = randomUUID();
    const secret = sealAccountLogin(deps.sealer, id, { password, totpSecret: totpSecret ?? null });
    const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
    const data = { ...given, platform: body.platform, username: body.username, id, secret };
    try {
      const row = await deps.db.account.create({
        data: { ...data, ...(dailyLimits ? { dailyLimits } : {}), ...(quietHours ? { quietHours } : {}) },
        omit: withoutSession,
      });
      return { status: 201, body: toAccount(row, deps), headers: { location: `/api/accounts/${id}` } };
    } catch (error) {
      throw isDuplicate(error) ? duplicateUsername(body.platform, body.username) : error;
    }
  },
});

const getAccount = route({
  method: 'get',
  path: '/api/accounts/{id}',
  operationId: 'getAccount',
  summary: 'One account',
  tags,
  access: 'viewer',
  params: idParams,
  responses: {
    200: { description: 'The account', schema: accountDetailSchema },
    404: { description: 'No such account' },
  },
  async handler({ params, deps }) {
    const row = await deps.db.account.findUnique({ where: { id: params.id }, omit: withoutSession });
    if (!row) throw notFound('There is no such account.');
    return { status: 200, body: { ...toAccount(row, deps), links: await linksOf(deps.db, row.id) } };
  },
});

const patchAccount = route({
  method: 'patch',
  path: '/api/accounts/{id}',
  operationId: 'changeAccount',
  summary: 'Change an account',
  description:
    'Only the given fields change. A new password forgets the stored session and lets an account with refused ' +
    'credentials be tried again.',
  tags,
  access: 'operator',
  params: idParams,
  body: patchAccountSchema,
  examples: {
    retag: { tags: ['crew-b'], notes: 'Moved to the second crew' },
    disable: { status: 'disabled' },
    limits: { dailyLimits: { posts: 4, perHour: 2 }, quietHours: { from: '22:30', to: '07:00' } },
  },
  responses: {
    200: { description: 'Changed', schema: accountSchema },
    404: { description: 'No such account' },
    409: { description: 'The platform has an account of that name here already' },
  },
  async handler({ params, body, deps }) {
    return { status: 200, body: toAccount(await changeAccount(params.id, body, deps), deps) };
  },
});

const deleteAccount = route({
  method: 'delete',
  path: '/api/accounts/{id}',
  operationId: 'deleteAccount',
  summary: 'Delete or archive an account',
  description:
    'An account without history is deleted. One that history names is archived: disabled, and its password, TOTP ' +
    'seed and session are erased. One with unfinished work is refused.',
  tags,
  access: 'operator',
  params: idParams,
  responses: {
    200: {
      description: 'Deleted or archived',
      schema: z.object({ id: z.uuid(), outcome: z.enum(['deleted', 'archived']), message: z.string() }),
    },
    404: { description: 'No such account' },
    409: { description: 'It has unfinished account tasks' },
  },
  async handler({ params, deps }) {
    return { status: 200, body: { id: params.id, ...(await removeAccount(params.id, deps)) } };
  },
});

export const accountsRoutes: Route[] = [
  listAccounts,
  createAccount,
  ...accountTagRoutes,
  ...accountBulkRoutes,
  ...accountImportRoutes,
  getAccount,
  patchAccount,
  deleteAccount,
];
