import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Proxy as ProxyRow } from '../prisma/generated/client.ts';
import { line } from './account-schemas.ts';
import { isMissing } from './database-errors.ts';
import { afterCursor, newestFirst, pageOf, pageQuery, toPage } from './pages.ts';
import { conflict, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { sealProxyPassword } from './secrets.ts';

const tags = ['Proxies'];
const PROTOCOLS = ['http', 'https', 'socks5'] as const;

const fields = {
  name: line(100),
  protocol: z.enum(PROTOCOLS),
  host: z
    .string()
    .trim()
    .max(253)
    .regex(/^([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?)$/, 'Must be a host name or an address'),
  port: z.int().min(1).max(65_535),
  username: line(200),
  password: z.string().min(1).max(1_000),
  country: z.string().regex(/^[A-Z]{2}$/, 'Must be two capital letters such as DE'),
};
const createSchema = z
  .strictObject({
    ...fields,
    username: fields.username.optional(),
    password: fields.password.optional(),
    country: fields.country.optional(),
  })
  .meta({ id: 'NewProxy' });
const patchSchema = z
  .strictObject({
    ...z.object(fields).partial().shape,
    username: fields.username.nullable().optional(),
    password: fields.password.nullable().optional(),
    country: fields.country.nullable().optional(),
  })
  .meta({ id: 'ProxyChanges' });

const proxySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    protocol: z.enum(PROTOCOLS),
    host: z.string(),
    port: z.int(),
    username: z.string().nullable(),
    hasPassword: z.boolean(),
    country: z.string().nullable(),
    status: z.string(),
    accounts: z.int().meta({ description: 'How many accounts use it' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Proxy' });

const withAccounts = { _count: { select: { accounts: true } } } as const;

function toProxy(row: ProxyRow & { _count: { accounts: number } }) {
  const { secret, _count, ...shown } = row;
  return {
    ...shown,
    hasPassword: secret !== null,
    accounts: _count.accounts,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const noSuchProxy = () => notFound('There is no such proxy.');
const given = <T extends object>(changes: T) =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };

export const proxiesRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/proxies',
    operationId: 'listProxies',
    summary: 'List proxies, newest first',
    tags,
    access: 'viewer',
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', schema: pageOf(proxySchema) } },
    async handler({ query, deps }) {
      const rows = await deps.db.proxy.findMany({
        where: afterCursor(query.cursor),
        orderBy: newestFirst,
        take: query.limit + 1,
        include: withAccounts,
      });
      return { status: 200, body: toPage(rows, query.limit, toProxy) };
    },
  }),
  route({
    method: 'post',
    path: '/api/proxies',
    operationId: 'createProxy',
    summary: 'Add a proxy',
    tags,
    access: 'operator',
    body: createSchema,
    examples: { plain: { name: 'Berlin 1', protocol: 'http', host: 'proxy.example.com', port: 8080, country: 'DE' } },
    responses: { 201: { description: 'Added', schema: proxySchema } },
    async handler({ body: { password, ...plain }, deps }) {
      const id = randomUUID();
      const secret = password === undefined ? null : sealProxyPassword(deps.sealer, id, password);
      const { username = null, country = null, ...rest } = plain;
      const data = { ...rest, username, country, id, secret };
      const row = await deps.db.proxy.create({ data, include: withAccounts });
      return { status: 201, body: toProxy(row), headers: { location: `/api/proxies/${id}` } };
    },
  }),
  route({
    method: 'get',
    path: '/api/proxies/{id}',
    operationId: 'getProxy',
    summary: 'One proxy',
    tags,
    access: 'viewer',
    params: idParams,
    responses: { 200: { description: 'The proxy', schema: proxySchema }, 404: { description: 'No such proxy' } },
    async handler({ params, deps }) {
      const row = await deps.db.proxy.findUnique({ where: { id: params.id }, include: withAccounts });
      if (!row) throw noSuchProxy();
      return { status: 200, body: toProxy(row) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/proxies/{id}',
    operationId: 'changeProxy',
    summary: 'Change a proxy',
    tags,
    access: 'operator',
    params: idParams,
    body: patchSchema,
    responses: { 200: { description: 'Changed', schema: proxySchema }, 404: { description: 'No such proxy' } },
    async handler({ params, body: { password, ...plain }, deps }) {
      const seal = (text: string | null) => (text === null ? null : sealProxyPassword(deps.sealer, params.id, text));
      // What the last check said was said of the proxy as it was.
      const data = {
        ...given(plain),
        status: 'unknown',
        ...(password === undefined ? {} : { secret: seal(password) }),
      };
      try {
        const row = await deps.db.proxy.update({ where: { id: params.id }, data, include: withAccounts });
        return { status: 200, body: toProxy(row) };
      } catch (error) {
        throw isMissing(error) ? noSuchProxy() : error;
      }
    },
  }),
  route({
    method: 'delete',
    path: '/api/proxies/{id}',
    operationId: 'deleteProxy',
    summary: 'Delete a proxy that no account uses',
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      204: { description: 'Deleted' },
      404: { description: 'No such proxy' },
      409: { description: 'Accounts use it' },
    },
    async handler({ params, deps }) {
      // Accounts must not fall back to a direct connection because somebody tidied up.
      const { count } = await deps.db.proxy.deleteMany({ where: { id: params.id, accounts: { none: {} } } });
      if (count === 0) {
        const accounts = await deps.db.account.count({ where: { proxyId: params.id } });
        if (accounts === 0) throw noSuchProxy();
        throw conflict(`The proxy is used by ${accounts} accounts. Give them another one first.`);
      }
      return { status: 204 };
    },
  }),
];
