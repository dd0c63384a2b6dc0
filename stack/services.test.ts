import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '../config/env.ts';
import type { Service } from './service.ts';
import { DATABASE_SERVICES, listServices, SERVICE_NAMES } from './services.ts';

const KEYS = { secretKey: 'the-secret-key', adminToken: 'the-admin-token', workerToken: 'the-worker-token' };
const TOOLS = { temporal: '/opt/temporal', chromium: '/opt/chromium', ffmpeg: '/opt/ffmpeg', ffprobe: '/opt/ffprobe' };

let folder: string;
let services: Service[];

const list = (source: Record<string, string> = {}) =>
  listServices({ env: readEnv({ FLOTILLA_DATA: folder, ...source }), keys: KEYS, tools: TOOLS });

beforeAll(async () => {
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

  it('tells Temporal Web where payloads are opened, where they are encrypted', async () => {
    const temporalOf = (all: readonly Service[]) => all.find(({ name }) => name === 'temporal')!.command;
    expect(temporalOf(services)).not.toContain('--ui-codec-endpoint');
    expect(services.filter(({ env }) => 'FLOTILLA_ENCRYPT_PAYLOADS' in env)).toEqual([]);
    const encrypting = await list({ FLOTILLA_ENCRYPT_PAYLOADS: 'yes', PUBLIC_URL: 'https://flotilla.example' });
    const command = temporalOf(encrypting);
    expect(command[command.indexOf('--ui-codec-endpoint') + 1]).toBe('https://flotilla.example/api/codec');
    for (const name of ['prepare', 'api']) {
      const { env } = encrypting.find((service) => service.name === name)!;
      expect([name, env.FLOTILLA_ENCRYPT_PAYLOADS]).toEqual([name, 'true']);
    }
  });

  it('gives every service ports of its own', () => {
    const ports = services.flatMap((service) => service.ports.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('serves the metrics of each worker on a port of its own, where they are wanted', async () => {
    expect(services.filter(({ env }) => 'FLOTILLA_METRICS_PORT' in env)).toEqual([]);
    const wanted = await list({ FLOTILLA_METRICS_PORT: '9464' });
    expect(
      wanted.flatMap(({ name, env }) => (env.FLOTILLA_METRICS_PORT ? [[name, env.FLOTILLA_METRICS_PORT]] : [])),
    ).toEqual([
      ['orchestrator', '9464'],
      ['browser', '9465'],
      ['media', '9466'],
      ['network', '9467'],
    ]);
    expect(wanted.find(({ name }) => name === 'network')?.ports).toMatchObject([{ port: 9467 }]);
  });
});
