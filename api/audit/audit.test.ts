import { openDatabase } from '../../prisma/client.ts';
import type { TestApi } from '../testing.ts';
import { startTestApi } from '../testing.ts';
import { appendAudit } from './append.ts';
import { maskDetail } from './mask.ts';
import { verifyAudit, verifyAuditOf } from './verify.ts';

const record = (subject: string) => ({
  ...{ actorId: 'admin', actor: 'admin', action: 'test', subject, address: null, requestId: null },
  detail: { n: 1.5, zeta: null, alpha: { ключ: 'значение', list: [3, 1, 2], big: 1e21 } },
});

interface Item {
  id: string;
  actor: string;
  actorId: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
}

describe('the audit log', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });

  const list = async (filter = ''): Promise<Item[]> =>
    (await api.call(`/api/audit?${filter}`)).json.items as unknown as Item[];
  const account = (username: string, more: object = {}) =>
    api.call('/api/accounts', { body: { platform: 'sandbox', username, password: 'hunter2 hunter2', ...more } });

  it('has a row for each change, with who, what, from where, and under which request', async () => {
    const made = await account('ada', { tags: ['crew'] });
    const id = String(made.json.id);
    await api.call(`/api/accounts/${id}`, { method: 'PATCH', body: { notes: 'calm' } });
    await api.call(`/api/accounts/${id}`, { method: 'DELETE' });
    const rows = await list(`subject=accounts/${id}`);
    expect(rows.map(({ action }) => action)).toEqual(['deleteAccount', 'changeAccount', 'createAccount']);
    expect(rows[2]).toMatchObject({
      ...{ actor: 'admin', actorId: 'admin', address: expect.stringContaining('127.0.0.1') },
      ...{ requestId: made.headers.get('x-request-id') },
      detail: { username: 'ada', tags: ['crew'], password: '[masked]' },
    });
  });

  it('has no row for what only reads, fails, is a dry run, or is reported by a worker host', async () => {
    const before = (await list('limit=200')).length;
    await api.call('/api/accounts');
    await account('', {});
    await api.call('/api/system/health/poll', { method: 'POST' });
    const role = { name: 'h', role: 'browser', taskQueues: ['browser'], pid: 1, version: '1', slots: 1 };
    const token = api.deps.keys.workerToken;
    expect((await api.call('/api/workers/register', { token, body: role })).status).toBe(200);
    const form = new FormData();
    form.set('file', new Blob(['platform,username,password\nsandbox,eve,secret\n']), 'a.csv');
    expect((await api.call('/api/accounts/import?dryRun=true', { body: form })).status).toBe(200);
    expect((await list('limit=200')).length).toBe(before);
    const real = new FormData();
    real.set('file', new Blob(['platform,username,password\nsandbox,eve,secret\n']), 'a.csv');
    await api.call('/api/accounts/import', { body: real });
    expect((await list())[0]).toMatchObject({
      ...{ action: 'importAccounts', subject: 'accounts/import' },
      detail: { created: 1, updated: 0, rejected: 0 },
    });
  });

  it('tells of sign-ins, failed and locked ones too, and never of what a stranger typed', async () => {
    const made = await api.call('/api/users', { body: { name: 'grace', role: 'viewer' } });
    const signIn = (name: string, password: string) =>
      api.call('/api/auth/sign-in', { token: null, body: { name, password } });
    await signIn('grace', String(made.json.password));
    for (let n = 0; n < 6; n += 1) await signIn('grace', 'wrong wrong wrong');
    await signIn('my-password-in-the-wrong-field', 'wrong wrong wrong');
    const rows = await list('subject=auth&limit=200');
    const whose = (name: string) => rows.filter(({ actor }) => actor === name).map(({ action }) => action);
    expect(whose('grace')).toEqual(['signIn.locked', ...Array.from({ length: 4 }, () => 'signIn.failed'), 'signIn']);
    expect(whose('unknown')).toEqual(['signIn.failed']);
    expect(JSON.stringify(await api.deps.db.auditEvent.findMany(), bigints)).not.toContain('my-password');
    await api.deps.db.signInFailure.deleteMany();
  });

  it('tells which role a person had before', async () => {
    const { id } = (await api.call('/api/users', { body: { name: 'linus', role: 'viewer' } })).json;
    await api.call(`/api/users/${String(id)}`, { method: 'PATCH', body: { role: 'admin' } });
    expect((await list('action=changeUser'))[0]).toMatchObject({
      subject: `users/${String(id)}`,
      detail: { name: 'linus', role: 'admin', roleBefore: 'viewer' },
    });
  });

  it('never holds a secret that a call carried or answered with', async () => {
    const planted = (what: string) => `planted-${what}-2718281828`;
    const ada = await account('canary', {
      ...{ password: planted('password'), totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
    });
    const id = String(ada.json.id);
    await api.call(`/api/accounts/${id}`, { method: 'PATCH', body: { password: planted('new-password') } });
    const proxy = {
      name: 'p',
      protocol: 'http',
      host: 'proxy.example.com',
      port: 80,
      username: 'u',
      password: planted('proxy'),
    };
    expect((await api.call('/api/proxies', { body: proxy })).status).toBe(201);
    const token = await api.call('/api/tokens', { body: { name: 'canary', scopes: ['admin'] } });
    const worker = await api.call('/api/worker-tokens', { body: { name: 'canary' } });
    const user = await api.call('/api/users', { body: { name: 'canary', role: 'admin' } });
    const first = String(user.json.password);
    const session = await api.call('/api/auth/sign-in', { token: null, body: { name: 'canary', password: first } });
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const headers = { cookie, 'x-csrf-token': String(session.json.csrf) };
    const next = planted('own-password');
    await api.call('/api/auth/password', { token: null, headers, body: { current: first, next } });
    await api.call('/api/auth/sign-in', { token: null, body: { name: 'canary', password: planted('guess') } });
    await api.call('/api/auth/sign-in', { token: null, body: { token: planted('token') } });
    const lease = { resource: `account/${id}`, owner: 'test', ttlMs: 10_000 };
    const { fencingToken } = (await api.call('/api/locks/acquire', { body: lease })).json as never;
    const state = { cookies: [{ name: 'sid', value: planted('cookie') }], origins: [] };
    await api.call(`/api/worker/accounts/${id}/session`, {
      method: 'PUT',
      body: { fencingToken, storageState: state },
    });
    const kept = JSON.stringify(await api.deps.db.auditEvent.findMany(), bigints);
    for (const action of ['createProxy', 'createWorkerToken', 'changePassword', 'saveAccountSession', 'acquireLock']) {
      expect(kept).toContain(action);
    }
    const secrets = [token.json.token, worker.json.token, first, cookie.split('=')[1], session.json.csrf].map(String);
    for (const secret of ['2718281828', 'JBSWY3DP', ...secrets]) expect(kept).not.toContain(secret);
  });

  it('masks by the name of a field and by the look of a text, and cuts what is long', () => {
    const masked = maskDetail({
      ...{ code: '123456', next: 'a', storageState: { cookies: ['c'] }, hasPassword: true, sessionsPerDay: 3 },
      webhookUrl: 'https://hooks.example.com/T0/B0/verysecret',
      notes: 'see http://user:pass@192.0.2.1/?key=abc and flt_abcdefghijklmnopqrst',
      ids: Array.from({ length: 100_000 }, (_, n) => n),
      text: 'x'.repeat(5_000),
      broken: 'a\0b\ud800c',
    });
    expect(masked).toMatchObject({
      ...{ code: '[masked]', next: '[masked]', storageState: '[masked]', hasPassword: true, sessionsPerDay: 3 },
      ...{ webhookUrl: 'hooks.example.com', broken: 'abc' },
    });
    expect(masked.notes).toBe('see http://[masked]@192.0.2.1/?key=[masked] and [masked]');
    expect(masked.ids).toHaveLength(21);
    expect(JSON.stringify(masked).length).toBeLessThan(2_000);
  });

  it('is filtered by actor, action, subject and time, page by page', async () => {
    const from = new Date().toISOString();
    for (let n = 0; n < 5; n += 1) await account(`paged-${n}`);
    const first = await api.call(`/api/audit?action=createAccount&actor=admin&from=${from}&limit=2`);
    expect(first.json.items).toHaveLength(2);
    const cursor = String(first.json.nextCursor);
    const rest = await list(`action=createAccount&from=${from}&limit=50&cursor=${cursor}`);
    expect(rest.map(({ detail }) => detail.username)).toEqual(['paged-2', 'paged-1', 'paged-0']);
    expect(await list(`actor=somebody-else&from=${from}`)).toEqual([]);
    expect(await list(`subject=accounts&from=${from}`)).toHaveLength(5);
    expect(await list(`subject=account&from=${from}`)).toEqual([]);
    expect(await list('to=2001-01-01T00:00:00Z')).toEqual([]);
    expect((await api.call('/api/audit?cursor=abc')).status).toBe(400);
    expect((await api.call('/api/audit?from=0000-01-01T00:00:00Z')).status).toBe(400);
  });

  it('is one chain although several API processes write at once', async () => {
    const url = String(api.deps.env.DATABASE_URL);
    const others = [openDatabase(url), openDatabase(url), openDatabase(url)];
    const dbs = [api.deps.db, ...others];
    await Promise.all(Array.from({ length: 200 }, (_, n) => appendAudit({ db: dbs[n % 4]! }, record(`at-once/${n}`))));
    await Promise.all(others.map((db) => db.$disconnect()));
    const subjects = new Set((await list('subject=at-once&limit=200')).map(({ subject }) => subject));
    expect(subjects.size).toBe(200);
    const verdict = (await api.call('/api/audit/verify')).json as unknown as { ok: boolean; checked: number };
    expect(verdict).toMatchObject({ ok: true, firstBadId: null, reason: null });
    expect(verdict.checked).toBe(await api.deps.db.auditEvent.count());
    expect(await verifyAuditOf(url)).toEqual(verdict);
  });

  describe('that somebody meddled with in the database', () => {
    /** Runs statements, looks at the verdict, and takes them back. */
    async function verdictAfter(...statements: string[]) {
      const { db } = api.deps;
      let verdict: Awaited<ReturnType<typeof verifyAudit>> | undefined;
      const back = new Error('take it back');
      await db
        .$transaction(async (tx) => {
          for (const statement of statements) await tx.$executeRawUnsafe(statement);
          // In the same transaction: nobody else ever sees it.
          const inside = { $transaction: (check: (t: typeof tx) => Promise<unknown>) => check(tx) };
          verdict = await verifyAudit(inside as unknown as typeof db);
          throw back;
        })
        .catch((error: unknown) => {
          if (error !== back) throw error;
        });
      return verdict;
    }
    let ids: string[];
    beforeAll(async () => {
      for (let n = 0; n < 5; n += 1) await appendAudit(api.deps, record(`meddled/${n}`));
      ids = (await list('subject=meddled')).map(({ id }) => id).reverse();
    });

    it.each(['actor', 'action', 'subject', 'address', 'requestId', 'actorId'])(
      'is found by a changed %s',
      async (column) => {
        const verdict = await verdictAfter(`UPDATE "AuditEvent" SET "${column}" = 'other' WHERE id = ${ids[2]}`);
        expect(verdict).toMatchObject({ ok: false, firstBadId: ids[2], reason: 'It was changed.' });
      },
    );

    it('is found by a changed detail, time or hash', async () => {
      for (const change of [`detail = '{"n": 2}'`, `at = at - interval '1 hour'`, `hash = repeat('0', 64)`]) {
        const verdict = await verdictAfter(`UPDATE "AuditEvent" SET ${change} WHERE id = ${ids[2]}`);
        expect(verdict).toMatchObject({ ok: false, firstBadId: ids[2] });
      }
    });

    it('is found by a removed row: the first, one between, the last', async () => {
      const first = await verdictAfter('DELETE FROM "AuditEvent" WHERE id = (SELECT min(id) FROM "AuditEvent")');
      expect(first).toMatchObject({ ok: false });
      expect(await verdictAfter(`DELETE FROM "AuditEvent" WHERE id = ${ids[2]}`)).toMatchObject({
        ...{ ok: false, firstBadId: ids[3] },
      });
      expect(await verdictAfter(`DELETE FROM "AuditEvent" WHERE id = ${ids[4]}`)).toMatchObject({
        ...{ ok: false, firstBadId: ids[4], reason: 'The rows at the end were removed.' },
      });
      expect(await verdictAfter('DELETE FROM "AuditEvent"')).toMatchObject({ ok: false });
    });

    it('is found by rows that changed places, and by one that was put in', async () => {
      const swap = [`${ids[1]}, -1`, `${ids[2]}, ${ids[1]}`, `-1, ${ids[2]}`].map((pair) => {
        const [from, to] = pair.split(', ');
        return `UPDATE "AuditEvent" SET id = ${to} WHERE id = ${from}`;
      });
      expect(await verdictAfter(...swap)).toMatchObject({ ok: false, firstBadId: ids[1] });
      const copy = `INSERT INTO "AuditEvent" ("actorId", actor, action, subject, detail, at, "prevHash", hash)
        SELECT "actorId", actor, action, subject, detail, at, "prevHash", hash FROM "AuditEvent" WHERE id = ${ids[1]}`;
      expect(await verdictAfter(copy)).toMatchObject({ ok: false });
    });

    it('stays found when more was written after the end had been cut off', async () => {
      const { db } = api.deps;
      const kept = await db.auditEvent.findUniqueOrThrow({ where: { id: BigInt(ids[4] ?? 0) } });
      await db.auditEvent.delete({ where: { id: kept.id } });
      await appendAudit(api.deps, record('meddled/after'));
      const verdict = await verifyAudit(db);
      expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining('removed') });
      await db.auditEvent.create({ data: { ...kept, detail: kept.detail as object } });
      expect(await verifyAudit(db)).toMatchObject({ ok: true });
    });

    it('is found by a row that was noted elsewhere, when the whole chain was computed anew', async () => {
      const { headId, headHash } = await verifyAudit(api.deps.db);
      const path = `/api/audit/verify?expect=${headId}:`;
      expect((await api.call(`${path}${headHash}`)).json).toMatchObject({ ok: true });
      await appendAudit(api.deps, record('meddled/later'));
      expect((await api.call(`${path}${headHash}`)).json).toMatchObject({ ok: true });
      const other = '0'.repeat(64);
      expect((await api.call(`${path}${other}`)).json).toMatchObject({ ok: false, firstBadId: headId });
      expect((await api.call(`/api/audit/verify?expect=999999:${other}`)).json).toMatchObject({ ok: false });
      expect((await api.call('/api/audit/verify?expect=nonsense')).status).toBe(400);
    });

    it('is whole where the retention took the oldest rows and left its anchor', async () => {
      const anchor = `INSERT INTO "Setting" (key, value) SELECT 'audit.anchor',
        jsonb_build_object('lastId', id::text, 'hash', hash) FROM "AuditEvent" WHERE id = ${ids[1]}`;
      const gone = `DELETE FROM "AuditEvent" WHERE id <= ${ids[1]}`;
      expect(await verdictAfter(anchor, gone)).toMatchObject({ ok: true });
      expect(await verdictAfter(gone)).toMatchObject({ ok: false, firstBadId: ids[2] });
    });
  });
});

const bigints = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
