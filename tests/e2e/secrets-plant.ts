import sharp from 'sharp';
import { z } from 'zod';
import { closeProxyHost, httpProxy, type TestProxy } from '../../activities/proxies/proxies.fixture.ts';
import { createApiClient } from '../../stack/api-client.ts';
import { type AtprotoServer, startAtprotoServer } from '../contract/atproto-server.ts';
import type { Bench, TestAccount } from '../support/bench.ts';
import { newCore, type Search } from '../support/needles.ts';
import { type Tap, tapped } from '../support/tap.ts';

/** Part of every secret that a person or a machine brings in; letters that a seed of one-time codes may hold, too. */
export const CORE = newCore('KNRY');
/** Part of every name that is no secret. */
export const MARKER = newCore('MRK').toLowerCase();

/** Not plain, so that each way of writing it down differs from the others. */
export const secretOf = (label: string): string => `${CORE}-${label} "&<'é%`;
const nameOf = (label: string): string => `${MARKER}-${label}`;
/** What goes into a header, an e-mail or a variable must be plain. */
export const plainSecretOf = (label: string): string => `${CORE}-${label}-0123456789`;

export const PLAIN = { adminToken: plainSecretOf('admin-token'), workerToken: plainSecretOf('worker-token') };

const withId = z.object({ id: z.uuid() });
const ACCOUNTS = ['ok', 'expired', 'moved', 'asked', 'left', 'guarded', 'wrong', 'unproxied'] as const;
type Role = (typeof ACCOUNTS)[number] | 'over-api' | 'refused-over-api';

/** What stands outside of the stack. */
export interface Outside {
  proxy: TestProxy;
  tap: Tap;
  network: AtprotoServer;
  close(): Promise<void>;
}

const PROXY = { username: nameOf('proxy-user'), password: plainSecretOf('proxy') };

export async function startOutside(): Promise<Outside> {
  const proxy = await httpProxy({ credentials: PROXY });
  const tap = await tapped(proxy, /(?:harbor_session=([\w-]{32})|\bcode=(\d{6})(?!\d))/);
  const network = await startAtprotoServer();
  return {
    ...{ proxy, tap, network },
    async close() {
      await tap.close();
      await proxy.close();
      await closeProxyHost();
      await network.close();
    },
  };
}

export interface Planted {
  accounts: Record<Role, TestAccount>;
  /** Bearer tokens that were made, and the cookie of a person. */
  token: string;
  workerToken: string;
  cookie: string;
}

/** Every way in which a secret comes in, with the names beside it marked. Refusals go to `refused`. */
export async function plant(
  bench: Bench,
  { tap, network }: Outside,
  search: Search,
  refused: (name: string, answer: unknown) => Promise<void>,
): Promise<Planted> {
  search.add('planted', CORE);
  const proxyIds = await plantProxies(bench, tap.port, refused);
  const accounts = await plantAccounts(bench, proxyIds, network, refused);
  return { accounts, ...(await plantPeople(bench, search, refused)) };
}

async function plantProxies(bench: Bench, port: number, refused: (name: string, answer: unknown) => Promise<void>) {
  const body = { name: nameOf('proxy'), protocol: 'http', host: '127.0.0.1', port, ...PROXY };
  const good = await bench.call('POST', '/api/proxies', withId, body);
  const failing = { ...body, name: nameOf('failing-proxy'), password: plainSecretOf('wrong-proxy') };
  const bad = await bench.call('POST', '/api/proxies', withId, failing);
  for (const host of [`${PROXY.username}:${PROXY.password}@127.0.0.1`, `http://u:${PROXY.password}@127.0.0.1:8080`]) {
    await refused('proxy as an address', await bench.send('POST', '/api/proxies', { ...body, host }));
  }
  return { good: good.id, bad: bad.id };
}

async function plantAccounts(
  bench: Bench,
  proxyIds: { good: string; bad: string },
  network: AtprotoServer,
  refused: (name: string, answer: unknown) => Promise<void>,
): Promise<Planted['accounts']> {
  const seed = `${CORE.toUpperCase()}SEEDSEEDSEED`;
  const made = ACCOUNTS.map((role) => ({
    ...{ role, username: nameOf(role), password: secretOf(role) },
    ...(role === 'guarded' && { totpSecret: seed }),
    email: `${nameOf(role)}@example.test`,
  }));
  const onSite = made.map(({ role: _, ...account }) => account);
  await createApiClient(bench.stack.sandboxUrl).post('/_control/accounts', { accounts: onSite }, z.unknown());

  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const given = (role: string, password: string) => (role === 'wrong' ? secretOf('mistyped') : password);
  const lines = made.map(({ role, username, password, totpSecret, email }) =>
    [
      'sandbox',
      username,
      given(role, password),
      totpSecret ?? '',
      email,
      role === 'unproxied' ? proxyIds.bad : proxyIds.good,
    ]
      .map(cell)
      .join(','),
  );
  const csv = (...rows: string[]) => {
    const form = new FormData();
    form.set('file', new Blob([rows.join('\r\n')]), `${MARKER}.csv`);
    return bench.send('POST', '/api/accounts/import', form);
  };
  const header = 'platform,username,password,totpSecret,email,proxyId';
  await refused(
    'lines that are wrong',
    await csv(
      header,
      `sandbox,${nameOf('csv')},${cell(secretOf('csv'))},${CORE}!,nobody,nowhere`,
      `sandbox,${nameOf('csv')},${cell(secretOf('csv-longer'))},,,,,${CORE}`,
      `,${cell(secretOf('csv'.padEnd(1_100, 'x')))},${cell(secretOf('csv'))},,,`,
    ),
  );
  await refused('a file without a header', await csv(...lines));
  const imported = await csv(header, ...lines);
  if ((imported.body as { created?: number }).created !== made.length) throw new Error(JSON.stringify(imported));

  const wrong = {
    platform: 'sandbox',
    username: nameOf('typed'),
    password: [secretOf('typed')],
    totpSecret: `${CORE}!`,
  };
  await refused('fields that are wrong', await bench.send('POST', '/api/accounts', wrong));
  const broken = `{"username":"${MARKER}","password":${CORE}}`;
  const headers = { authorization: `Bearer ${PLAIN.adminToken}`, 'content-type': 'application/json' };
  const answer = await fetch(`${bench.stack.apiUrl}/api/accounts`, { method: 'POST', headers, body: broken });
  await refused('broken JSON', await answer.text());

  const found = new Map<string, TestAccount>();
  for (const role of ['over-api', 'refused-over-api']) {
    const username = `${MARKER}${role.length}.test`;
    const password = secretOf(role);
    await network.addAccount(username, role === 'over-api' ? password : secretOf('another'));
    const account = { platform: 'atproto', username, password };
    found.set(role, { ...account, ...(await bench.call('POST', '/api/accounts', withId, account)) });
  }
  const page = z.object({ items: z.array(z.object({ id: z.uuid(), username: z.string() })) });
  const { items } = await bench.call('GET', '/api/accounts?limit=100', page);
  for (const { role, username, password } of made) {
    found.set(role, { username, password, id: items.find((item) => item.username === username)!.id });
  }
  return Object.fromEntries(found) as Planted['accounts'];
}

