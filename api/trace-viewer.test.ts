import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

const VIEWER = '/trace-viewer/';

describe('the trace viewer', () => {
  let api: TestApi;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    api = await startTestApi();
    const { sha256Hex } = await import('./auth.ts');
    for (const scope of ['viewer', 'evidence:read', 'media:read']) {
      tokens[scope] = `flt_${scope.replace(':', '-')}-of-the-viewer`;
      await api.deps.db.apiToken.create({ data: { name: scope, hash: sha256Hex(tokens[scope]), scopes: [scope] } });
    }
  });
  afterAll(async () => {
    await api?.stop();
  });

  const directives = async (path: string): Promise<Record<string, string>> => {
    const { status, headers } = await api.call(path);
    expect(status).toBe(200);
    const parts = (headers.get('content-security-policy') ?? '').split(';').map((part) => part.trim().split(/ (.*)/s));
    return Object.fromEntries(parts.map(([name = '', value = '']) => [name, value]));
  };

  /** The path as it stands: `fetch` would tidy it up first. */
  const statusOf = (path: string): Promise<number | undefined> =>
    new Promise((done, failed) => {
      const { hostname, port } = new URL(api.url);
      const headers = { authorization: `Bearer ${api.deps.keys.adminToken}` };
      request({ hostname, port, path, headers }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      })
        .on('error', failed)
        .end();
    });

  it('is there for those who may read evidence, and for nobody else', async () => {
    for (const path of [VIEWER, `${VIEWER}sw.bundle.js`, `${VIEWER}snapshot.html`]) {
      const status = async (token: string | null) => (await api.call(path, { token })).status;
      expect(await status(null)).toBe(401);
      expect(await status('flt_unknown')).toBe(401);
      expect(await status(api.deps.keys.workerToken)).toBe(403);
      expect(await status(tokens['media:read']!)).toBe(403);
      expect(await status(tokens['evidence:read']!)).toBe(200);
      expect(await status(tokens.viewer!)).toBe(200);
    }
  });

  it.each([VIEWER, `${VIEWER}snapshot.html`, `${VIEWER}sw.bundle.js`])(
    'lets %s reach this server alone',
    async (path) => {
      const policy = await directives(path);
      const { text } = await api.call(VIEWER);
      const inline = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';
      expect(inline).not.toBe('');
      expect(policy).toEqual({
        'default-src': "'none'",
        'script-src': `'self' 'sha256-${createHash('sha256').update(inline).digest('base64')}'`,
        'style-src': "'self' 'unsafe-inline'",
        'img-src': "'self' blob: data:",
        'media-src': "'self' blob: data:",
        'font-src': "'self' data:",
        'connect-src': "'self'",
        'frame-src': "'self' data:",
        'worker-src': "'self'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'self'",
      });
      expect((await api.call(path)).headers.get('x-frame-options')).toBe('SAMEORIGIN');
    },
  );

  it('finds every file that its page names, and no manifest that a browser would ask for without the cookie', async () => {
    const { text } = await api.call(VIEWER);
    const named = [...text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect((await api.call(VIEWER + name)).status).toBe(200);
    expect(text).not.toContain('manifest');
    expect((await fetch(`${api.url}/trace-viewer?trace=x`, { redirect: 'manual' })).status).toBe(401);
    const { status, headers } = await fetch(`${api.url}/trace-viewer?trace=x`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${api.deps.keys.adminToken}` },
    });
    expect([status, headers.get('location')]).toEqual([301, '/trace-viewer/?trace=x']);
  });

  it.each([
    '../package.json',
    '..%2Fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '..%5cpackage.json',
    'assets/../../../../package.json',
    'assets/..%2f..%2f..%2f..%2fpackage.json',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'index.html%00.js',
    'assets',
    'assets/',
    'uiMode.html',
    'manifest.webmanifest',
    '__proto__',
  ])('has nothing at %s', async (path) => {
    expect(await statusOf(VIEWER + path)).toBe(404);
  });

  it('is in the images: the package of the viewer stays in them', async () => {
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: object };
    expect(dependencies).toHaveProperty('playwright-core');
    const removed = /npm uninstall[\s\S]*?&&/.exec(await readFile('Dockerfile', 'utf8'))?.[0] ?? '';
    expect(removed).toContain('prisma');
    expect(removed).not.toContain('playwright');
  });

  it('takes no other method', async () => {
    expect((await api.call(VIEWER, { method: 'POST', body: {} })).status).toBe(404);
  });
});
