import { randomUUID } from 'node:crypto';
import { sha256Hex } from './auth.ts';
import { createSignInGuard } from './sign-in-guard.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('who may do what', () => {
  let api: TestApi;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    api = await startTestApi({ portBase: 5580 });
    for (const role of ['viewer', 'operator', 'admin']) {
      const token = `flt_${role}_${randomUUID()}`;
      tokens[role] = token;
      await api.deps.db.apiToken.create({ data: { name: `a ${role}`, hash: sha256Hex(token), scopes: [role] } });
    }
  });
  afterAll(async () => {
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

  it('slows down who keeps guessing', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await signIn('flt_guess_guess_guess')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await signIn('flt_guess_guess_guess')).headers.get('retry-after')).toBe('1');
  });
});

describe('the guard of sign-ins', () => {
  it('doubles the wait with each failure and forgets it with a success', () => {
    let now = 0;
    const guard = createSignInGuard(() => now);
    for (let n = 0; n < 6; n += 1) guard.failed('10.0.0.1');
    expect(() => guard.check('10.0.0.1')).toThrow(/Too many failed/);
    expect(() => guard.check('10.0.0.2')).not.toThrow();
    now = 1_999;
    expect(() => guard.check('10.0.0.1')).toThrow();
    now = 2_000;
    expect(() => guard.check('10.0.0.1')).not.toThrow();
    guard.succeeded('10.0.0.1');
    guard.failed('10.0.0.1');
    expect(() => guard.check('10.0.0.1')).not.toThrow();
  });
});