async function plantPeople(
  bench: Bench,
  search: Search,
  refused: (name: string, answer: unknown) => Promise<void>,
): Promise<Omit<Planted, 'accounts'>> {
  const name = nameOf('person');
  /** A creating call that named itself: its answer is kept, and comes again. */
  async function create(path: string, body: object): Promise<Record<string, string>> {
    const calls = [1, 2].map(async () => {
      const headers = {
        ...{ authorization: `Bearer ${PLAIN.adminToken}`, 'content-type': 'application/json' },
        'idempotency-key': `${MARKER}${path}`,
      };
      const answer = await fetch(bench.stack.apiUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, string>;
    });
    const [first] = await Promise.all(calls);
    return first!.status === undefined || first!.id ? first! : await calls[1]!;
  }
  const first = (await create('/api/users', { name, role: 'operator' })).password!;
  search.add('first password of a person', first);
  await refused('a name that is taken', await bench.send('POST', '/api/users', { name, role: 'viewer' }));
  const { token } = await create('/api/tokens', { name: nameOf('token'), scopes: ['viewer'] });
  search.add('API token', token!);
  const { token: workerToken } = await create('/api/worker-tokens', { name: nameOf('host') });
  search.add('worker token', workerToken!);
  // Nobody listens there: the deliveries are tried again and again, with the signature in each.
  const webhook = { name: nameOf('webhook'), url: 'http://127.0.0.1:9/hook', events: ['run.finished'] };
  const { key } = await create('/api/webhooks', webhook);
  search.add('key of a webhook', key!);
  search.add('key of a webhook, bare', key!.replace('whsec_', ''));

  const headers = { 'content-type': 'application/json', 'user-agent': `${MARKER} browser` };
  const signIn = (body: object) =>
    fetch(`${bench.stack.apiUrl}/api/auth/sign-in`, { method: 'POST', headers, body: JSON.stringify(body) });
  for (const attempt of [
    { name, password: secretOf('guess') },
    // Typed into the wrong field.
    { name: secretOf('person'), password: name },
    { token: plainSecretOf('guessed-token') },
  ]) {
    await refused('a sign-in', await (await signIn(attempt)).text());
  }
  const entered = await signIn({ name, password: first });
  const [cookie = ''] = entered.headers.getSetCookie().map((one) => one.split(';')[0]!);
  search.add('cookie of a person', decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)));
  const { csrf } = (await entered.json()) as { csrf: string };
  const change = await fetch(`${bench.stack.apiUrl}/api/auth/password`, {
    method: 'POST',
    headers: { ...headers, cookie, 'x-csrf-token': csrf },
    body: JSON.stringify({ current: first, next: secretOf('person') }),
  });
  if (change.status !== 204) throw new Error(`The password was not changed: ${await change.text()}`);
  return { token: token!, workerToken: workerToken!, cookie };
}

/** Marked rows without secrets, so that every list of the API has something to show. */
export async function plantNames(bench: Bench, accountId: string): Promise<{ categoryId: string; scheduleId: string }> {
  const { id: categoryId } = await bench.call('POST', '/api/follow-categories', withId, { name: nameOf('category') });
  await bench.send('POST', `/api/follow-categories/${categoryId}/targets`, { usernames: [nameOf('target')] });
  const { id: scheduleId } = await bench.call('POST', '/api/schedules', withId, {
    ...{ name: nameOf('schedule'), kind: 'login', timeZone: 'UTC', overlap: 'skip' },
    ...{ order: { accounts: { ids: [accountId] }, params: {} }, spec: { at: '2099-01-01T00:00:00Z' } },
  });
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .withExif({ IFD0: { Copyright: MARKER } })
    .jpeg()
    .toBuffer();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(picture)]), `${MARKER}.jpg`);
  await bench.call('POST', '/api/media', withId, form);
  const view = { page: 'accounts', name: nameOf('view'), query: `q=${MARKER}`, shared: true };
  await bench.call('POST', '/api/views', z.unknown(), view);
  return { categoryId, scheduleId };
}
