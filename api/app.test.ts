import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createAddressMatcher } from './addresses.ts';
import { healthRoutes } from './health.ts';
import { route } from './route.ts';
import { allRoutes } from './routes.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const oddRoutes = [
  route({
    method: 'get',
    path: '/api/odd/fault',
    operationId: 'fault',
    summary: 'Fails',
    tags: [],
    access: 'public',
    responses: { 204: { description: 'Never' } },
    handler: async () => {
      throw new Error('connect to 10.1.2.3 as postgres failed');
    },
  }),
  route({
    method: 'get',
    path: '/api/odd/mismatch',
    operationId: 'mismatch',
    summary: 'Answers unlike its schema',
    tags: [],
    access: 'public',
    responses: { 200: { description: 'Never', schema: z.object({ n: z.int() }) } },
    handler: async () => ({ status: 200, body: { n: 'one' } }),
  }),
  route({
    method: 'get',
    path: '/api/odd/undeclared',
    operationId: 'undeclared',
    summary: 'Answers more than it declares',
    tags: [],
    access: 'public',
    responses: { 200: { description: 'Only n', schema: z.object({ n: z.int() }) } },
    handler: async () => ({ status: 200, body: { n: 1, password: 'hunter2' } }),
  }),
  route({
    method: 'post',
    path: '/api/odd/small',
    operationId: 'small',
    summary: 'Takes little',
    tags: [],
    access: 'public',
    maxBodyBytes: 100,
    body: z.strictObject({ inner: z.strictObject({ list: z.array(z.int()) }) }),
    responses: { 204: { description: 'Fine' } },
    handler: async () => ({ status: 204 }),
  }),
];

describe('the app', () => {
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-web-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>dashboard</title>');
    await writeFile(join(folder, 'assets', 'main-abc123.js'), 'export {};');
    api = await startTestApi({ routes: [...allRoutes, ...oddRoutes], dashboardFolder: folder });
  });
  afterAll(async () => {
    await api?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('describes every route in OpenAPI 3.1', async () => {
    const { json } = await api.call('/api/openapi.json', { token: null });
    const document = json as unknown as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    for (const { path, method, operationId } of allRoutes) {
      expect(document.paths[path]?.[method]?.operationId).toBe(operationId);
    }
    const ids = allRoutes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('serves readable documentation without a foreign address', async () => {
    const page = await api.call('/api/docs/', { token: null });
    expect(page.text).toContain('swagger-ui-bundle.js');
    expect(page.text).not.toMatch(/https?:/);
    expect((await api.call('/api/docs/swagger-ui-bundle.js', { token: null })).status).toBe(200);
  });

  it('hides its own faults and names the request', async () => {
    const { status, text, json, headers } = await api.call('/api/odd/fault', { token: null });
    expect(status).toBe(500);
    expect(text).not.toContain('10.1.2.3');
    expect(json.requestId).toBe(headers.get('x-request-id'));
  });

  it('fails a test that answers unlike its schema, and sends nothing undeclared', async () => {
    expect((await api.call('/api/odd/mismatch')).status).toBe(500);
    expect((await api.call('/api/odd/undeclared')).json).toEqual({ n: 1 });
  });

  it('names each wrong field', async () => {
    const body = { inner: { list: [1, 'two', 3.5] }, extra: 1 };
    const { status, json } = await api.call('/api/odd/small', { body });
    expect(status).toBe(400);
    const errors = json.errors as unknown as { path: string }[];
    expect(errors.map(({ path }) => path).sort()).toEqual(['extra', 'inner.list.1', 'inner.list.2']);
  });

  it.each([
    ['broken JSON', '{"inner":', 'application/json', 400],
    ['a body that is too large', JSON.stringify({ inner: 'x'.repeat(200) }), 'application/json', 413],
    ['another content type', 'inner=1', 'application/x-www-form-urlencoded', 415],
    ['an unknown character set', '{}', 'application/json; charset=ebcdic', 415],
  ])('answers %s with a problem', async (_what, body, type, status) => {
    const answer = await fetch(`${api.url}/api/odd/small`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status });
  });

  it('answers unknown paths, methods and encodings with problems', async () => {
    expect((await api.call('/api/nothing/here')).json).toMatchObject({ status: 404 });
    const wrongMethod = await api.call('/api/odd/small', { method: 'PUT' });
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get('allow')).toBe('POST, OPTIONS');
    expect((await api.call('/api/accounts/%E0%A4%A')).status).toBe(400);
  });

  it('sends strict security headers', async () => {
    const { headers } = await api.call('/', { token: null });
    const policy = headers.get('content-security-policy') ?? '';
    const directives = Object.fromEntries(policy.split(';').map((part) => part.trim().split(/ (.*)/s).slice(0, 2)));
    // No script but our own files, no frame around a page, nothing loaded from elsewhere.
    expect(directives).toEqual({
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' blob: data:",
      'media-src': "'self' blob: data:",
      'font-src': "'self' data:",
      'connect-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'worker-src': "'self'",
      'manifest-src': "'self'",
    });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.get('x-powered-by')).toBeNull();
    // Over plain HTTP it would lock people out of localhost.
    expect(headers.get('strict-transport-security')).toBeNull();
    expect((await api.call('/api/accounts')).headers.get('cache-control')).toBe('private, no-cache');
    expect((await api.call('/api/nothing')).headers.get('content-security-policy')).toBe(policy);
  });

  it('serves the dashboard on every page path, and no page for a missing file', async () => {
    const page = await api.call('/bulk/some-id', { token: null, headers: { accept: 'text/html' } });
    expect(page.text).toContain('dashboard');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await api.call('/assets/main-abc123.js', { token: null });
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect((await api.call('/assets/missing.js', { token: null })).status).toBe(404);
  });
});

