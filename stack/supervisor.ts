import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';
import { lockDataFolder } from './lock.ts';
import { ROOT } from './paths.ts';
import { isPortFree } from './ports.ts';
import { processesWith, signal, waitUntilGone } from './processes.ts';
import { startReaper } from './reaper.ts';
import type { Service } from './service.ts';
import { type Supervised, supervise } from './supervised.ts';

/** Variables that only services get to which they are given: see services.ts. */
const GUARDED = ['DATABASE_URL', 'FLOTILLA_SECRET_KEY', 'FLOTILLA_ADMIN_TOKEN', 'FLOTILLA_WORKER_TOKEN'];
const MARK = 'FLOTILLA_STACK';
const KEPT_LOGS = 4;

export interface Supervisor {
  /** Stops all services, dependents first. Later calls wait for the first. */
  stop(): Promise<void>;
  /** Kills all services at once, for those who cannot wait for `stop`. */
  killNow(): void;
  /** The process id of a service while it runs. */
  processOf(service: string): number | undefined;
  logFile(service: string): string;
}

export interface SupervisorOptions {
  dataFolder: string;
  services: readonly Service[];
  /** Hears of what a person should know: deaths and restarts. */
  say(line: string): void;
  /** Hears of each service that has become ready. */
  onReady?(service: Service): void;
  /** What services inherit, this process' own environment unless given; see {@link GUARDED}. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Stops the start when it fires. */
  signal?: AbortSignal;
}

/**
 * Starts services in the order of their dependencies, waits until each is ready, and keeps them running.
 * Their output goes to `<data>/logs/<service>.log`. When this process dies, however it dies, they end too.
 * They do not keep this process alive.
 * @throws StackError when the data folder is in use, a port is taken, or a service does not become ready.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const dataFolder = resolve(options.dataFolder);
  const logs = join(dataFolder, 'logs');
  const unlock = await lockDataFolder(dataFolder);
  try {
    await endLeftovers(dataFolder);
    await checkPorts(options.services);
    await mkdir(logs, { recursive: true });
    for (const { name } of options.services) await rotateLog(join(logs, `${name}.log`));
  } catch (error) {
    await unlock();
    throw error;
  }
  return startAll({ ...options, dataFolder }, logs, unlock);
}

async function startAll(options: SupervisorOptions, logs: string, unlock: () => Promise<void>): Promise<Supervisor> {
  const mark = { [MARK]: `${options.dataFolder}#${randomUUID()}` };
  const reaper = startReaper(`${MARK}=${mark[MARK]}`);
  const context = { mark, reaper, cwd: ROOT, say: options.say, baseEnv: inheritedEnv(options.env ?? process.env) };
  const supervised = new Map<string, Supervised>(
    options.services.map((service) => [
      service.name,
      supervise(service, { ...context, logFile: join(logs, `${service.name}.log`) }),
    ]),
  );

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await inOrder(options.services, dependentsOf, (service) => supervised.get(service.name)?.stop());
      await reaper.close();
      await unlock();
    })();
    return stopped;
  };
  options.signal?.addEventListener('abort', () => void stop());

  try {
    await inOrder(options.services, dependenciesOf, async (service) => {
      options.signal?.throwIfAborted();
      await supervised.get(service.name)?.start();
      options.onReady?.(service);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    killNow: () => {
      for (const one of supervised.values()) one.killNow();
    },
    processOf: (name) => supervised.get(name)?.pid(),
    logFile: (name) => join(logs, `${name}.log`),
  };
}

/** Does something for every service, for each as soon as it is done for those that go first. */
async function inOrder(
  services: readonly Service[],
  before: (service: Service, all: readonly Service[]) => Service[],
  action: (service: Service) => Promise<void> | undefined,
): Promise<void> {
  const started = new Map<string, Promise<void>>();
  const visit = (service: Service): Promise<void> => {
    const known = started.get(service.name);
    if (known) return known;
    const promise = Promise.all(before(service, services).map(visit)).then(() => action(service));
    started.set(service.name, promise);
    return promise;
  };
  await Promise.all(services.map(visit));
}

function dependenciesOf(service: Service, all: readonly Service[]): Service[] {
  return all.filter((other) => service.dependsOn.includes(other.name));
}

function dependentsOf(service: Service, all: readonly Service[]): Service[] {
  return all.filter((other) => other.dependsOn.includes(service.name));
}

function inheritedEnv(source: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(source).filter(([name]) => name !== MARK && !GUARDED.includes(name));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Ends what a stack on the same data folder left when both it and its reaper were killed. */
async function endLeftovers(dataFolder: string): Promise<void> {
  const leftovers = processesWith(`${MARK}=${dataFolder}#`);
  for (const pid of leftovers) signal(pid, 'SIGTERM');
  if (await waitUntilGone(leftovers, 5_000)) return;
  for (const pid of leftovers) signal(pid, 'SIGKILL');
  await waitUntilGone(leftovers, 5_000);
}

async function checkPorts(services: readonly Service[]): Promise<void> {
  for (const { port, host, variable } of services.flatMap((service) => service.ports)) {
    if (await isPortFree(port, host)) continue;
    throw new StackError(`Port ${port} is taken by another program. Set ${variable} to a free one.`);
  }
}

async function rotateLog(file: string): Promise<void> {
  const nth = (index: number) => (index === 0 ? file : `${file}.${index}`);
  await rm(nth(KEPT_LOGS), { force: true });
  for (let index = KEPT_LOGS - 1; index >= 0; index -= 1) {
    await rename(nth(index), nth(index + 1)).catch(() => undefined);
  }
}
