import { join } from 'node:path';
import { type Env, readEnv } from '../config/env.ts';
import { type Keys, readOrMakeKeys } from './keys.ts';
import type { Service } from './service.ts';
import { listServices, type ServiceName } from './services.ts';
import { type Supervisor, startSupervisor } from './supervisor.ts';
import { readTools } from './tools.ts';

export interface StackOptions {
  /** Environment variables, checked as at every start. */
  source: Readonly<Record<string, string | undefined>>;
  /** Which services to run; all unless given. */
  parts?: readonly ServiceName[];
  say(line: string): void;
  onReady?(service: Service): void;
  signal?: AbortSignal;
}

export interface RunningStack extends Supervisor {
  env: Env;
  keys: Keys;
  services: readonly Service[];
  databaseUrl: string | undefined;
}

/**
 * Starts the services of one installation and resolves when all are ready.
 * @throws EnvError or StackError with one sentence.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const env = readEnv(options.source);
  const keys = await readOrMakeKeys(env, join(env.FLOTILLA_DATA, 'keys'));
  const all = await listServices({ env, keys, tools: readTools(env) });
  const { parts } = options;
  const services = parts ? all.filter(({ name }) => (parts as readonly string[]).includes(name)) : all;
  const supervisor = await startSupervisor({
    dataFolder: env.FLOTILLA_DATA,
    services,
    env: options.source,
    say: options.say,
    ...(options.onReady && { onReady: options.onReady }),
    ...(options.signal && { signal: options.signal }),
  });
  const databaseUrl = all.find(({ name }) => name === 'prepare')?.env.DATABASE_URL;
  return { ...supervisor, env, keys, services, databaseUrl };
}
