import { bulkRoutes } from './bulk.ts';
import { errorsOf, field, makeAccounts, makeVideo, rowsWritten } from './door/test-data.ts';
import { doorRoutes } from './door.ts';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes: [...doorRoutes, ...bulkRoutes] });
});
afterAll(() => api.stop());

const order = (body: object, headers: Record<string, string> = {}) =>
  api.call('/api/bulk/upload', { method: 'POST', body, headers });
const dryRun = (body: object) => api.call('/api/bulk/upload?dryRun=true', { method: 'POST', body });

describe('an order for a bulk task', () => {
  it('becomes a draft with its account tasks in the given order', async () => {
    const ids = await makeAccounts(api, 'draft', 3);
    const mediaId = await makeVideo(api, 'clip.mp4');
    const given = [ids[2]!, ids[0]!, ids[1]!];
    const answer = await order({ name: 'First', accounts: { ids: given }, params: { mediaIds: [mediaId] } });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ kind: 'upload', state: 'draft', total: 3, name: 'First', warnings: [] });

    const list = await api.call(`/api/bulk/upload/${answer.json.id}/accounts`);
    const items = field<{ accountId: string; state: string; username: string }[]>(list, 'items');
    expect(items.map((item) => item.accountId)).toEqual(given);
    expect(items.map((item) => item.username)).toEqual(['draft2', 'draft0', 'draft1']);
    expect(new Set(items.map((item) => item.state))).toEqual(new Set(['pending']));

    const totals = await api.call(`/api/bulk/upload/${answer.json.id}/aggregate`);
    expect(totals.json).toMatchObject({ source: 'ledger', state: 'draft', totals: { total: 3, pending: 3 } });

    const detail = await api.call(`/api/bulk/upload/${answer.json.id}`);
    expect(detail.json).toMatchObject({
      workflowId: `bulk/${answer.json.id}`,
      selection: { idCount: 3 },
      params: { mediaIds: [mediaId], perAccount: 1, assign: 'round-robin', captions: [] },
    });
    expect(String(detail.json.temporalUrl)).toContain(`/namespaces/default/workflows/bulk%2F${answer.json.id}`);
  });

  it('takes accounts by tag and by platform', async () => {
    await makeAccounts(api, 'tagged', 4);
    const mediaId = await makeVideo(api, 'tagged.mp4');
    const byTag = await dryRun({ accounts: { tag: 'tagged' }, params: { mediaIds: [mediaId] } });
    expect(byTag.json).toMatchObject({ total: 4 });
    const byPlatform = await dryRun({ accounts: { platform: 'sandbox' }, params: { mediaIds: [mediaId] } });
    expect(Number(byPlatform.json.total)).toBeGreaterThan(4);
  });

  it('takes all that a filter matches, as they are when the order is given', async () => {
    const ids = await makeAccounts(api, 'sifted', 5);
    await makeAccounts(api, 'sifted-off', 2, { status: 'disabled' });
    const params = { mediaIds: [await makeVideo(api, 'sifted.mp4')] };
    const accounts = { filter: { q: 'sifted', status: 'active,new', tag: 'sifted' } };
    expect((await dryRun({ accounts, params })).json).toMatchObject({ total: 5, refusedTotal: 0 });
    const made = await order({ accounts, params });
    expect(made.json).toMatchObject({ total: 5 });
    await makeAccounts(api, 'sifted-late', 1, { tags: ['sifted'] });
    const list = await api.call(`/api/bulk/upload/${made.json.id}/accounts`);
    expect(field<{ accountId: string }[]>(list, 'items').map(({ accountId }) => accountId)).toEqual(ids);
    const detail = await api.call(`/api/bulk/upload/${made.json.id}`);
    expect(detail.json.selection).toEqual({ filter: { q: 'sifted', status: ['new', 'active'], tag: 'sifted' } });

    const none = await dryRun({ accounts: { filter: { q: 'no such name' } }, params });
    expect(none.status).toBe(422);
    expect(errorsOf(none)).toMatchObject([{ path: 'accounts', message: 'No account matches the filter.' }]);
    const wrong = await dryRun({ accounts: { filter: { tags: 'sifted' } }, params });
    expect(wrong.status).toBe(400);
    expect(errorsOf(wrong)).toMatchObject([{ path: 'accounts.filter.tags', message: 'Unknown field' }]);
  });

  it('is scheduled when it has a time to start', async () => {
    const ids = await makeAccounts(api, 'later', 1);
    const mediaId = await makeVideo(api, 'later.mp4');
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await order({ accounts: { ids }, params: { mediaIds: [mediaId] }, startAt });
    expect(answer.json).toMatchObject({ state: 'scheduled', startAt });
  });

  it('shows in a dry run exactly the plans that the real one has, and writes nothing', async () => {
    const ids = await makeAccounts(api, 'plans', 6);
    const mediaIds = [await makeVideo(api, 'a.mp4'), await makeVideo(api, 'b.mp4'), await makeVideo(api, 'c.mp4')];
    const body = {
      accounts: { ids },
      params: { mediaIds, assign: 'shuffle', captions: ['{one|two|three|four} of {{username}}', 'other {a|b|c}'] },
    };
    const before = await rowsWritten(api);
    const shown = await dryRun(body);
    expect(shown.status).toBe(200);
    expect(await rowsWritten(api)).toEqual(before);
    expect(shown.json).toMatchObject({ total: 6, refused: [], refusedTotal: 0 });

    const made = await order(body);
    const rows = await api.deps.db.accountTask.findMany({
      where: { taskId: String(made.json.id) },
      orderBy: { ordinal: 'asc' },
    });
    expect(rows.map((row) => row.plan)).toEqual(field<{ plan: unknown }[]>(shown, 'plans').map(({ plan }) => plan));
  });

  it('foresees further days where the daily limit is small, and says what the end is bound by', async () => {
    const ids = await makeAccounts(api, 'limited', 1, { dailyLimits: { posts: 1 } });
    const mediaIds = await Promise.all([1, 2, 3].map((n) => makeVideo(api, `limit-${n}.mp4`)));
    const startAt = '2099-01-01T00:00:00Z';
    const answer = await dryRun({ accounts: { ids }, params: { mediaIds, assign: 'all' }, startAt });
    const { finishAt, boundBy } = field<{ finishAt: string; boundBy: string }>(answer, 'forecast');
    expect(finishAt.slice(0, 16)).toBe('2099-01-03T00:00');
    expect(boundBy).toBe('The daily limit of 1 post an account.');
  });

  it('foresees what the accounts have used of their limits already', async () => {
    const ids = await makeAccounts(api, 'used', 2, { dailyLimits: { perHour: 1 } });
    const mediaIds = [await makeVideo(api, 'used.mp4')];
    const forecast = async (id: string) => {
      const answer = await dryRun({ accounts: { ids: [id] }, params: { mediaIds } });
      return Date.parse(field<{ finishAt: string }>(answer, 'forecast').finishAt) - Date.now();
    };
    const made = await order({ accounts: { ids }, params: { mediaIds: [await makeVideo(api, 'other.mp4')] } });
    const [first] = await api.deps.db.accountTask.findMany({
      where: { taskId: String(made.json.id), accountId: ids[0]! },
    });
    await api.deps.db.postIntent.create({
      data: {
        ...{ idempotencyKey: 'used', accountTaskId: first!.id, accountId: ids[0]!, platform: 'sandbox', index: 0 },
        ...{ caption: '', state: 'posted', submittedAt: new Date(Date.now() - 60_000) },
      },
    });
    expect(await forecast(ids[0]!)).toBeGreaterThan(50 * 60_000);
    expect(await forecast(ids[1]!)).toBeLessThan(10 * 60_000);
  });
});

