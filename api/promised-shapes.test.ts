import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { z } from 'zod';
import { type ClipFolder, createClipFolder } from '../activities/media/fixtures.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { makeAccounts } from './door/test-data.ts';
import { browser, letGo, startTestTemporal, startWorkers, type Workers } from './door/test-orchestrator.ts';
import { allRoutes } from './routes.ts';
import type { TestAnswer, TestApi, TestCall } from './testing.ts';
import { startTestApi } from './testing.ts';

/**
 * What scripts rely on, written down a second time: names of fields, their types, statuses. Fields may be added; one that
 * is renamed, or comes with another type, fails here.
 */

const id = z.uuid();
const time = z.iso.datetime();
const counts = z.record(z.string(), z.int());
const totals = z.looseObject(
  Object.fromEntries(
    ['total', 'pending', 'running', 'paced', 'parked', 'succeeded', 'partial', 'failed', 'skipped', 'cancelled'].map(
      (name) => [name, z.int()] as const,
    ),
  ),
);
const page = (item: z.ZodType) => z.looseObject({ items: z.array(item), nextCursor: z.string().nullable() });
const order = z.looseObject({ id, state: z.string() });
const account = z.looseObject({
  ...{ id, platform: z.literal('sandbox'), username: z.string(), status: z.string(), tags: z.array(z.string()) },
  ...{
    email: z.string().nullable(),
    proxyId: z.null(),
    timeZone: z.string(),
    dailyLimits: z.looseObject({}).nullable(),
  },
});
const media = z.looseObject({
  ...{ id, kind: z.enum(['video', 'image']), sha256: z.string().length(64), bytes: z.int().min(1) },
  ...{ width: z.int().min(1), height: z.int().min(1), durationMs: z.int() },
});
const aggregate = (source: string) =>
  z.looseObject({
    ...{ id, kind: z.literal('upload'), state: z.string(), source: z.literal(source), totals, counters: counts },
    ...{ window: z.int(), startedAt: time.nullable(), finishedAt: time.nullable(), etaSeconds: z.int().nullable() },
  });
const accountTask = {
  ...{ id, accountId: id, username: z.string(), state: z.string(), counters: counts, attempts: z.int() },
  ...{ startedAt: time.nullable(), finishedAt: time.nullable() },
};
const problem = z.looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() });

