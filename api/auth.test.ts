import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { sha256Hex } from './auth.ts';
import { route } from './route.ts';
import { endWhenRefused } from './stream-guard.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const guarded = { access: 'viewer', method: 'get', tags: ['Events'] } as const;
const streamRoute = route({
  ...guarded,
  path: '/api/stream',
  operationId: 'stream',
  summary: 'Does not end by itself',
  responses: { 200: { description: 'A stream' } },
  async handler({ req, res, deps }) {
    res.status(200).flushHeaders();
    endWhenRefused({ req, res, deps }, guarded, 20);
    return 'streamed';
  },
});

describe('who may do what', () => {
  let api: TestApi;
  let streams: { url: string; close(): void };
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    api = await startTestApi();
    const server = createApp(api.deps, { routes: [streamRoute] }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    streams = { url: `http://127.0.0.1:${port}`, close: () => server.close().closeAllConnections() };
    for (const role of ['viewer', 'operator', 'admin']) {
      const token = `flt_${role}_${randomUUID()}`;
      tokens[role] = token;
      await api.deps.db.apiToken.create({ data: { name: `a ${role}`, hash: sha256Hex(token), scopes: [role] } });
    }
  });
  afterAll(async () => {
    streams?.close();
    await api?.stop();
  });

  const signIn = (token: string) => api.call('/api/auth/sign-in', { token: null, body: { token } });
  async function signedIn(token: string) {
    const answer = await signIn(token);
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return { answer, cookie, csrf: String(answer.json.csrf) };
  }

  it('tells everybody that it is alive, and asks all else to sign in', async () => {
    expect((await api.call('/api/health', { token: null })).status).toBe(200);
    const refused = await api.call('/api/accounts', { token: null });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.json).toMatchObject({ status: 401, title: 'Sign in first' });
  });

  it('refuses a wrong token, even where none is needed', async () => {
    expect((await api.call('/api/accounts', { token: 'flt_wrong_token_of_some_length' })).status).toBe(401);
    expect((await api.call('/api/health', { token: 'flt_wrong_token_of_some_length' })).status).toBe(401);
  });

  it.each([
    ['viewer', 200, 403],
    ['operator', 200, 400],
    ['admin', 200, 400],
  ])('lets a token with the scope %s read (%i) and change (%i)', async (role, read, change) => {
    const token = tokens[role] ?? '';
    expect((await api.call('/api/accounts', { token })).status).toBe(read);
    expect((await api.call('/api/accounts', { token, body: {} })).status).toBe(change);
  });

  it('keeps the worker token to the routes of workers, and viewers off them', async () => {
    const byHash = `/api/media/by-hash/${'0'.repeat(64)}/content`;
    const worker = api.deps.keys.workerToken;
    expect((await api.call('/api/accounts', { token: worker })).status).toBe(403);
    expect((await api.call(byHash, { token: worker })).status).toBe(404);
    expect((await api.call(byHash)).status).toBe(404);
    expect((await api.call(byHash, { token: tokens.operator ?? '' })).status).toBe(403);
    expect((await signIn(worker)).status).toBe(403);
  });

  it('ends a token, and what it signed in, when it is revoked', async () => {
    const made = await api.call('/api/tokens', { body: { name: 'short', scopes: ['viewer'] } });
    expect(made.status).toBe(201);
    const token = String(made.json.token);
    const { cookie } = await signedIn(token);
    expect((await api.call('/api/auth/me', { token: null, headers: { cookie } })).json).toMatchObject({
      name: 'short',
    });
    expect((await api.call('/api/tokens')).text).not.toContain(token);
    expect((await api.call(`/api/tokens/${String(made.json.id)}`, { method: 'DELETE' })).status).toBe(204);
    expect((await api.call('/api/accounts', { token })).status).toBe(401);
    expect((await api.call('/api/auth/me', { token: null, headers: { cookie } })).status).toBe(401);
  });

  it('lets only admins make tokens, with known scopes', async () => {
    const body = { name: 'mine', scopes: ['admin'] };
    expect((await api.call('/api/tokens', { token: tokens.operator ?? '', body })).status).toBe(403);
    expect((await api.call('/api/tokens', { body: { name: 'mine', scopes: ['root'] } })).status).toBe(400);
    expect((await api.call(`/api/tokens/${randomUUID()}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('signs a person in with a cookie that scripts cannot read', async () => {
    const { answer, cookie } = await signedIn(api.deps.keys.adminToken);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'admin', role: 'admin' });
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Lax/i);
    const stored = await api.deps.db.webSession.findMany();
    expect(JSON.stringify(stored)).not.toContain(cookie.split('=')[1]);
    const me = await api.call('/api/auth/me', { token: null, headers: { cookie } });
    expect(me.json).toEqual(answer.json);
  });

  it('demands the CSRF header of cookies on changing calls only', async () => {
    const { cookie, csrf } = await signedIn(tokens.operator ?? '');
    const create = (headers: Record<string, string>) =>
      api.call('/api/accounts', { token: null, body: {}, headers: { cookie, ...headers } });
    expect((await api.call('/api/accounts', { token: null, headers: { cookie } })).status).toBe(200);
    expect((await create({})).status).toBe(403);
    expect((await create({ 'x-csrf-token': 'guess' })).status).toBe(403);
    expect((await create({ 'x-csrf-token': csrf })).status).toBe(400);
  });

  it('signs out', async () => {
    const { cookie, csrf } = await signedIn(tokens.viewer ?? '');
    const headers = { cookie, 'x-csrf-token': csrf };
    expect((await api.call('/api/auth/sign-out', { method: 'POST', token: null, headers })).status).toBe(204);
    expect((await api.call('/api/auth/me', { token: null, headers })).status).toBe(401);
  });

  it('keeps tokens and their last use, and none of their texts', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: 'nightly', scopes: ['accounts:read'], expiresAt };
    const { token, id } = (await api.call('/api/tokens', { body })).json as unknown as { token: string; id: string };
    expect((await api.call('/api/accounts', { token })).status).toBe(200);
    const { items } = (await api.call('/api/tokens')).json as unknown as { items: Record<string, unknown>[] };
    expect(items.find((item) => item.id === id)).toMatchObject({
      ...{ scopes: ['accounts:read'], expiresAt, createdBy: 'admin', lastUsedIp: expect.stringContaining('127.0.0.1') },
      lastUsedAt: expect.any(String),
    });
    expect(JSON.stringify(await api.deps.db.apiToken.findMany())).not.toContain(token);
    await api.deps.db.apiToken.update({ where: { id }, data: { expiresAt: new Date(0) } });
    expect((await api.call('/api/accounts', { token })).status).toBe(401);
    const past = { ...body, expiresAt: '2001-01-01T00:00:00Z' };
    expect((await api.call('/api/tokens', { body: past })).status).toBe(400);
  });

  it('signs nobody in with a token that has scopes of areas alone', async () => {
    const made = await api.call('/api/tokens', { body: { name: 'script', scopes: ['media:write'] } });
    const answer = await signIn(String(made.json.token));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('ends what a token signed in when its time is over', async () => {
    const made = await api.call('/api/tokens', { body: { name: 'brief', scopes: ['viewer'] } });
    const { cookie } = await signedIn(String(made.json.token));
    await api.deps.db.apiToken.update({ where: { id: String(made.json.id) }, data: { expiresAt: new Date(0) } });
    expect((await api.call('/api/auth/me', { token: null, headers: { cookie } })).status).toBe(401);
  });

  it('shuts a worker host out when its token is revoked, and others not', async () => {
    const make = async (name: string) => {
      const { status, json } = await api.call('/api/worker-tokens', { body: { name } });
      expect(status).toBe(201);
      return json as unknown as { id: string; token: string };
    };
    const [mine, other] = [await make('host-1'), await make('host-2')];
    const role = { name: 'host-1', role: 'browser', taskQueues: ['browser'], pid: 1, version: '1', slots: 1 };
    const register = (token: string) => api.call('/api/workers/register', { token, body: role });
    expect((await register(mine.token)).status).toBe(200);
    expect((await api.call('/api/accounts', { token: mine.token })).status).toBe(403);
    const listed = await api.call('/api/worker-tokens');
    expect(listed.json.items).toContainEqual(
      expect.objectContaining({ name: 'host-1', lastUsedAt: expect.any(String) }),
    );
    expect(listed.text).not.toContain(mine.token);
    expect((await api.call(`/api/worker-tokens/${mine.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await register(mine.token)).status).toBe(401);
    expect((await register(other.token)).status).toBe(200);
    expect((await register(api.deps.keys.workerToken)).status).toBe(200);
    expect((await api.call(`/api/worker-tokens/${randomUUID()}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('cuts the stream of who may not read any more', async () => {
    const made = await api.call('/api/tokens', { body: { name: 'watcher', scopes: ['viewer'] } });
    const headers = { authorization: `Bearer ${String(made.json.token)}` };
    const stream = await fetch(`${streams.url}/api/stream`, { headers, signal: AbortSignal.timeout(20_000) });
    expect(stream.status).toBe(200);
    await api.call(`/api/tokens/${String(made.json.id)}`, { method: 'DELETE' });
    // Otherwise it would stay open until the test itself gives up.
    await expect(stream.text()).rejects.toThrow('terminated');
  });

  it('slows down who keeps guessing', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await signIn('flt_guess_guess_guess')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await signIn('flt_guess_guess_guess')).headers.get('retry-after')).toBe('1');
  });
});
