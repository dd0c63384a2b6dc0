import { join } from 'node:path';
import type { Env } from '../config/env.ts';
import { WORKER_ROLES, type WorkerRole } from '../contracts/queues.ts';
import type { Keys } from './keys.ts';
import { embeddedPostgres } from './postgres.ts';
import type { Service } from './service.ts';
import { embeddedTemporal } from './temporal.ts';
import type { Tools } from './tools.ts';

/** All parts, in the order they are listed in the summary and in docker-compose.yml. */
export const SERVICE_NAMES = ['postgres', 'temporal', 'prepare', 'api', ...WORKER_ROLES, 'sandbox'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const WORKER_PURPOSE: Readonly<Record<WorkerRole, string>> = {
  orchestrator: 'workflows and the ledger',
  browser: 'accounts in browsers',
  media: 'rendering',
  network: 'accounts over APIs, proxies',
};

/** Files that run under Node, relative to the project's folder. docker-compose.yml starts the same ones. */
export const ENTRY_POINTS = {
  prepare: ['stack/prepare.ts'],
  api: ['api/main.ts'],
  orchestrator: ['workers/main.ts', 'orchestrator'],
  browser: ['workers/main.ts', 'browser'],
  media: ['workers/main.ts', 'media'],
  network: ['workers/main.ts', 'network'],
  sandbox: ['sandbox/main.ts'],
} as const;

/** Who may touch Postgres. */
export const DATABASE_SERVICES = ['prepare', 'api', 'orchestrator'] as const;

/** A worker logs this, at level `info`, when it polls its task queues, or is not to because it has been drained. */
const WORKER_READY = /"msg":"worker is (ready|drained)/;

/** The worker roles of one machine serve their metrics on ports in a row. */
const metricsPorts = (env: Env): Partial<Record<WorkerRole, number>> => {
  const { FLOTILLA_METRICS_PORT: first } = env;
  return first === undefined ? {} : Object.fromEntries(WORKER_ROLES.map((role, index) => [role, first + index]));
};

export interface Installation {
  env: Env;
  keys: Keys;
  tools: Tools;
}

/** The services to run on this machine: all, without Postgres and Temporal where the environment names others. */
export async function listServices({ env, keys, tools }: Installation): Promise<Service[]> {
  const postgres = env.DATABASE_URL
    ? undefined
    : await embeddedPostgres({
        dataFolder: join(env.FLOTILLA_DATA, 'postgres'),
        keysFolder: join(env.FLOTILLA_DATA, 'keys'),
        port: env.POSTGRES_PORT,
      });
  const temporal = env.TEMPORAL_ADDRESS ? undefined : embeddedTemporal(env, tools);
  const database = { DATABASE_URL: env.DATABASE_URL ?? postgres?.databaseUrl ?? '' };
  const common = commonEnv(env, tools);
  const workerToken = { FLOTILLA_WORKER_TOKEN: keys.workerToken };

  // A quieter log would leave out the line by which a worker is known to be ready.
  const logLevel = ['debug', 'trace'].includes(env.FLOTILLA_LOG_LEVEL) ? {} : { FLOTILLA_LOG_LEVEL: 'info' };

  const prepare: Service = {
    name: 'prepare',
    role: 'brings the database and Temporal up to date',
    command: nodeCommand('prepare'),
    env: { ...common, ...database },
    ready: { kind: 'done' },
    dependsOn: ['postgres', 'temporal'],
    ports: [],
  };
  const api: Service = {
    name: 'api',
    role: 'API and dashboard',
    command: nodeCommand('api'),
    env: {
      ...common,
      ...database,
      ...workerToken,
      FLOTILLA_ADMIN_TOKEN: keys.adminToken,
      // A key of the file stays in the file: there the process sees it change when it is rotated.
      ...(env.FLOTILLA_SECRET_KEY ? { FLOTILLA_SECRET_KEY: keys.secretKey } : {}),
    },
    ready: { kind: 'http', url: `http://127.0.0.1:${env.PORT}/api/health` },
    dependsOn: ['prepare'],
    ports: [{ port: env.PORT, host: env.HOST, variable: 'PORT' }],
  };
  const metrics = metricsPorts(env);
  const workers = WORKER_ROLES.map(
    (role): Service => ({
      name: role,
      role: WORKER_PURPOSE[role],
      command: nodeCommand(role),
      env: {
        ...common,
        ...workerToken,
        ...logLevel,
        ...(isDatabaseService(role) ? database : {}),
        ...(metrics[role] && { FLOTILLA_METRICS_PORT: String(metrics[role]) }),
      },
      ready: { kind: 'log', pattern: WORKER_READY },
      dependsOn: ['temporal', 'api'],
      ports: metrics[role] ? [{ port: metrics[role], host: env.HOST, variable: 'FLOTILLA_METRICS_PORT' }] : [],
      // Time to give work back and to close browsers.
      stopTimeoutMs: 20_000,
    }),
  );
  const sandbox: Service = {
    name: 'sandbox',
    role: 'the site to try things on',
    command: nodeCommand('sandbox'),
    env: {
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_PORT: String(env.SANDBOX_PORT),
      SANDBOX_DATA: join(env.FLOTILLA_DATA, 'sandbox'),
    },
    ready: { kind: 'http', url: `http://127.0.0.1:${env.SANDBOX_PORT}/` },
    dependsOn: [],
    ports: [{ port: env.SANDBOX_PORT, host: '127.0.0.1', variable: 'SANDBOX_PORT' }],
  };
  const embedded = [postgres?.service, temporal].filter((service): service is Service => service !== undefined);
  return [...embedded, prepare, api, ...workers, ...(env.SANDBOX_URL ? [] : [sandbox])];
}

function isDatabaseService(name: string): boolean {
  return (DATABASE_SERVICES as readonly string[]).includes(name);
}

function nodeCommand(name: keyof typeof ENTRY_POINTS): string[] {
  return [process.execPath, '--import', 'tsx', ...ENTRY_POINTS[name]];
}

/** What every part of ours reads; addresses and tools, no secret. */
function commonEnv(env: Env, tools: Tools): Record<string, string> {
  const entries: [string, string | undefined][] = [
    ['NODE_ENV', process.env.NODE_ENV === 'test' ? 'test' : 'production'],
    ['PORT', String(env.PORT)],
    ['HOST', env.HOST],
    ['API_URL', env.apiUrl],
    ['PUBLIC_URL', env.publicUrl],
    ['TEMPORAL_ADDRESS', env.temporalAddress],
    ['TEMPORAL_NAMESPACE', env.TEMPORAL_NAMESPACE],
    ['TEMPORAL_UI_URL', env.temporalUiUrl],
    // Read by `prepare`, which bundles accordingly, and by the API, which tells the workers.
    ['FLOTILLA_ENCRYPT_PAYLOADS', env.FLOTILLA_ENCRYPT_PAYLOADS ? 'true' : undefined],
    ['SANDBOX_URL', env.sandboxUrl],
    ['FLOTILLA_DATA', env.FLOTILLA_DATA],
    ['CHROMIUM_PATH', tools.chromium],
    ['FFMPEG_PATH', tools.ffmpeg],
    ['FFPROBE_PATH', tools.ffprobe],
  ];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
