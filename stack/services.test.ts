import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readEnv } from '../config/env.ts';
import { ROOT } from './paths.ts';
import type { Service } from './service.ts';
import { DATABASE_SERVICES, ENTRY_POINTS, listServices, SERVICE_NAMES } from './services.ts';

interface ComposeService {
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  profiles?: string[];
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
  image: string;
  user?: string;
}

const KEYS = { secretKey: 'the-secret-key', adminToken: 'the-admin-token', workerToken: 'the-worker-token' };
const TOOLS = { temporal: '/opt/temporal', chromium: '/opt/chromium', ffmpeg: '/opt/ffmpeg', ffprobe: '/opt/ffprobe' };

let compose: Record<string, ComposeService>;
let folder: string;
let services: Service[];

const list = (source: Record<string, string> = {}) =>
  listServices({ env: readEnv({ FLOTILLA_DATA: folder, ...source }), keys: KEYS, tools: TOOLS });

beforeAll(async () => {
  const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  compose = (parse(text, { merge: true }) as { services: Record<string, ComposeService> }).services;
  folder = await mkdtemp(join(tmpdir(), 'flotilla-services-'));
  services = await list({ FLOTILLA_SECRET_KEY: KEYS.secretKey });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const names = (all: readonly Service[]) => all.map(({ name }) => name);
const holding = (value: string) => names(services.filter(({ env }) => Object.values(env).includes(value)));

describe('the service list', () => {
  it('has each part once, and only dependencies that exist', () => {
    expect(names(services)).toEqual(SERVICE_NAMES);
    for (const { dependsOn } of services) expect(SERVICE_NAMES).toEqual(expect.arrayContaining([...dependsOn]));
  });

  it('gives the database address and the secrets to those who need them only', () => {
    expect(names(services.filter(({ env }) => 'DATABASE_URL' in env))).toEqual(DATABASE_SERVICES);
    expect(holding(KEYS.adminToken)).toEqual(['api']);
    expect(holding(KEYS.secretKey)).toEqual(['api']);
    expect(holding(KEYS.workerToken)).toEqual(['api', 'orchestrator', 'browser', 'media', 'network']);
  });

  it('leaves a sealing key of the file in the file, where a rotation of it is seen', async () => {
    for (const { env } of await list({})) expect(Object.values(env)).not.toContain(KEYS.secretKey);
  });

  it('leaves out what the environment names elsewhere', async () => {
    const elsewhere = await list({
      DATABASE_URL: 'postgresql://db/flotilla',
      TEMPORAL_ADDRESS: 'temporal.internal:7233',
    });
    expect(names(elsewhere)).toEqual(SERVICE_NAMES.filter((name) => name !== 'postgres' && name !== 'temporal'));
    expect(elsewhere.find(({ name }) => name === 'api')?.env).toMatchObject({
      DATABASE_URL: 'postgresql://db/flotilla',
      TEMPORAL_ADDRESS: 'temporal.internal:7233',
    });
  });

  it('gives every service ports of its own', () => {
    const ports = services.flatMap((service) => service.ports.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
  });
});

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

  it('limits what each may take, and starts the sandbox site on demand only', () => {
    for (const [name, { deploy }] of Object.entries(compose)) {
      expect([name, Object.keys(deploy?.resources?.limits ?? {})]).toEqual([
        name,
        expect.arrayContaining(['cpus', 'memory']),
      ]);
    }
    expect(Object.keys(compose).filter((name) => compose[name]!.profiles)).toEqual(['sandbox']);
  });
});
