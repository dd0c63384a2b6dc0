import { z } from 'zod';
import { Problem } from './problem.ts';
import { route } from './route.ts';
import { allRoutes } from './routes.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

let gate: Promise<void> = Promise.resolve();
let calls = 0;
let failures = 0;
const slowRoute = route({
  method: 'post',
  path: '/api/slow',
  operationId: 'makeSlowly',
  summary: 'Makes something when the gate opens',
  tags: ['Test'],
  access: 'operator',
  idempotent: true,
  body: z.object({ n: z.int() }),
  responses: { 201: { description: 'Made', schema: z.object({ made: z.int() }) } },
  async handler() {
    calls += 1;
    if (failures > 0) {
      failures -= 1;
      throw new Problem(409, 'Not now.');
    }
    const made = calls;
    await gate;
    return { status: 201, body: { made } };
  },
});

describe('a creating call with an Idempotency-Key', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ routes: [...allRoutes, slowRoute] });
  });
  afterAll(async () => {
    await api?.stop();
  });

  const named = (path: string, key: string, body: unknown) =>
    api.call(path, { body, headers: { 'idempotency-key': key } });
  const ada = { platform: 'sandbox', username: 'ada', password: 'correct horse' };

  describe('with a form', () => {
    const HEADER = 'platform,username,password\n';
    const form = (text: string, name = 'accounts.csv'): FormData => {
      const body = new FormData();
      body.set('file', new Blob([text]), name);
      return body;
    };
    const send = (key: string, body: FormData, query = '') => named(`/api/accounts/import${query}`, key, body);

    it('does it once, whatever boundary the form is sent with', async () => {
      const text = `${HEADER}sandbox,form-1,secret-of-the-form\n`;
      const first = await send('form-1', form(text));
      expect(first.json).toMatchObject({ created: 1, updated: 0 });
      const again = await send('form-1', form(text));
      expect(again.json).toEqual(first.json);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    });

    it('refuses the key with another file, another file name or another query', async () => {
      const text = `${HEADER}sandbox,form-2,secret-of-the-form\n`;
      expect((await send('form-2', form(text))).status).toBe(200);
      expect((await send('form-2', form(`${HEADER}sandbox,form-3,secret-of-the-form\n`))).status).toBe(422);
      expect((await send('form-2', form(text, 'other.csv'))).status).toBe(422);
      expect((await send('form-2', form(text), '?dryRun=true')).status).toBe(422);
      expect(await api.deps.db.account.count({ where: { username: 'form-3' } })).toBe(0);
    });

    it('frees the key when the form was refused', async () => {
      expect((await send('form-4', form('nonsense,header\n'))).status).toBe(400);
      const good = await send('form-4', form(`${HEADER}sandbox,form-4,secret-of-the-form\n`));
      expect(good.json).toMatchObject({ created: 1 });
    });

    it('is taken by uploads too, of files of several megabytes', async () => {
      const noise = Buffer.alloc(5 * 1024 ** 2, 7);
      const body = () => {
        const made = new FormData();
        made.set('tags', 'a');
        made.set('file', new Blob([noise]), 'noise.mp4');
        return made;
      };
      for (const _ of [1, 2]) expect((await named('/api/media', 'media-1', body())).status).toBe(422);
    });
  });

  it('gives the first answer again, with the status, the body and the place', async () => {
    const first = await named('/api/accounts', 'ada-1', ada);
    const again = await named('/api/accounts', 'ada-1', ada);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await api.deps.db.account.count({ where: { username: 'ada' } })).toBe(1);
  });

  it('keeps a token that is shown once under seal, and shows it again to the same caller', async () => {
    const body = { name: 'script', scopes: ['viewer'] };
    const first = await named('/api/tokens', 'token-1', body);
    expect(first.status).toBe(201);
    const again = await named('/api/tokens', 'token-1', body);
    expect(again.json).toEqual(first.json);
    const rows = await api.deps.db.idempotentAnswer.findMany();
    const kept = rows.map(({ body: sealed }) => Buffer.from(sealed ?? []).toString('latin1')).join();
    expect(kept).not.toContain(String(first.json.token));
  });

  it('refuses the key with another request', async () => {
    const other = await named('/api/accounts', 'ada-1', { ...ada, username: 'grace' });
    expect(other.status).toBe(422);
    expect(other.json.detail).toMatch(/used with another request/);
    expect(await api.deps.db.account.count({ where: { username: 'ada' } })).toBe(1);
  });

  it('lets one of two calls at the same time do the work', async () => {
    let open: () => void = () => {};
    gate = new Promise((done) => {
      open = done;
    });
    const before = calls;
    const both = [named('/api/slow', 'both', { n: 1 }), named('/api/slow', 'both', { n: 1 })];
    const refused = await Promise.race(both);
    expect(refused.status).toBe(409);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    open();
    const statuses = (await Promise.all(both)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409]);
    expect(calls).toBe(before + 1);
    expect((await named('/api/slow', 'both', { n: 1 })).json).toEqual({ made: calls });
  });

  it('does not remember a failure', async () => {
    failures = 1;
    expect((await named('/api/slow', 'later', { n: 1 })).status).toBe(409);
    expect((await named('/api/slow', 'later', { n: 1 })).status).toBe(201);
  });

  it('takes over from a first call that died, and not from one that has just begun', async () => {
    const answer = await named('/api/slow', 'dead', { n: 1 });
    const died = (secondsAgo: number) =>
      api.deps.db.idempotentAnswer.updateMany({
        where: { key: 'dead' },
        data: { status: null, body: null, createdAt: new Date(Date.now() - secondsAgo * 1_000) },
      });
    await died(5);
    expect((await named('/api/slow', 'dead', { n: 1 })).status).toBe(409);
    await died(120);
    const taken = await named('/api/slow', 'dead', { n: 1 });
    expect(taken.status).toBe(201);
    expect(taken.json).not.toEqual(answer.json);
  });

  it('is offered by every route that creates', () => {
    const without = allRoutes
      .filter(({ method, responses }) => method === 'post' && responses[201])
      .filter(({ idempotent }) => !idempotent);
    expect(without.map(({ operationId }) => operationId)).toEqual([]);
  });
});

describe('texts that Postgres cannot keep', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(async () => {
    await api?.stop();
  });

  const account = { platform: 'sandbox', username: 'ada', password: 'correct horse' };
  let deep: unknown = 1;
  for (let n = 0; n < 500; n += 1) deep = [deep];

  it.each<[string, string, unknown]>([
    ['NUL in a body', '/api/accounts', { ...account, password: 'a\0b' }],
    ['NUL in the name of a field', '/api/accounts', { ...account, 'a\0b': 1 }],
    ['NUL in a query', '/api/errors?source=a%00b', undefined],
    ['a lone surrogate', '/api/accounts', { ...account, password: 'a\ud800b' }],
    ['JSON that is nested too deep', '/api/accounts', { ...account, tags: deep }],
    ['a percent sign that encodes nothing', '/api/accounts/%zz', undefined],
    ['a NUL in the address', '/api/accounts/%00', undefined],
    ['a number beyond int8', '/api/errors?cursor=99999999999999999999', undefined],
    ['a number beyond int4', '/api/accounts', { ...account, dailyLimits: { posts: 2 ** 40 } }],
    ['a body that is no JSON object', '/api/accounts', 'text'],
  ])('%s is answered 400 as a problem', async (_name, path, body) => {
    const answer = await api.call(path, body === undefined ? {} : { body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json.detail).toEqual(expect.any(String));
  });
});