describe('the shapes that scripts rely on', () => {
  let temporal: TestWorkflowEnvironment;
  let api: TestApi;
  let sandbox: Sandbox;
  let workers: Workers;
  let clips: ClipFolder;
  let folder = '';
  let mediaId = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-shapes-'));
    [temporal, clips, sandbox] = await Promise.all([
      startTestTemporal(),
      createClipFolder(),
      startSandbox({ port: 0, dataFolder: folder }),
    ]);
    api = await startTestApi({
      env: { TEMPORAL_ADDRESS: temporal.address },
    });
    workers = await startWorkers(api, temporal);
  }, 120_000);
  afterAll(async () => {
    await workers?.stop();
    await api?.stop();
    await temporal?.teardown();
    await sandbox?.close();
    await clips?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(letGo);

  /** The answer, once its status and shape are as promised. */
  async function promised(path: string, call: TestCall, status: number, shape?: z.ZodType): Promise<TestAnswer> {
    const answer = await api.call(path, call);
    expect({ path, status: answer.status, body: answer.status === status ? '' : answer.text }).toEqual({
      ...{ path, status, body: '' },
    });
    if (shape) expect(shape.safeParse(answer.json).error?.issues ?? []).toEqual([]);
    return answer;
  }
  const get = (path: string, shape: z.ZodType) => promised(path, {}, 200, shape);
  const post = (path: string, body: unknown, status: number, shape?: z.ZodType) =>
    promised(path, { method: 'POST', body }, status, shape);
  const worker = (path: string, body: unknown, status: number, shape?: z.ZodType) =>
    promised(path, { method: 'POST', body, token: api.deps.keys.workerToken }, status, shape);
  const fileForm = (bytes: Uint8Array | string, name: string): FormData => {
    const form = new FormData();
    form.set('file', new Blob([bytes as unknown as ArrayBuffer]), name);
    return form;
  };
  async function until(path: string, is: (json: Record<string, unknown>) => boolean): Promise<TestAnswer> {
    for (;;) {
      const answer = await api.call(path);
      if (is(answer.json)) return answer;
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  it('accounts: added with every field, read, listed, changed, deleted, never with a secret', async () => {
    const body = {
      ...{ platform: 'sandbox', username: 'ada', password: 'never-shown-1', totpSecret: 'JBSWY3DPEHPK3PXP' },
      ...{ email: 'ada@example.com', tags: ['news'], timeZone: 'Europe/Berlin', dailyLimits: { posts: 5 } },
    };
    const made = await post('/api/accounts', body, 201, account);
    expect(made.text).not.toMatch(/never-shown|JBSWY3DP/);
    expect(made.json).toMatchObject({
      username: 'ada',
      tags: ['news'],
      timeZone: 'Europe/Berlin',
      dailyLimits: { posts: 5 },
    });
    const path = `/api/accounts/${String(made.json.id)}`;
    await get(path, account);
    await get('/api/accounts', page(account));
    await promised(path, { method: 'PATCH', body: { tags: [] } }, 200, account);
    await post('/api/accounts', body, 409, problem);
    await post(
      '/api/accounts',
      {},
      400,
      problem.extend({ errors: z.array(z.looseObject({ path: z.string(), message: z.string() })) }),
    );
    await promised(path, { method: 'DELETE' }, 200);
  });

  it('accounts: imported from a CSV, and as a dry run', async () => {
    const result = z.looseObject({
      ...{ created: z.literal(1), updated: z.literal(0) },
      rejected: z.array(z.looseObject({ line: z.int(), field: z.string(), message: z.string() })).length(1),
    });
    const csv =
      'platform,username,password,totpSecret,email,proxyId,tags,timeZone,dailyLimits\n' +
      'sandbox,imported,pass-word,,,,a;b,UTC,"{""posts"":5}"\nnowhere,b,pass-word,,,,,,\n';
    const body = () => fileForm(csv, 'accounts.csv');
    await promised('/api/accounts/import?dryRun=true', { method: 'POST', body: body() }, 200, result);
    await promised('/api/accounts/import', { method: 'POST', body: body() }, 200, result);
  });

  it('media: uploaded once however often, and sent in ranges', async () => {
    const bytes = await readFile(await clips.make('clip.mp4'));
    const first = await promised('/api/media', { method: 'POST', body: fileForm(bytes, 'clip.mp4') }, 201, media);
    const again = await api.call('/api/media', { method: 'POST', body: fileForm(bytes, 'again.mp4') });
    mediaId = String(first.json.id);
    expect(again.json.id).toBe(mediaId);
    expect((await api.call(`/api/media/${mediaId}/content`)).status).toBe(200);
    const part = await api.call(`/api/media/${mediaId}/content`, { headers: { range: 'bytes=0-9' } });
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
    expect((await api.call(`/api/media/${mediaId}/content`, { token: null })).status).toBe(401);
  });

  it('bulk tasks: ordered once, foreseen, started, paused, resumed, widened, ended, retried, cancelled', async () => {
    const ids = await makeAccounts(api, 'bulk-', 2);
    const body = {
      name: 'Mine',
      accounts: { ids },
      params: { mediaIds: [mediaId] },
      window: 1,
      pace: { minGapSeconds: 1 },
    };
    await post(
      '/api/bulk/upload?dryRun=true',
      body,
      200,
      z.looseObject({
        ...{ total: z.literal(2), plans: z.array(z.looseObject({ accountId: id })).length(2) },
        refused: z.array(z.looseObject({ accountId: id, reason: z.string() })),
        forecast: z.looseObject({ finishAt: time }),
      }),
    );
    const draft = z.looseObject({ id, kind: z.literal('upload'), state: z.literal('draft'), total: z.literal(2) });
    const named = { method: 'POST', body, headers: { 'idempotency-key': 'shapes-1' } };
    const made = await promised('/api/bulk/upload', named, 201, draft);
    expect((await promised('/api/bulk/upload', named, 201, draft)).json.id).toBe(made.json.id);
    for (const accounts of [{ tag: 'bulk-' }, { platform: 'sandbox' }])
      await post('/api/bulk/upload?dryRun=true', { ...body, accounts }, 200);
    const later = { accounts: { ids }, params: {}, startAt: new Date(Date.now() + 3_600_000).toISOString() };
    const scheduled = await post('/api/bulk/login', later, 201, z.looseObject({ id, total: z.literal(2) }));
    await post(`/api/bulk/login/${String(scheduled.json.id)}/cancel`, {}, 202, order);

    const path = `/api/bulk/upload/${String(made.json.id)}`;
    const task = z.looseObject({
      id,
      kind: z.literal('upload'),
      state: z.string(),
      total: z.int(),
      totals,
      counters: counts,
    });
    await get(path, task);
    await get('/api/bulk/upload', page(task));
    await get(`${path}/aggregate`, aggregate('ledger'));
    for (const name of ['pause', 'resume', 'retry-failed']) await post(`${path}/${name}`, {}, 409, problem);
    browser.holds = true;
    await post(`${path}/start`, {}, 202, order);
    await post(`${path}/start`, {}, 409, problem);
    await until(`${path}/aggregate`, (json) => json.source === 'workflow' && browser.held.length > 0);
    await get(`${path}/aggregate`, aggregate('workflow'));
    await post(`${path}/pause`, {}, 202, order);
    await post(`${path}/resume`, {}, 202, order);
    await post(`${path}/window`, { window: 2 }, 202, order);
    letGo();
    await until(`${path}/aggregate`, (json) => json.state === 'completed_with_failures');
    const error = z.looseObject({ type: z.string(), message: z.string() });
    const items = await get(`${path}/accounts?state=failed&limit=1`, page(z.looseObject({ ...accountTask, error })));
    await get(`${path}/accounts?cursor=${String(items.json.nextCursor)}`, page(z.looseObject(accountTask)));
    const [first] = items.json.items as unknown as { id: string }[];
    const timeline = z.array(z.looseObject({ type: z.string(), at: time, data: z.looseObject({}) }));
    await get(
      `${path}/accounts/${first?.id}`,
      z.looseObject({ ...accountTask, timeline, evidence: z.array(z.unknown()) }),
    );
    browser.holds = true;
    await post(`${path}/retry-failed`, {}, 202, order);
    await until(path, (json) => json.state === 'running');
    await post(`${path}/cancel`, {}, 202, order);
  });

  it('bulk tasks: each kind takes the params that are promised for it', async () => {
    const [accountId = ''] = await makeAccounts(api, 'kinds-', 1);
    const category = await post(
      '/api/follow-categories',
      { name: 'shapes' },
      201,
      z.looseObject({ id, name: z.string() }),
    );
    const categoryId = String(category.json.id);
    await post(`/api/follow-categories/${categoryId}/targets`, { usernames: ['grace'] }, 200, z.looseObject({}));
    const mediaIds = [mediaId];
    const params: Record<string, object> = {
      upload: {
        ...{
          mediaIds,
          perAccount: 1,
          assign: 'round-robin',
          captions: ['Hi'],
          location: 'Berlin',
          mentions: ['grace'],
        },
        variants: {},
      },
      login: { force: true },
      warmup: { days: 1, sessionsPerDay: 1, minutesPerSession: 1 },
      avatar: { mediaIds, assign: 'round-robin' },
      bio: { texts: ['Hello'], assign: 'round-robin' },
      follow: { categoryId, perAccount: 1 },
      'proxy-diag': { repair: false },
      'media-uniq': { mediaIds, variantsPerAccount: 1, recipe: {} },
      'cookie-robot': { urls: ['https://example.com/'], minutesPerUrl: 1 },
      booster: { sourcePlatform: 'sandbox', targetPlatform: 'sandbox-clips', newest: 1 },
    };
    const wrong: string[] = [];
    for (const [kind, given] of Object.entries(params)) {
      const path = `/api/bulk/${kind}?dryRun=true`;
      const { status, json } = await api.call(path, { body: { accounts: { ids: [accountId] }, params: given } });
      const complaints = (json.errors as unknown as { path: string }[] | undefined) ?? [];
      // What is lacking here (a proxy, a linked account, a site on the allow-list) may be told of an account or of one item
      // of a list; a param itself must not be refused.
      const ofParams = complaints.filter(({ path: at }) => /^params(\.\w+)?$/.test(at));
      if (![200, 422].includes(status) || ofParams.length > 0) wrong.push(`${kind}: ${status} ${JSON.stringify(json)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('worker hosts: registered, heard of, listed, restarted', async () => {
    const host = { name: 'shapes', role: 'browser', taskQueues: ['browser'], pid: 7, version: '0.1.0', slots: 6 };
    const made = await worker('/api/workers/register', host, 200, z.looseObject({ id }));
    const path = `/api/workers/${String(made.json.id)}`;
    await worker(`${path}/heartbeat`, { state: 'ready' }, 200, z.looseObject({ order: z.string() }));
    await worker(`${path}/metrics`, { metrics: { rssMb: 1 } }, 204);
    await worker(`${path}/errors`, { errors: [{ type: 'Unavailable', message: 'x' }] }, 204);
    const shown = z.looseObject({
      id,
      name: z.string(),
      role: z.string(),
      state: z.string(),
      slots: z.int(),
      heartbeatAt: time,
    });
    await get('/api/workers', z.looseObject({ items: z.array(shown) }));
    await get(path, shown);
    await post(`${path}/restart`, {}, 202);
  });

  it('locks: taken with a fencing token, listed, given back', async () => {
    const lock = { resource: z.string(), owner: z.string(), fencingToken: z.string(), expiresAt: time };
    const asked = { resource: 'report/weekly', owner: 'me', ttlMs: 60_000 };
    const taken = await post('/api/locks/acquire', asked, 200, z.looseObject(lock));
    await post('/api/locks/acquire', { ...asked, owner: 'other' }, 409, problem);
    await get('/api/locks', page(z.looseObject(lock)));
    const { resource, fencingToken } = taken.json;
    await post('/api/locks/release', { resource, fencingToken }, 200, z.looseObject({ released: z.literal(true) }));
  });

  it('health, metrics, performance and errors', async () => {
    await promised('/api/health', { token: null }, 200, z.looseObject({ status: z.string() }));
    const health = z.looseObject({
      status: z.string(),
      parts: z.array(z.looseObject({ name: z.string(), status: z.string() })),
    });
    await get('/api/system/health', health);
    await post('/api/system/health/poll', {}, 200, health);
    await get('/api/system/metrics', z.looseObject({}));
    await get('/api/system/performance', z.looseObject({}));
    const error = z.looseObject({
      id: z.string(),
      source: z.string(),
      type: z.string(),
      message: z.string(),
      at: time,
    });
    await get('/api/errors', page(error));
    const metrics = await api.call('/metrics');
    expect([metrics.status, /^# TYPE /m.test(metrics.text)]).toEqual([200, true]);
    const openapi = await api.call('/api/openapi.json');
    expect(openapi.json.openapi).toMatch(/^3\.1/);
    expect((await api.call('/api/docs')).status).toBe(200);
  });

  it('every address of the design is there', () => {
    const there = new Set(allRoutes.map(({ method, path }) => `${method} ${path}`));
    const orders = ['start', 'pause', 'resume', 'cancel', 'retry-failed', 'window'];
    const kinds = [
      'upload',
      'login',
      'warmup',
      'avatar',
      'bio',
      'follow',
      'proxy-diag',
      'media-uniq',
      'cookie-robot',
      'booster',
    ];
    const wanted = [
      ...['get /api/accounts', 'post /api/accounts', 'post /api/accounts/import', 'get /api/accounts/{id}'],
      ...['patch /api/accounts/{id}', 'delete /api/accounts/{id}'],
      ...kinds.flatMap((kind) => [`get /api/bulk/${kind}`, `post /api/bulk/${kind}`]),
      ...orders.map((name) => `post /api/bulk/{kind}/{id}/${name}`),
      ...['', '/aggregate', '/accounts', '/accounts/{accountTaskId}'].map((end) => `get /api/bulk/{kind}/{id}${end}`),
      ...['get /api/media/{id}/content', 'post /api/media', 'post /api/follow-categories'],
      ...['post /api/follow-categories/{id}/targets', 'post /api/workers/register', 'get /api/workers'],
      ...['heartbeat', 'metrics', 'errors', 'restart'].map((end) => `post /api/workers/{id}/${end}`),
      ...['get /api/workers/{id}', 'post /api/locks/acquire', 'post /api/locks/release', 'get /api/locks'],
      ...['get /api/health', 'get /api/system/health', 'post /api/system/health/poll', 'get /api/system/metrics'],
      ...['get /api/system/performance', 'get /api/errors', 'get /api/events'],
    ];
    expect(wanted.filter((one) => !there.has(one))).toEqual([]);
  });

  it('the sandbox is set up, broken and read as scripts do it', async () => {
    const call = async (path: string, body: unknown, shape: z.ZodType) => {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${sandbox.url}/_control/${path}`, { ...init, headers });
      const json: unknown = await answer.json().catch(() => ({}));
      expect({ path, ok: answer.ok, issues: shape.safeParse(json).error?.issues ?? [] }).toEqual({
        path,
        ok: true,
        issues: [],
      });
      return json;
    };
    const made = z.looseObject({ username: z.string(), password: z.string(), email: z.string() });
    const withSeed = made.extend({ totpSecret: z.string() });
    const counted = { count: 2, prefix: 'p', password: 'pass-word', totp: true };
    await call('accounts', counted, z.looseObject({ accounts: z.array(withSeed).length(2) }));
    const named = { accounts: [{ username: 'ada', password: 'pass-word', totpSecret: 'JBSWY3DPEHPK3PXP' }] };
    await call('accounts', named, z.looseObject({ accounts: z.array(withSeed).length(1) }));
    const faults = [
      'slow',
      'error',
      'drop-before',
      'drop-after',
      'expire-session',
      'challenge',
      'throttle',
      'suspend',
      'move-buttons',
    ];
    for (const fault of faults)
      await call('faults', { faults: [{ fault, rate: 0.5, count: 1, username: 'ada' }] }, z.unknown());
    await call('faults', { faults: [] }, z.unknown());
    const truth = z.looseObject({
      ...{ username: z.string(), bio: z.string(), avatarSha256: z.string().nullable(), follows: z.array(z.string()) },
      ...{ logins: z.int(), posts: z.array(z.unknown()), clips: z.array(z.unknown()) },
    });
    await call('truth', undefined, z.looseObject({ accounts: z.array(truth).length(3) }));
  });
});
