import { randomUUID } from 'node:crypto';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('exports', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
    await api.deps.db.account.createMany({
      data: Array.from({ length: 2_500 }, (_, n) => ({ platform: 'sandbox', username: `user-${n}`, tags: ['many'] })),
    });
  });
  afterAll(async () => {
    await api?.stop();
  });

  it('of accounts hold every account once, and never a secret', async () => {
    await api.call('/api/accounts', {
      body: { platform: 'sandbox', username: 'ada', password: 'correct horse', tags: ['kept'] },
    });
    const file = await api.call('/api/accounts/export');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="accounts.csv"');
    const lines = file.text.trimEnd().split('\r\n');
    expect(new Set(lines.map((text) => text.split(',')[1])).size).toBe(2_502);
    expect(file.text).not.toContain('correct horse');
    const few = await api.call('/api/accounts/export?tag=kept');
    expect(few.text.trimEnd().split('\r\n')).toHaveLength(2);
  });

  it.each(['false', 'true'])('of accounts change nothing when imported again (bom=%s)', async (bom) => {
    await api.deps.db.account.deleteMany({ where: { username: '=2+5' } });
    const notes = '\'=cmd, "quoted"\nand a second line';
    await api.call('/api/accounts', {
      body: {
        ...{ platform: 'sandbox', username: '=2+5', password: 'correct horse', tags: ['formula', '-x'], notes },
        ...{ timeZone: 'Europe/Berlin', dailyLimits: { posts: 3 }, quietHours: { from: '22:00', to: '07:00' } },
      },
    });
    const before = await api.deps.db.account.findFirstOrThrow({ where: { username: '=2+5' } });
    const { status } = await api.call('/api/accounts/export?tag=formula');
    expect(status).toBe(200);
    const answer = await fetch(`${api.url}/api/accounts/export?tag=formula&bom=${bom}`, {
      headers: { authorization: `Bearer ${api.deps.keys.adminToken}` },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 3).equals(Buffer.from('\ufeff'))).toBe(bom === 'true');
    expect(bytes.toString()).toContain("'=2+5");
    const form = new FormData();
    form.set('file', new Blob([bytes]), 'accounts.csv');
    const report = await api.call('/api/accounts/import', { body: form });
    expect(report.json).toMatchObject({ created: 0, rejected: [] });
    const after = await api.deps.db.account.findFirstOrThrow({ where: { username: '=2+5' } });
    expect({ ...after, updatedAt: null }).toEqual({ ...before, updatedAt: null });
  });

  it('of account tasks follow their order, with state and error', async () => {
    const accounts = await api.deps.db.account.findMany({ take: 1_200, select: { id: true, username: true } });
    const id = randomUUID();
    await api.deps.db.bulkTask.create({
      data: {
        id,
        kind: 'login',
        name: 'one',
        params: {},
        selection: {},
        window: 1,
        total: 1_200,
        workflowId: `bulk/${id}`,
        requestHash: '',
      },
    });
    await api.deps.db.accountTask.createMany({
      data: accounts.map(({ id: accountId, username }, ordinal) => ({
        ...{ taskId: id, ordinal, accountId, username, plan: {} },
        ...(ordinal === 7 ? { state: 'failed', errorType: 'Throttled', errorMessage: '+too fast' } : {}),
      })),
    });
    const all = await api.call(`/api/bulk/login/${id}/accounts/export`);
    const names = all.text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((text) => text.split(',')[2]);
    expect(names).toEqual(accounts.map(({ username }) => (username.startsWith('=') ? `'${username}` : username)));
    const failed = await api.call(`/api/bulk/login/${id}/accounts/export?state=failed`);
    expect(failed.text).toContain("failed,,Throttled,'+too fast,");
    expect((await api.call(`/api/bulk/login/${randomUUID()}/accounts/export`)).status).toBe(404);
  });

  it('of errors come newest first', async () => {
    await api.deps.db.errorLog.createMany({
      data: ['one', 'two'].map((message) => ({ source: 'worker/browser', type: 'Unavailable', message })),
    });
    const { text } = await api.call('/api/errors/export?type=Unavailable');
    expect(text.indexOf('two')).toBeGreaterThan(0);
    expect(text.indexOf('two')).toBeLessThan(text.indexOf('one'));
  });
});

describe('saved views', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });

  it('are seen by their maker, by others when shared, and deleted by their maker', async () => {
    const make = await api.call('/api/tokens', { body: { name: 'viewer', scopes: ['viewer'] } });
    const token = String(make.json.token);
    const view = { page: 'accounts', name: 'Blocked', query: 'status=blocked' };
    const own = await api.call('/api/views', { body: view });
    expect(own.status).toBe(201);
    expect((await api.call('/api/views', { body: view })).status).toBe(409);
    const shared = await api.call('/api/views', { body: { ...view, name: 'Shared', shared: true } });
    const seen = async (as?: string) => {
      const { json } = await api.call('/api/views?page=accounts', as ? { token: as } : {});
      return (json.items as unknown as { name: string }[]).map(({ name }) => name);
    };
    // A token may have the name of a person: that makes nothing of theirs its own.
    const namesake = await api.call('/api/tokens', { body: { name: 'admin', scopes: ['operator'] } });
    expect(await seen()).toEqual(['Blocked', 'Shared']);
    expect(await seen(token)).toEqual(['Shared']);
    expect(await seen(String(namesake.json.token))).toEqual(['Shared']);
    const path = `/api/views/${String(shared.json.id)}`;
    expect((await api.call(path, { method: 'DELETE', token })).status).toBe(404);
    expect((await api.call(path, { method: 'DELETE' })).status).toBe(204);
    expect(await seen()).toEqual(['Blocked']);
  });
});