describe('a canary', () => {
  it('is shown by a dry run, written with the task, and leaves somebody to wait', async () => {
    const ids = await makeAccounts(api, 'canary', 4);
    const body = { accounts: { ids }, params: { mediaIds: [await makeVideo(api, 'canary.mp4')] } };
    const dry = await dryRun({ ...body, canary: 2 });
    expect(dry.json.canary).toBe(2);
    const plans = field<{ accountId: string; canary: boolean }[]>(dry, 'plans');
    expect(plans.map(({ accountId, canary }) => [accountId, canary])).toEqual(ids.map((id, at) => [id, at < 2]));
    expect(dry.json.warnings).toEqual([expect.stringContaining('approval')]);

    for (const canary of [4, 9]) {
      for (const refused of [await order({ ...body, canary }), await dryRun({ ...body, canary })]) {
        expect([refused.status, field<object[]>(refused, 'errors')]).toMatchObject([
          422,
          [{ path: 'canary', message: 'Must be from 1 to 3, because 4 accounts take part.' }],
        ]);
      }
    }
    for (const canary of [0, 1.5]) expect((await order({ ...body, canary })).status).toBe(400);

    const made = await order({ ...body, canary: 3 });
    expect(made.status).toBe(201);
    const path = `/api/bulk/upload/${made.json.id}`;
    for (const at of [path, `${path}/aggregate`]) {
      expect((await api.call(at)).json.canary).toEqual({ size: 3, state: 'running' });
    }
  });
});

