import { randomUUID } from 'node:crypto';
import { accountLinksRoutes } from './account-links.ts';
import { accountsRoutes } from './accounts.ts';
import type { TestAnswer, TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

interface Linked {
  id: string;
  platform: string;
  username: string;
}

describe('links between the accounts of one owner', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ routes: [...accountsRoutes, ...accountLinksRoutes] });
  });
  afterAll(async () => {
    await api?.stop();
  });

  async function add(platform: string, username = randomUUID().slice(0, 8)): Promise<string> {
    const { id } = await api.deps.db.account.create({ data: { platform, username } });
    return id;
  }
  const put = (id: string, accountIds: unknown) =>
    api.call(`/api/accounts/${id}/links`, { method: 'PUT', body: { accountIds } });
  async function linksOf(id: string): Promise<string[]> {
    const { json } = await api.call(`/api/accounts/${id}/links`);
    return (json.items as unknown as Linked[]).map((linked) => linked.id);
  }
  const said = (answer: TestAnswer) => answer.json.errors as unknown as { path: string; message: string }[];

  it('hold in both directions and are shown with the account', async () => {
    const one = await add('sandbox');
    const two = await add('clips', 'ada-clips');
    const answer = await put(one, [two]);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ items: [{ id: two, platform: 'clips', username: 'ada-clips' }] });
    expect(await linksOf(two)).toEqual([one]);
    const shown = await api.call(`/api/accounts/${one}`);
    expect(shown.json.links).toEqual([{ id: two, platform: 'clips', username: 'ada-clips' }]);
  });

  it('are replaced as a whole, on both sides', async () => {
    const [one, two, three, four] = [await add('sandbox'), await add('clips'), await add('clips'), await add('words')];
    await put(one, [two, four]);
    expect((await put(one, [three])).status).toBe(200);
    expect(await linksOf(one)).toEqual([three]);
    expect([await linksOf(two), await linksOf(three), await linksOf(four)]).toEqual([[], [one], []]);
    await put(one, []);
    expect([await linksOf(one), await linksOf(three)]).toEqual([[], []]);
  });

  it('can be given again as they are', async () => {
    const [one, two] = [await add('sandbox'), await add('clips')];
    await put(one, [two]);
    expect((await put(one, [two.toUpperCase()])).status).toBe(200);
    expect((await put(two, [one])).status).toBe(200);
    expect([await linksOf(one), await linksOf(two)]).toEqual([[two], [one]]);
  });

  it('are refused one by one in words, and then nothing is written', async () => {
    const [one, kept] = [await add('sandbox', 'ada'), await add('clips')];
    await put(one, [kept]);
    const [same, first, second, taken] = [
      await add('sandbox', 'ada2'),
      await add('clips', 'clip1'),
      await add('clips', 'clip2'),
      await add('words', 'word1'),
    ];
    await put(await add('sandbox', 'grace'), [taken]);
    const nobody = randomUUID();
    const answer = await put(one, [one, nobody, same, first, second, first, taken]);
    expect(answer.status).toBe(422);
    expect(said(answer)).toMatchObject([
      { path: 'accountIds.0', message: 'An account cannot be linked to itself.' },
      { path: 'accountIds.1', message: `There is no account ${nobody}.` },
      {
        path: 'accountIds.2',
        message: 'ada2 is on Sandbox too: only accounts of different platforms can be linked.',
      },
      { path: 'accountIds.4', message: 'clip1 is on clips too: only one account a platform can be linked.' },
      { path: 'accountIds.5', message: 'clip1 is named twice.' },
      { path: 'accountIds.6', message: 'word1 is linked to grace already. Take that link away first.' },
    ]);
    expect(await linksOf(one)).toEqual([kept]);
    expect(await linksOf(first)).toEqual([]);
  });

  it('go to one of two who want the same account at the same time', async () => {
    const clip = await add('clips');
    const rivals = await Promise.all(Array.from({ length: 6 }, () => add('sandbox')));
    const answers = await Promise.all(rivals.map((id) => put(id, [clip])));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422, 422]);
    const winner = rivals[answers.findIndex(({ status }) => status === 200)];
    expect(await linksOf(clip)).toEqual([winner]);
  });

  it('end with the account', async () => {
    const [one, two] = [await add('sandbox'), await add('clips')];
    await put(one, [two]);
    expect((await api.call(`/api/accounts/${two}`, { method: 'DELETE' })).status).toBe(200);
    expect(await linksOf(one)).toEqual([]);
  });

  it('answer 404 for an account that is none, and 400 for what are no ids', async () => {
    const nobody = randomUUID();
    expect((await api.call(`/api/accounts/${nobody}/links`)).status).toBe(404);
    expect((await put(nobody, [])).status).toBe(404);
    expect((await put(await add('sandbox'), ['x'])).status).toBe(400);
  });
});

describe('the time between two actions of an account', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ routes: accountsRoutes });
  });
  afterAll(async () => {
    await api?.stop();
  });
  const sentence = 'The most time between two actions must not be shorter than the least time (minGapMinutes)';
  const wrong = { minGapMinutes: 10, maxGapMinutes: 5 };

  it('is refused where the most is less than the least', async () => {
    const body = { platform: 'sandbox', username: 'gap', password: 'x' };
    const refused = await api.call('/api/accounts', { body: { ...body, dailyLimits: wrong } });
    expect(refused.status).toBe(400);
    expect(refused.json.errors).toMatchObject([{ path: 'dailyLimits.maxGapMinutes', message: sentence }]);
    const dailyLimits = { minGapMinutes: 5, maxGapMinutes: 5, follows: 3 };
    const { status, json } = await api.call('/api/accounts', { body: { ...body, dailyLimits } });
    expect([status, json.dailyLimits]).toEqual([201, dailyLimits]);
    const changed = await api.call(`/api/accounts/${json.id}`, { method: 'PATCH', body: { dailyLimits: wrong } });
    expect(changed.status).toBe(400);
  });

  it('is refused line by line in a file', async () => {
    const body = new FormData();
    const csv = [
      'platform,username,password,dailyLimits.minGapMinutes,dailyLimits.maxGapMinutes',
      'sandbox,from-file,x,10,5',
      'sandbox,from-file-too,x,10,20',
    ].join('\n');
    body.set('file', new Blob([csv]), 'accounts.csv');
    const { json } = await api.call('/api/accounts/import', { body });
    expect(json).toMatchObject({
      created: 1,
      rejected: [{ line: 2, field: 'dailyLimits.maxGapMinutes', message: sentence }],
    });
  });

  it('is changed by a file without the limits that the file does not name', async () => {
    const dailyLimits = { posts: 9, follows: 4, minGapMinutes: 10 };
    const more = { username: 'merged', dailyLimits };
    const { json: account } = await api.call('/api/accounts', {
      body: { platform: 'sandbox', password: 'x', ...more },
    });
    const send = (column: string, value: number) => {
      const body = new FormData();
      body.set('file', new Blob([`platform,username,${column}\nsandbox,merged,${value}`]), 'accounts.csv');
      return api.call('/api/accounts/import', { body });
    };
    expect((await send('dailyLimits.posts', 2)).json).toMatchObject({ updated: 1, rejected: [] });
    const found = await api.call(`/api/accounts/${account.id}`);
    expect(found.json.dailyLimits).toEqual({ posts: 2, follows: 4, minGapMinutes: 10 });
    expect((await send('dailyLimits.maxGapMinutes', 5)).json).toMatchObject({
      updated: 0,
      rejected: [{ line: 2, field: 'dailyLimits.maxGapMinutes', message: sentence }],
    });
  });
});