describe('the list of allowed addresses', () => {
  it('refuses others, believes trusted proxies only, and lets the liveness check through', async () => {
    const env = { FLOTILLA_ALLOWED_IPS: '10.0.0.0/8', FLOTILLA_TRUSTED_PROXIES: '127.0.0.1' };
    const api = await startTestApi({ env, routes: healthRoutes });
    try {
      const status = async (path: string, from?: string) =>
        (await api.call(path, from ? { headers: { 'x-forwarded-for': from } } : {})).status;
      expect(await status('/api/openapi.json', '10.9.8.7')).toBe(200);
      expect(await status('/api/openapi.json', '192.168.1.1')).toBe(403);
      expect(await status('/api/openapi.json', '10.9.8.7, 192.168.1.1')).toBe(403);
      expect(await status('/api/openapi.json')).toBe(403);
      expect(await status('/api/health')).toBe(200);
    } finally {
      await api.stop();
    }
  });

  it('reads addresses and ranges of both families', () => {
    const matches = createAddressMatcher(['192.168.0.0/16', '::1', 'fd00::/8'], 'FLOTILLA_ALLOWED_IPS');
    expect(['192.168.3.4', '::ffff:192.168.3.4', '::1', 'fd12::1'].every(matches)).toBe(true);
    expect(['10.0.0.1', '2001:db8::1', 'nonsense', ''].some(matches)).toBe(false);
  });

  it('names the variable that holds no address', () => {
    expect(() => createAddressMatcher(['10.0.0'.concat('.x')], 'FLOTILLA_ALLOWED_IPS')).toThrow(
      /^FLOTILLA_ALLOWED_IPS/,
    );
  });
});

describe('the rate limit', () => {
  it('stops looking up tokens for an address that keeps sending wrong ones', async () => {
    const api = await startTestApi({ routes: healthRoutes });
    try {
      const wrong = async () => (await api.call('/api/nothing', { token: 'flt_wrong_wrong_wrong' })).status;
      const statuses = new Set<number>();
      for (let n = 0; n < 300; n += 1) statuses.add(await wrong());
      expect([...statuses]).toEqual([401]);
      expect(await wrong()).toBe(429);
    } finally {
      await api.stop();
    }
  });

  it('answers 429 and says when to come back', async () => {
    const env = { FLOTILLA_RATE_LIMIT_PER_MINUTE: '10' };
    const api = await startTestApi({ env, routes: healthRoutes });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1) statuses.push((await api.call('/api/health', { token: null })).status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(10);
      const refused = await api.call('/api/health', { token: null });
      expect(refused.json).toMatchObject({ status: 429 });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await api.call('/api/health')).status).toBe(200);
    } finally {
      await api.stop();
    }
  });
});
