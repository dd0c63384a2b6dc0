import { request } from 'node:http';
import { isLocalCaller } from './control.ts';
import { newSite } from './testing.ts';

let site: Awaited<ReturnType<typeof newSite>>;
beforeAll(async () => {
  site = await newSite();
});
afterAll(() => site.closeAndForget());
beforeEach(() => site.control('reset', {}));

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${site.url}/_control/${path}`, { method: 'POST', body, headers });

test('health answers', async () => {
  expect(await site.control('health')).toEqual({ ok: true });
});

test('counted accounts have names, passwords and, when wanted, seeds of their own; a second order counts on', async () => {
  const first = await site.control<{ accounts: Record<string, string>[] }>('accounts', { count: 2, prefix: 'fleet' });
  expect(first.accounts.map(({ username }) => username)).toEqual(['fleet1', 'fleet2']);
  expect(first.accounts[0]?.password).not.toBe(first.accounts[1]?.password);
  const second = await site.control('accounts', { count: 1, prefix: 'fleet', password: 'pw', totp: true });
  expect(second).toEqual({
    accounts: [{ username: 'fleet3', password: 'pw', totpSecret: expect.any(String), email: 'fleet3@harbor.example' }],
  });
  expect((await site.visitor().logIn('fleet1', first.accounts[0]?.password)).location).toBe('/');
});

test.each([
  ['accounts', { count: 'many' }, 'count'],
  ['accounts', { accounts: [{ username: 'a b', password: 'x' }] }, 'accounts.0.username'],
  ['accounts', { accounts: [{ username: 'ab', password: 'x', totpSecret: '189' }] }, 'accounts.0.totpSecret'],
  ['accounts', {}, 'count'],
  ['faults', { faults: [{ fault: 'earthquake' }] }, 'faults.0.fault'],
  ['faults', { faults: [{ fault: 'slow', rate: 2 }] }, 'faults.0.rate'],
  ['faults', { faults: [{ fault: 'slow', chance: 1 }] }, 'faults.0.chance'],
  ['faults', [], 'body'],
])('%s refuses %j and names the field', async (path, body, field) => {
  const response = await post(path, JSON.stringify(body));
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ status: 400, field });
});

test('a body that is not JSON and a name that is taken are refused', async () => {
  expect((await post('faults', '{')).status).toBe(400);
  await site.accounts('anna');
  const taken = await post('accounts', JSON.stringify({ accounts: [{ username: 'Anna', password: 'x' }] }));
  expect([taken.status, await taken.json()]).toMatchObject([409, { field: 'accounts.0.username' }]);
});

test('reset forgets accounts and faults', async () => {
  await site.accounts('anna');
  await site.faults({ fault: 'slow' });
  expect(await site.control('reset', {})).toEqual({ ok: true });
  expect(await site.summary()).toEqual({ accounts: 0, posts: 0, clips: 0, duplicates: 0 });
  expect(await site.control('faults')).toEqual({ faults: [] });
});

test('truth can be asked of one account, and a mailbox of an unknown one is not found', async () => {
  await site.accounts('anna', 'ben');
  expect(await site.control('truth?username=ben')).toMatchObject({ accounts: [{ username: 'ben', logins: 0 }] });
  expect(await site.control('truth?username=ghost')).toEqual({ accounts: [] });
  expect(await site.control('truth')).toMatchObject({ accounts: [{ username: 'anna' }, { username: 'ben' }] });
  expect((await fetch(`${site.url}/_control/mailbox/ghost`)).status).toBe(404);
});

test.each([
  ['x-forwarded-for', '10.0.0.1'],
  ['forwarded', 'for=10.0.0.1'],
  ['via', '1.1 proxy'],
  ['host', 'harbor.example'],
  ['host', '127.0.0.1.evil.example'],
  ['origin', 'https://evil.example'],
])('a call with %s: %s is refused', async (name, value) => {
  const status = await new Promise((resolve, reject) => {
    request(`${site.url}/_control/health`, { headers: { [name]: value } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test.each([
  ['127.0.0.1', 'localhost:4600', true],
  ['::ffff:127.0.0.1', '[::1]:4600', true],
  ['::1', '127.0.0.1', true],
  ['192.168.1.7', 'localhost', false],
  ['127.0.0.1', undefined, false],
])('a caller from %s to host %s is local: %s', (remoteAddress, host, local) => {
  expect(isLocalCaller({ headers: { host }, socket: { remoteAddress } })).toBe(local);
});

test('ten thousand accounts are made by one order, and any of them can log in', async () => {
  const { accounts } = await site.control<{ accounts: { username: string; password: string }[] }>('accounts', {
    count: 10_000,
  });
  expect(accounts).toHaveLength(10_000);
  expect((await site.summary()).accounts).toBe(10_000);
  const last = accounts[9_999]!;
  expect((await site.visitor().logIn(last.username, last.password)).location).toBe('/');
});

test('a site that listens on every address still takes no orders from elsewhere, unless it was opened', async () => {
  const asElsewhere = async (options: { openControl?: boolean }) => {
    const wide = await newSite({ host: '0.0.0.0', ...options });
    try {
      const headers = { 'x-forwarded-for': '10.1.2.3' };
      const [page, order] = await Promise.all([
        fetch(`${wide.url}/login`, { headers }),
        fetch(`${wide.url}/_control/health`, { headers }),
      ]);
      return [page.status, order.status];
    } finally {
      await wide.closeAndForget();
    }
  };
  expect(await asElsewhere({})).toEqual([200, 403]);
  expect(await asElsewhere({ openControl: true })).toEqual([200, 200]);
});
