import { request } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import { problemSchema } from './problem.ts';
import { route } from './route.ts';
import { allRoutes } from './routes.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const small = route({
  method: 'post',
  path: '/api/odd/small',
  operationId: 'small',
  summary: 'Takes little',
  tags: [],
  access: 'public',
  maxBodyBytes: 100,
  query: z.object({ n: z.coerce.number().int().optional() }),
  body: z.strictObject({ text: z.string() }),
  responses: { 204: { description: 'Fine' } },
  handler: async () => ({ status: 204 }),
});
const undeclared = route({
  method: 'get',
  path: '/api/odd/undeclared',
  operationId: 'undeclared',
  summary: 'Refuses with a status that nobody was told of',
  tags: [],
  access: 'public',
  responses: { 204: { description: 'Never' } },
  handler: async () => {
    const { conflict } = await import('./problem.ts');
    throw conflict('Not now.');
  },
});

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}
interface Received {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes: [...allRoutes, small, undeclared] });
});
afterAll(() => api?.stop());

/** As it stands, where `fetch` would mend it or refuse to send it. */
function send({ method = 'POST', path = '/api/odd/small', headers = {}, body }: Sent): Promise<Received> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(api.url);
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request({ hostname, port, method, path, headers: { ...json, ...headers } }, (res) => {
      let text = '';
      res.on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, text }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

function expectProblem({ status, headers, text }: Received, expected: number): void {
  expect(status).toBe(expected);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(JSON.parse(text));
  expect(problem.status).toBe(expected);
  expect(problem.title).not.toBe('Error');
  expect(problem.detail).toMatch(/[.:]/);
}

describe('a refusal is a problem in JSON', () => {
  const cases: [string, Sent, number][] = [
    ['an unknown path of the API', { method: 'GET', path: '/api/nothing/here' }, 404],
    ['an unknown path below the documentation', { method: 'GET', path: '/api/docs/nothing.js' }, 404],
    ['a missing file of the dashboard', { method: 'GET', path: '/assets/nothing.js' }, 404],
    ['nobody signed in', { method: 'GET', path: '/api/accounts' }, 401],
    ['a wrong token', { method: 'GET', path: '/api/accounts', headers: { authorization: 'Bearer no' } }, 401],
    ['a wrong token where everybody may call', { headers: { authorization: 'Bearer no' }, body: '{}' }, 401],
    [
      'another way of signing in',
      { method: 'GET', path: '/api/accounts', headers: { authorization: 'Basic eA==' } },
      401,
    ],
    ['another method', { method: 'PUT' }, 405],
    ['a method that no route has', { method: 'TRACE' }, 405],
    ['another method at the document', { path: '/api/openapi.json' }, 405],
    ['broken JSON', { body: '{"text":' }, 400],
    ['JSON that is no object', { body: '[1]' }, 400],
    ['a wrong field', { body: '{"text":1}' }, 400],
    ['an unknown field', { body: '{"text":"a","more":1}' }, 400],
    ['no body', {}, 400],
    ['a wrong value of the query', { path: '/api/odd/small?n=one', body: '{"text":"a"}' }, 400],
    ['a text with NUL', { body: '{"text":"\\u0000"}' }, 400],
    ['half of a surrogate pair', { body: '{"text":"\\ud800"}' }, 400],
    ['an address that is badly encoded', { method: 'GET', path: '/api/media/%E0%A4%A/content' }, 400],
    ['something sent to a page', { path: '/accounts', body: '{}' }, 404],
    ['a body that is too large', { body: JSON.stringify({ text: 'x'.repeat(200) }) }, 413],
    ['another content type', { body: 'text=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['another character set', { body: '{}', headers: { 'content-type': 'application/json; charset=ebcdic' } }, 415],
    ['another encoding', { body: '{}', headers: { 'content-encoding': 'zip' } }, 415],
    ['bytes that are not of their encoding', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 400],
    ['an address that is too long', { method: 'GET', path: `/api/accounts?q=${'x'.repeat(20_000)}` }, 431],
  ];
  it.each(cases)('%s', async (_what, sent, status) => {
    expectProblem(await send(sent), status);
  });

  it('also what is no HTTP request', async () => {
    const { hostname, port } = new URL(api.url);
    const text = await new Promise<string>((done) => {
      const socket = connect(Number(port), hostname, () => socket.write('hello\r\n\r\n'));
      let got = '';
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('close', () => done(got));
    });
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 .*\r\ncontent-type: application\/problem\+json/);
    expect(problemSchema.parse(JSON.parse(body)).status).toBe(400);
  });

  it('and too many requests, with the time to wait', async () => {
    const busy = await startTestApi({ env: { FLOTILLA_RATE_LIMIT_PER_MINUTE: '10' }, routes: [small] });
    try {
      const statuses = new Set<number>();
      for (let n = 0; n < 10; n += 1) statuses.add((await busy.call('/api/odd/small', { body: { text: 'a' } })).status);
      expect([...statuses]).toEqual([204]);
      const { status, headers, text } = await busy.call('/api/odd/small', { body: { text: 'a' } });
      expectProblem({ status, text, headers: Object.fromEntries(headers) }, 429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await busy.stop();
    }
  });

  it('whose body HEAD leaves out', async () => {
    const { status, headers, text } = await send({ method: 'HEAD', path: '/api/nothing' });
    expect([status, text]).toEqual([404, '']);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

it('OPTIONS tells which methods there are', async () => {
  const { status, headers, text } = await send({ method: 'OPTIONS', path: '/api/accounts' });
  expect([status, text]).toEqual([204, '']);
  expect(headers.allow).toBe('GET, POST, HEAD, OPTIONS');
  expectProblem(await send({ method: 'OPTIONS', path: '/api/nothing' }), 404);
});

it('a refusal that the documentation does not name fails the test that meets it', async () => {
  const { text } = await send({ method: 'GET', path: '/api/odd/undeclared' });
  expectProblem(await send({ method: 'GET', path: '/api/odd/undeclared' }), 500);
  expect(text).not.toContain('Not now');
});
