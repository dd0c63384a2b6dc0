import { randomUUID } from 'node:crypto';
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

describe('an order that cannot be done', () => {
  let mediaId: string;
  let ids: string[];
  beforeAll(async () => {
    mediaId = await makeVideo(api, 'fine.mp4');
    ids = await makeAccounts(api, 'refused', 4);
  });

  const cases: [string, () => object | Promise<object>, number, RegExp, RegExp][] = [
    ['has no accounts field', () => ({ params: { mediaIds: [mediaId] } }), 400, /^accounts/, /./],
    [
      'names no account',
      () => ({ accounts: { ids: [] }, params: { mediaIds: [mediaId] } }),
      422,
      /^accounts$/,
      /No account/,
    ],
    [
      'names a tag that nobody has',
      () => ({ accounts: { tag: 'nobody' }, params: { mediaIds: [mediaId] } }),
      422,
      /^accounts$/,
      /nobody/,
    ],
    [
      'has a malformed id',
      () => ({ accounts: { ids: ['x'] }, params: { mediaIds: [mediaId] } }),
      400,
      /^accounts\.ids\.0$/,
      /./,
    ],
    [
      'has an unknown field',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId] }, windw: 3 }),
      400,
      /^windw$/,
      /Unknown/,
    ],
    [
      'has an unknown param',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId], speed: 1 } }),
      400,
      /^params\.speed$/,
      /Unknown/,
    ],
    [
      'has a window that is too large',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId] }, window: 501 }),
      400,
      /^window$/,
      /500/,
    ],
    [
      'has a breaker that never opens',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId] }, pace: { breaker: { share: 2 } } }),
      400,
      /^pace\.breaker\.share$/,
      /./,
    ],
    [
      'names an account twice',
      () => ({ accounts: { ids: [ids[0], ids[1], ids[0]] }, params: { mediaIds: [mediaId] } }),
      422,
      /^accounts\.ids\.2$/,
      /already at place 0/,
    ],
    [
      'names media that does not exist',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId, randomUUID()] } }),
      422,
      /^params\.mediaIds\.1$/,
      /There is no file/,
    ],
    [
      'names an image as a video',
      async () => ({ accounts: { ids }, params: { mediaIds: [await makeVideo(api, 'p.png', { kind: 'image' })] } }),
      422,
      /^params\.mediaIds\.0$/,
      /image; needed: video/,
    ],
    [
      'has a video that the platform can never take',
      async () => ({
        accounts: { ids },
        params: { mediaIds: [await makeVideo(api, 'long.mp4', { durationMs: 9_000_000 })] },
      }),
      422,
      /^accounts$/,
      /long\.mp4 cannot be published on Sandbox/,
    ],
    [
      'has a caption over the limit',
      () => ({ accounts: { ids }, params: { mediaIds: [mediaId], captions: ['x'.repeat(301)] } }),
      422,
      /^accounts$/,
      /refused0: Caption 1 has 301 characters; Sandbox takes at most 300/,
    ],
    [
      'mentions too many',
      () => ({
        accounts: { ids },
        params: { mediaIds: [mediaId], mentions: Array.from({ length: 11 }, (_, n) => `m${n}`) },
      }),
      422,
      /^accounts$/,
      /mentions 11 accounts; Sandbox takes at most 10/,
    ],
  ];

  it.each(cases)('is refused when it %s', async (_what, body, status, path, message) => {
    const before = await rowsWritten(api);
    const answer = await order(await body());
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const [error] = errorsOf(answer);
    expect(error?.path).toMatch(path);
    expect(error?.message).toMatch(message);
    expect(await rowsWritten(api)).toEqual(before);
  });

  it('names each unknown account', async () => {
    const unknown = [randomUUID(), randomUUID()];
    const answer = await order({ accounts: { ids: [ids[0], ...unknown] }, params: { mediaIds: [mediaId] } });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toMatchObject([
      { path: 'accounts.ids.1', message: `There is no account ${unknown[0]}.` },
      { path: 'accounts.ids.2', message: `There is no account ${unknown[1]}.` },
    ]);
  });

  it('counts characters of a caption as people do', async () => {
    const params = { mediaIds: [mediaId], captions: ['🎉'.repeat(300)] };
    expect((await dryRun({ accounts: { ids }, params })).json).toMatchObject({ refusedTotal: 0 });
  });

  it('tells of every account that cannot take part, and goes on without them when asked to', async () => {
    const other = await makeVideo(api, 'mixed.mp4');
    const mixed = [
      ...(await makeAccounts(api, 'mixed-good', 2)),
      ...(await makeAccounts(api, 'mixed-blocked', 1, { status: 'blocked' })),
      ...(await makeAccounts(api, 'mixed-off', 1, { status: 'disabled' })),
      ...(await makeAccounts(api, 'mixed-password', 1, { status: 'bad_credentials' })),
      ...(await makeAccounts(api, 'mixed-elsewhere', 1, { platform: 'unheard-of' })),
    ];
    const body = { accounts: { ids: mixed }, params: { mediaIds: [other] } };
    const shown = await dryRun(body);
    const refused = field<{ username: string; reason: string }[]>(shown, 'refused');
    expect(refused.map(({ username }) => username)).toEqual([
      'mixed-blocked0',
      'mixed-off0',
      'mixed-password0',
      'mixed-elsewhere0',
    ]);
    expect(shown.json).toMatchObject({ total: 2, refusedTotal: 4 });

    const refusedOrder = await order(body);
    expect(refusedOrder.status).toBe(422);
    expect(errorsOf(refusedOrder).map(({ path }) => path)).toEqual(['accounts', 'accounts', 'accounts', 'accounts']);

    const made = await order({ ...body, skipRefused: true });
    expect(made.json).toMatchObject({ total: 2 });
  });

  it('is refused as a duplicate of work that has not ended, and only warned of when the content differs', async () => {
    const [first, second] = [await makeVideo(api, 'twice.mp4'), await makeVideo(api, 'else.mp4')];
    const own = await makeAccounts(api, 'twice', 2);
    const made = await order({ name: 'Original', accounts: { ids: own }, params: { mediaIds: [first] } });
    expect(made.status).toBe(201);

    const again = await order({ accounts: { ids: own }, params: { mediaIds: [first] } });
    expect(again.status).toBe(422);
    expect(errorsOf(again)[0]?.message).toMatch(/^twice0: Duplicate: the task "Original"/);

    const different = await order({ accounts: { ids: own }, params: { mediaIds: [second] } });
    expect(different.status).toBe(201);
    expect(different.json.warnings).toEqual([expect.stringMatching(/^2 of the accounts also have work/)]);

    await api.call(`/api/bulk/upload/${made.json.id}/cancel`, { method: 'POST' });
    expect((await order({ accounts: { ids: own }, params: { mediaIds: [first] } })).status).toBe(201);
  });

  it('lets only one of two equal orders through that arrive at once', async () => {
    const own = await makeAccounts(api, 'race', 20);
    const video = await makeVideo(api, 'race.mp4');
    const answers = await Promise.all(
      [1, 2, 3].map(() => order({ accounts: { ids: own }, params: { mediaIds: [video] } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  });

  it('needs an operator', async () => {
    const answer = await api.call('/api/bulk/upload', { method: 'POST', body: {}, token: api.deps.keys.workerToken });
    expect(answer.status).toBe(403);
  });
});
