import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from './ports.ts';
import { signal } from './processes.ts';
import type { ServiceName } from './services.ts';
import { startStack } from './start-stack.ts';

export interface TestStackOptions {
  /** Which services to run; all unless given. `prepare` needs `postgres` and `temporal`, `api` needs `prepare`. */
  parts?: readonly ServiceName[];
  /** Kept after `stop`; without it a temporary folder, which is removed. */
  dataFolder?: string;
  /** Added to the environment of the services, e.g. `FLOTILLA_BROWSER_SLOTS`. */
  env?: Readonly<Record<string, string>>;
}

export interface TestStack {
  apiUrl: string;
  sandboxUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
  databaseUrl: string;
  adminToken: string;
  workerToken: string;
  dataFolder: string;
  /** The process id of a service; undefined while it is down. */
  processOf(service: ServiceName): number | undefined;
  /** Sends a signal to a service alone, not to its children; the supervisor starts it again. */
  kill(service: ServiceName, name?: NodeJS.Signals): void;
  /** All that a service has written. */
  logs(service: ServiceName): Promise<string>;
  /** What the supervisor had to say: deaths and restarts. */
  said: readonly string[];
  stop(): Promise<void>;
}

/** Starts the stack as `npm start` does, on free ports and with data of its own. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'flotilla-stack-')));
  // Postgres may run as another user, which has to pass.
  if (!options.dataFolder) await chmod(dataFolder, 0o711);
  const names = ['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'POSTGRES_PORT', 'SANDBOX_PORT'];
  const ports = await findFreePorts(names.length);
  const removeFolder = async () => {
    if (!options.dataFolder) await rm(dataFolder, { recursive: true, force: true });
  };
  const said: string[] = [];
  const stack = await startStack({
    source: {
      ...process.env,
      ...Object.fromEntries(OWN_ADDRESSES.map((name) => [name, undefined])),
      ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
      FLOTILLA_DATA: dataFolder,
      // Proxies and receivers of tests are on this machine.
      FLOTILLA_ALLOWED_NETWORKS: '127.0.0.0/8',
      ...options.env,
    },
    ...(options.parts && { parts: options.parts }),
    say: (line) => said.push(line),
  }).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  return {
    apiUrl: stack.env.apiUrl,
    sandboxUrl: stack.env.sandboxUrl,
    temporalAddress: stack.env.temporalAddress,
    temporalUiUrl: stack.env.temporalUiUrl,
    databaseUrl: stack.databaseUrl ?? '',
    adminToken: stack.keys.adminToken,
    workerToken: stack.keys.workerToken,
    dataFolder,
    said,
    processOf: stack.processOf,
    kill(service, name = 'SIGKILL') {
      const pid = stack.processOf(service);
      if (pid !== undefined) signal(pid, name);
    },
    logs: (service) => readFile(stack.logFile(service), 'utf8').catch(() => ''),
    async stop() {
      await stack.stop();
      await removeFolder();
    },
  };
}

/** Addresses and secrets of the caller's own environment, which a stack for tests must not work on. */
const OWN_ADDRESSES = [
  ...['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_UI_URL', 'API_URL', 'PUBLIC_URL', 'SANDBOX_URL', 'HOST'],
  ...['FLOTILLA_SECRET_KEY', 'FLOTILLA_ADMIN_TOKEN', 'FLOTILLA_WORKER_TOKEN'],
];