describe('the Idempotency-Key', () => {
  it('gives the same answer for the same request and refuses another one', async () => {
    const ids = await makeAccounts(api, 'key', 2);
    const body = { accounts: { ids }, params: { mediaIds: [await makeVideo(api, 'key.mp4')] } };
    const key = { 'idempotency-key': 'order-1' };
    const first = await order(body, key);
    const second = await order({ params: body.params, accounts: body.accounts }, key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json).toEqual(first.json);

    const other = await order({ ...body, window: 7 }, key);
    expect(other.status).toBe(422);
    expect(other.json.detail).toMatch(/already used for another request/);
  });

  it('writes one task when the same request arrives many times at once', async () => {
    const ids = await makeAccounts(api, 'burst', 50);
    const body = { accounts: { ids }, params: { mediaIds: [await makeVideo(api, 'burst.mp4')] } };
    const before = await rowsWritten(api);
    const answers = await Promise.all(Array.from({ length: 6 }, () => order(body, { 'idempotency-key': 'burst' })));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect((await rowsWritten(api)).tasks).toBe(before.tasks + 1);
    expect((await rowsWritten(api)).accountTasks).toBe(before.accountTasks + 50);
  });
});

describe('the kinds', () => {
  it('are told with a JSON schema of their params', async () => {
    const answer = await api.call('/api/kinds');
    const items = field<{ name: string; params: { properties: object; required: string[] } }[]>(answer, 'items');
    const upload = items.find(({ name }) => name === 'upload');
    expect(upload?.params.required).toEqual(['mediaIds']);
    expect(Object.keys(upload!.params.properties)).toEqual(
      expect.arrayContaining(['captions', 'assign', 'perAccount']),
    );
  });

  it('each have a door of their own in OpenAPI', async () => {
    const answer = await api.call('/api/openapi.json');
    const paths = field<Record<string, { post?: { operationId: string } }>>(answer, 'paths');
    expect(paths['/api/bulk/upload']?.post?.operationId).toBe('createUploadTask');
  });
});

describe('a hundred thousand accounts', () => {
  it('are ordered, listed page by page and totalled', async () => {
    const count = 100_000;
    await makeAccounts(api, 'many', count);
    const mediaIds = [await makeVideo(api, 'many-1.mp4'), await makeVideo(api, 'many-2.mp4')];
    const made = await order({
      accounts: { filter: { tag: 'many', status: 'active', proxy: 'none' } },
      params: { mediaIds, captions: ['Hi {{username}} {a|b}'] },
    });
    expect(made.json).toMatchObject({ total: count });
    const base = `/api/bulk/upload/${made.json.id}`;
    expect((await api.call(`${base}/aggregate`)).json).toMatchObject({ totals: { total: count, pending: count } });

    const deep = await api.call(`${base}/accounts?cursor=99990&limit=5`);
    expect(field<{ ordinal: number }[]>(deep, 'items').map(({ ordinal }) => ordinal)).toEqual([
      99991, 99992, 99993, 99994, 99995,
    ]);
    expect(deep.json.nextCursor).toBe('99995');
    const placed = await api.call(`${base}/accounts?offset=99998&limit=5`);
    expect(field<{ ordinal: number }[]>(placed, 'items').map(({ ordinal }) => ordinal)).toEqual([99998, 99999]);
    const last = await api.call(`${base}/accounts?cursor=99995`);
    expect(field<unknown[]>(last, 'items').length).toBe(4);
    expect(last.json.nextCursor).toBeNull();
    const found = await api.call(`${base}/accounts?q=many77777`);
    expect(field<{ username: string }[]>(found, 'items').map(({ username }) => username)).toEqual(['many77777']);

    // A thousand have the first part of a name, far more the second: they are looked up in two ways.
    for (const q of ['many77', 'many7']) {
      const named = await api.call(`${base}/accounts?q=${q}&cursor=77000&limit=2`);
      expect(field<{ ordinal: number }[]>(named, 'items').map(({ ordinal }) => ordinal)).toEqual([77001, 77002]);
      const further = await api.call(`${base}/accounts?q=${q}&cursor=77000&offset=3&limit=1`);
      expect(field<{ ordinal: number }[]>(further, 'items').map(({ ordinal }) => ordinal)).toEqual([77004]);
    }

    const cancelled = await api.call(`${base}/cancel`, { method: 'POST' });
    expect(cancelled.json).toMatchObject({ state: 'cancelled' });
    expect((await api.call(`${base}/aggregate`)).json).toMatchObject({
      totals: { total: count, pending: 0, cancelled: count },
    });
  }, 120_000);
});
