import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { say } from '../contracts/said.ts';
import type { Proxy as ProxyRow } from '../prisma/generated/client.ts';
import { line } from './account-schemas.ts';
import { isMissing } from './database-errors.ts';
import type { Deps } from './deps.ts';
import { afterCursor, listOf, newestFirst, pageOf, pageQuery, toPage } from './pages.ts';
import { badRequest, conflict, notFound } from './problem.ts';
import { proxyChecksRoute } from './proxy-checks.ts';
import { proxyPoolRoute, recentChecks, recentChecksSchema } from './proxy-pool.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import { saidOf, saidShape } from './said.ts';
import { sealProxyPassword } from './secrets.ts';

const tags = ['Proxies'];
const PROTOCOLS = ['http', 'https', 'socks5'] as const;

const PROXY_STATUSES = ['unknown', 'healthy', 'unstable', 'failing'] as const;

const HOST = /^([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?)$/;

/** What is wrong with a host; what was pasted together with it belongs into fields of its own, the password above all. */
function hostComplaint(host: string): string | null {
  if (host.includes('@')) return 'Must be the host alone: user name and password have fields of their own';
  if (host.includes('://')) return 'Must be the host alone: the scheme goes into protocol';
  return HOST.test(host) ? null : 'Must be a host name or an address';
}

const fields = {
  name: line(100),
  protocol: z.enum(PROTOCOLS),
  host: z
    .string()
    .trim()
    .max(253)
    .superRefine((host, ctx) => {
      const message = hostComplaint(host);
      if (message) ctx.addIssue({ code: 'custom', message });
    }),
  port: z.int().min(1).max(65_535),
  username: line(200),
  password: z.string().min(1).max(1_000),
  country: z.string().regex(/^[A-Z]{2}$/, 'Must be two capital letters such as DE'),
  exitAddress: z
    .string()
    .trim()
    .refine((text) => isIP(text) !== 0, 'Must be an IP address such as 203.0.113.7')
    .meta({ title: 'Exit address', description: 'The address that it should show to the outside' }),
  spare: z.boolean().meta({ title: 'Spare', description: 'May be given to an account whose own proxy fails' }),
};
const createSchema = z
  .strictObject({
    ...fields,
    username: fields.username.optional(),
    password: fields.password.optional(),
    country: fields.country.optional(),
    exitAddress: fields.exitAddress.optional(),
    spare: fields.spare.default(false),
  })
  .meta({ id: 'NewProxy' });
const patchSchema = z
  .strictObject({
    ...z.object(fields).partial().shape,
    username: fields.username.nullable().optional(),
    password: fields.password.nullable().optional(),
    country: fields.country.nullable().optional(),
    exitAddress: fields.exitAddress.nullable().optional(),
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
    exitAddress: z.string().nullable().meta({ description: 'The address that it should show to the outside' }),
    spare: z.boolean().meta({ description: 'May be given to an account whose own proxy fails' }),
    status: z.enum(PROXY_STATUSES),
    verdict: z.string().nullable().meta({ description: 'What the last check concluded, in words' }),
    ...saidShape,
    checkedAt: z.iso.datetime().nullable(),
    accounts: z.int().meta({ description: 'How many accounts use it' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Proxy' });

const listedSchema = proxySchema.extend({ recent: recentChecksSchema }).meta({ id: 'ListedProxy' });

const withAccounts = { _count: { select: { accounts: true } } } as const;

function toProxy(row: ProxyRow & { _count: { accounts: number } }) {
  const { secret, _count, ...shown } = row;
  return {
    ...shown,
    ...saidOf({ verdict: row.verdict }),
    // A host that came from elsewhere may hold credentials until it is repaired.
    host: row.host.replace(/^.*@/s, '…@'),
    hasPassword: secret !== null,
    accounts: _count.accounts,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** @throws Problem 400 for a host inside a network that is not public and not allowed */
async function checkHost({ addressGuard }: Pick<Deps, 'addressGuard'>, host: string | undefined): Promise<void> {
  const why = host === undefined ? null : await addressGuard.refusalToKeep(host);
  if (why === null) return;
  const message = `${why} ${say('account.networks')}`;
  throw badRequest('This address may not be called.', [{ path: 'host', message }]);
}

const noSuchProxy = () => notFound('There is no such proxy.');
const given = <T extends object>(changes: T) =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };

export const proxiesRoutes: Route[] = [
  proxyChecksRoute,
  proxyPoolRoute,
  route({
    method: 'get',
    path: '/api/proxies',
    operationId: 'listProxies',
    summary: 'List proxies, newest first',
    tags,
    access: 'viewer',
    query: z.strictObject({
      status: listOf(PROXY_STATUSES),
      protocol: z.enum(PROTOCOLS).optional(),
      country: fields.country.optional(),
      spare: z.stringbool().optional().meta({ type: 'boolean', description: 'Of the spare pool, or not of it' }),
      used: z.stringbool().optional().meta({ type: 'boolean', description: 'Whether an account uses it' }),
      q: line(100).optional().meta({ description: 'Part of the name or the host' }),
      ...pageQuery,
    }),
    responses: { 200: { description: 'One page', schema: pageOf(listedSchema) } },
    async handler({ query: { cursor, limit, status, used, q, ...exact }, deps }) {
      const text =
        q === undefined ? undefined : ({ contains: q.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } as const);
      const rows = await deps.db.proxy.findMany({
        where: {
          AND: [
            given(exact),
            status ? { status: { in: status } } : {},
            used === undefined ? {} : { accounts: used ? { some: {} } : { none: {} } },
            // A host may hold credentials until it is repaired, and a search must not spell them out.
            text ? { OR: [{ name: text }, { AND: [{ host: text }, { NOT: { host: { contains: '@' } } }] }] } : {},
            afterCursor(cursor),
          ],
        },
        orderBy: newestFirst,
        take: limit + 1,
        include: withAccounts,
      });
      const recent = await recentChecks(
        deps.db,
        rows.map(({ id }) => id),
      );
      const toListed = (row: (typeof rows)[number]) => ({ ...toProxy(row), recent: recent.get(row.id) ?? [] });
      return { status: 200, body: toPage(rows, limit, toListed) };
    },
  }),
  route({
    method: 'post',
    path: '/api/proxies',
    operationId: 'createProxy',
    summary: 'Add a proxy',
    tags,
    access: 'operator',
    idempotent: true,
    body: createSchema,
    examples: { plain: { name: 'Berlin 1', protocol: 'http', host: 'proxy.example.com', port: 8080, country: 'DE' } },
    responses: { 201: { description: 'Added', schema: proxySchema } },
    async handler({ body: { password, ...plain }, deps }) {
      await checkHost(deps, plain.host);
      const id = randomUUID();
      const secret = password === undefined ? null : sealProxyPassword(deps.sealer, id, password);
      const { username = null, country = null, exitAddress = null, ...rest } = plain;
      const data = { ...rest, username, country, exitAddress, id, secret };
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
    examples: {
      move: { host: 'proxy-2.example.com', port: 8_081 },
      password: { username: 'ada', password: 'correct horse' },
    },
    responses: { 200: { description: 'Changed', schema: proxySchema }, 404: { description: 'No such proxy' } },
    async handler({ params, body: { password, ...plain }, deps }) {
      await checkHost(deps, plain.host);
      const seal = (text: string | null) => (text === null ? null : sealProxyPassword(deps.sealer, params.id, text));
      const changes = given(plain);
      // What the last check said was said of the proxy as it was; its name and its place in the pool change nothing.
      const isOther =
        password !== undefined || Object.keys(changes).some((name) => name !== 'name' && name !== 'spare');
      const data = {
        ...changes,
        ...(isOther ? { status: 'unknown', verdict: null, checkedAt: null } : {}),
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
        throw conflict(say('account.proxy-used', { count: accounts }));
      }
      return { status: 204 };
    },
  }),
];
