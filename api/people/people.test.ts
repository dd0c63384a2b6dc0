import type { TestApi, TestCall } from '../testing.ts';
import { startTestApi } from '../testing.ts';

interface Signed {
  status: number;
  me: Record<string, unknown>;
  call(path: string, call?: TestCall): ReturnType<TestApi['call']>;
}

describe('people', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });
  beforeEach(() => api.deps.db.signInFailure.deleteMany());

  async function signIn(name: string, password: string, agent = 'a browser'): Promise<Signed> {
    const body = { name, password };
    const answer = await api.call('/api/auth/sign-in', { token: null, body, headers: { 'user-agent': agent } });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const headers = { cookie, 'x-csrf-token': String(answer.json?.csrf), 'user-agent': agent };
    return {
      status: answer.status,
      me: answer.json,
      call: (path, call = {}) => api.call(path, { token: null, headers, ...call }),
    };
  }

  let count = 0;
  async function person(role: string): Promise<{ id: string; name: string; first: string }> {
    count += 1;
    const { status, json } = await api.call('/api/users', { body: { name: `p${count}`, role } });
    expect(status).toBe(201);
    return { id: String(json.id), name: String(json.name), first: String(json.password) };
  }
  const OWN = 'a sentence of my own';
  /** A person who has replaced the first password already. */
  async function settled(role: string): Promise<{ id: string; name: string; signed: Signed }> {
    const { id, name, first } = await person(role);
    const begun = await signIn(name, first);
    const changed = await begun.call('/api/auth/password', { body: { current: first, next: OWN } });
    expect(changed.status).toBe(204);
    return { id, name, signed: begun };
  }

  it('get a first password that is shown once, and must replace it before anything else', async () => {
    const made = await api.call('/api/users', { body: { name: ' Ada ', role: 'viewer' } });
    expect(made.json).toMatchObject({ name: 'ada', role: 'viewer', mustChangePassword: true });
    const first = String(made.json.password);
    expect((await api.call('/api/users')).text).not.toContain(first);
    const row = await api.deps.db.user.findUniqueOrThrow({ where: { id: String(made.json.id) } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);

    const ada = await signIn('ADA', first);
    expect(ada.me).toMatchObject({ id: `user:${row.id}`, role: 'viewer', via: 'cookie', mustChangePassword: true });
    const refused = await ada.call('/api/accounts');
    expect(refused.status).toBe(403);
    expect(refused.json.detail).toMatch(/password of your own/);
    expect((await ada.call('/api/auth/password', { body: { current: first, next: 'short' } })).status).toBe(400);
    expect((await ada.call('/api/auth/password', { body: { current: first, next: first } })).status).toBe(422);
    expect((await ada.call('/api/auth/password', { body: { current: first, next: 'I am ada, yes' } })).status).toBe(
      422,
    );
    expect((await ada.call('/api/auth/password', { body: { current: first, next: OWN } })).status).toBe(204);
    expect((await ada.call('/api/accounts')).status).toBe(200);
    expect((await ada.call('/api/auth/me')).json).toMatchObject({ mustChangePassword: false });
    expect((await signIn('ada', first)).status).toBe(401);
    expect((await signIn('ada', OWN)).status).toBe(200);
  });

  it('are told the same whether the name or the password is wrong, or both', async () => {
    const { name } = await settled('viewer');
    const answers = await Promise.all([
      signIn(name, 'not the password'),
      signIn('nobody-of-that-name', 'not the password'),
      signIn('token:x', 'not the password'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const bodies = answers.map(({ me: { requestId: _, ...said } }) => JSON.stringify(said));
    expect(new Set(bodies).size).toBe(1);
  });

  it('are computed for as well when the name is unknown, so that the time tells nothing', async () => {
    const argon2 = jest.requireActual<typeof import('@node-rs/argon2')>('@node-rs/argon2');
    const { name } = await settled('viewer');
    const verify = jest.spyOn(argon2, 'verify');
    await signIn(name, 'not the password');
    const known = verify.mock.calls.length;
    await signIn('nobody-of-that-name', 'not the password');
    expect([known, verify.mock.calls.length]).toEqual([1, 2]);
    const parameters = verify.mock.calls.map(([hash]) => /^\$argon2id\$v=19\$[^$]+/.exec(String(hash))?.[0]);
    expect(new Set(parameters).size).toBe(1);
    verify.mockRestore();
  });

  it('wait after guesses at their name, wherever those come from, and the right password does not help', async () => {
    const { name } = await settled('viewer');
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await signIn(name, `guess ${n}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    await api.deps.db.signInFailure.deleteMany({ where: { key: { startsWith: 'address/' } } });
    expect((await signIn(name, OWN)).status).toBe(429);
    await api.deps.db.signInFailure.updateMany({ data: { openAt: new Date(0) } });
    expect((await signIn(name, OWN)).status).toBe(200);
    expect((await signIn(name, 'one more guess')).status).toBe(401);
    expect((await signIn(name, OWN)).status).toBe(200);
  });

  it('see where they are signed in, and end one session or all others', async () => {
    const { name, signed } = await settled('viewer');
    const phone = await signIn(name, OWN, 'a phone');
    const tablet = await signIn(name, OWN, 'a tablet');
    const other = (await settled('viewer')).signed;
    const listed = await signed.call('/api/auth/sessions');
    const items = listed.json.items as unknown as {
      id: string;
      userAgent: string;
      current: boolean;
      address: string;
    }[];
    expect(items.map(({ userAgent }) => userAgent).sort()).toEqual(['a browser', 'a phone', 'a tablet']);
    expect(items.find(({ current }) => current)).toMatchObject({ userAgent: 'a browser' });
    expect(items[0]?.address).toContain('127.0.0.1');
    const phones = items.find(({ userAgent }) => userAgent === 'a phone');
    const path = `/api/auth/sessions/${phones?.id}`;
    expect((await other.call(path, { method: 'DELETE' })).status).toBe(404);
    expect((await signed.call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await phone.call('/api/auth/me')).status).toBe(401);
    expect((await signed.call('/api/auth/sessions', { method: 'DELETE' })).json).toEqual({ ended: 1 });
    expect((await tablet.call('/api/auth/me')).status).toBe(401);
    expect((await signed.call('/api/auth/me')).status).toBe(200);
    expect((await other.call('/api/auth/me')).status).toBe(200);
  });

  it('end their other sessions with a new password, and are slowed down when the old one is wrong', async () => {
    const { name, signed } = await settled('operator');
    const phone = await signIn(name, OWN, 'a phone');
    const next = 'another sentence of mine';
    const wrong = await signed.call('/api/auth/password', { body: { current: 'not it at all', next } });
    expect(wrong.json).toMatchObject({ status: 422, errors: [{ path: 'current' }] });
    expect((await phone.call('/api/auth/me')).status).toBe(200);
    expect((await signed.call('/api/auth/password', { body: { current: OWN, next } })).status).toBe(204);
    expect((await phone.call('/api/auth/me')).status).toBe(401);
    expect((await signed.call('/api/auth/me')).status).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      statuses.push((await signed.call('/api/auth/password', { body: { current: `guess ${n}`, next } })).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
  });

  it('have the role of now: a change, a reset and a deletion hold at once', async () => {
    const { id, name, signed } = await settled('viewer');
    expect((await signed.call('/api/accounts', { body: {} })).status).toBe(403);
    const promoted = await api.call(`/api/users/${id}`, { method: 'PATCH', body: { role: 'operator' } });
    expect(promoted.json).toMatchObject({ role: 'operator', disabled: false });
    expect((await signed.call('/api/accounts', { body: {} })).status).toBe(400);

    expect((await api.call(`/api/users/${id}`, { method: 'PATCH', body: { disabled: true } })).json.disabled).toBe(
      true,
    );
    expect((await signed.call('/api/auth/me')).status).toBe(401);
    expect((await signIn(name, OWN)).status).toBe(401);
    await api.call(`/api/users/${id}`, { method: 'PATCH', body: { disabled: false } });
    expect((await signed.call('/api/auth/me')).status).toBe(401);
    const back = await signIn(name, OWN);
    expect(back.status).toBe(200);
    // A session that was made in the very moment of the change is not found by the one who ends them.
    const disable = (disabledAt: Date | null) => api.deps.db.user.update({ where: { id }, data: { disabledAt } });
    await disable(new Date());
    expect((await back.call('/api/auth/me')).status).toBe(401);
    await disable(null);
    expect((await back.call('/api/auth/me')).status).toBe(200);

    const reset = await api.call(`/api/users/${id}/password`, { method: 'POST' });
    expect((await back.call('/api/auth/me')).status).toBe(401);
    expect((await signIn(name, OWN)).status).toBe(401);
    const again = await signIn(name, String(reset.json.password));
    expect(again.me).toMatchObject({ mustChangePassword: true });

    expect((await api.call(`/api/users/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await again.call('/api/auth/me')).status).toBe(401);
    expect((await api.call(`/api/users/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('keep one admin who can sign in, also when two take the role from one another at once', async () => {
    const [one, two] = [await settled('admin'), await settled('admin')];
    await api.deps.db.user.updateMany({
      where: { role: 'admin', id: { notIn: [one.id, two.id] }, passwordHash: { not: null } },
      data: { disabledAt: new Date() },
    });
    const demote = (by: Signed, id: string) =>
      by.call(`/api/users/${id}`, { method: 'PATCH', body: { role: 'viewer' } }).then(({ status }) => status);
    const statuses = await Promise.all([demote(one.signed, two.id), demote(two.signed, one.id)]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const left = await api.deps.db.user.findMany({ where: { role: 'admin', id: { in: [one.id, two.id] } } });
    expect(left).toHaveLength(1);
    const admin = left[0]?.id === one.id ? one : two;
    for (const [method, body] of [
      ['PATCH', { role: 'operator' }],
      ['PATCH', { disabled: true }],
      ['DELETE', undefined],
    ]) {
      const refused = await admin.signed.call(`/api/users/${admin.id}`, { method: String(method), body });
      expect(refused.json).toMatchObject({ status: 409, detail: expect.stringContaining('last admin') });
    }
    // The admin token of the environment works whoever is there, so it may.
    expect((await api.call(`/api/users/${admin.id}`, { method: 'DELETE' })).status).toBe(204);
  });

  it("are listed without what stands for tokens, and have names that are nobody else's", async () => {
    await api.call('/api/auth/sign-in', { token: null, body: { token: api.deps.keys.adminToken } });
    const made = await api.call('/api/tokens', { body: { name: 'a token', scopes: ['viewer'] } });
    await api.call('/api/auth/sign-in', { token: null, body: { token: made.json.token } });
    const stands = await api.deps.db.user.findMany({ where: { passwordHash: null } });
    expect(stands.length).toBeGreaterThanOrEqual(2);
    const { items } = (await api.call('/api/users?limit=200')).json as unknown as {
      items: { id: string; name: string }[];
    };
    expect(items.some(({ id }) => stands.some((row) => row.id === id))).toBe(false);
    for (const { id } of stands) {
      expect((await api.call(`/api/users/${id}`, { method: 'DELETE' })).status).toBe(404);
      expect((await api.call(`/api/users/${id}/password`, { method: 'POST' })).status).toBe(404);
    }
    const add = async (name: string) => (await api.call('/api/users', { body: { name, role: 'viewer' } })).status;
    expect(await add('Grace')).toBe(201);
    expect(await add('grace')).toBe(409);
    expect(await add('Анна Иванова')).toBe(201);
    for (const name of ['admin', 'token:1', 'admin#1', ' ', 'a\nb']) expect(await add(name)).toBe(400);
  });

  it('keep preferences of their own, and so does a token', async () => {
    const { signed } = await settled('viewer');
    const change = (body: object) => signed.call('/api/auth/preferences', { method: 'PATCH', body });
    expect((await signed.call('/api/auth/preferences')).json).toEqual({});
    await change({ theme: 'dark', language: 'ru' });
    expect((await change({ theme: null, columns: { accounts: ['tags'] } })).json).toEqual({
      ...{ language: 'ru', columns: { accounts: ['tags'] } },
    });
    expect((await change({ big: 'x'.repeat(17_000) })).status).toBe(422);
    expect((await signed.call('/api/auth/preferences')).json).toMatchObject({ language: 'ru' });
    await api.call('/api/auth/preferences', { method: 'PATCH', body: { theme: 'light' } });
    expect((await api.call('/api/auth/preferences')).json).toEqual({ theme: 'light' });
    expect((await api.call('/api/auth/sessions')).status).toBe(403);
  });
});
