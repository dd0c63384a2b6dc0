import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { createLink } from '../activities/link.ts';
import { type Env, EnvError } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { startTracing } from '../config/tracing.ts';
import type { WorkerRole } from '../contracts/queues.ts';
import { browser } from './browser.ts';
import { createDrain } from './drain.ts';
import { createErrorQueue } from './error-queue.ts';
import { type Host, hostName, keepRegistered, type Order } from './host.ts';
import { keepHostFolder } from './host-folder.ts';
import { logActivities } from './log-fields.ts';
import { createMeasures } from './measures.ts';
import { media } from './media.ts';
import { createWorkerMetrics, freeLoopbackPort, serveMetrics } from './metrics-server.ts';
import { network } from './network.ts';
import { createObserver, processError } from './observer.ts';
import { orchestrator } from './orchestrator.ts';
import { workerPayloads } from './payloads.ts';
import { createReports } from './reports.ts';
import type { Role, RoleParts } from './role.ts';
import { installRuntime } from './runtime.ts';
import { ownTemporaryFolder } from './temporary-folder.ts';
import { createTimings, type Ended } from './timings.ts';

const ROLES: Record<WorkerRole, (parts: RoleParts) => Promise<Role>> = { orchestrator, browser, media, network };
const DATABASE_ROLES: readonly WorkerRole[] = ['orchestrator'];

const VERSION = '0.1.0';
/** How long what is held may take after a signal, milliseconds: whoever sent it kills soon. */
const SIGNAL_MS = 8_000;
/** How long a start waits to hear whether the worker has been drained, milliseconds. */
const FIRST_WORD_MS = 5_000;
const TEMPORAL_ANSWER_MS = 2_000;

/** How a worker's process ends; `restart` is EX_TEMPFAIL of sysexits.h, which supervisors take for a failure. */
export const EXIT_CODES = { stopped: 0, failed: 1, usage: 2, restart: 75 } as const;

/** @throws EnvError with one sentence when the environment does not fit the role */
function checkEnvironment(name: WorkerRole, env: Env): string {
  if (!env.FLOTILLA_WORKER_TOKEN) throw new EnvError('FLOTILLA_WORKER_TOKEN is not set: a worker signs in with it.');
  if (env.DATABASE_URL && !DATABASE_ROLES.includes(name)) {
    throw new EnvError(
      `DATABASE_URL is set, and a ${name} worker must not have it: it reaches everything through the API. Unset it.`,
    );
  }
  return env.FLOTILLA_WORKER_TOKEN;
}

function secretsOf(env: Env): string[] {
  const { FLOTILLA_WORKER_TOKEN: token, DATABASE_URL: url } = env;
  const password = url && URL.canParse(url) ? decodeURIComponent(new URL(url).password) : undefined;
  return [token, url, password].filter((secret): secret is string => Boolean(secret));
}

/**
 * Runs one role until it is told to stop: finishes or gives back what it holds, then ends.
 * @returns the code to exit with, see {@link EXIT_CODES}
 * @throws EnvError with one sentence; what the role cannot start without
 */
export async function runRole(name: WorkerRole, env: Env, log: Logger): Promise<number> {
  const workerToken = checkEnvironment(name, env);
  const secrets = secretsOf(env);
  const temporalPort = env.FLOTILLA_METRICS_PORT === undefined ? undefined : await freeLoopbackPort();
  installRuntime(log, temporalPort);
  const hostname = hostName(env);
  const hostsFolder = join(env.FLOTILLA_DATA, 'hosts');
  await keepHostFolder(hostsFolder, hostname, log);
  const removeTemporary = ownTemporaryFolder(join(hostsFolder, hostname), name);
  const tracing = await startTracing({ env, log, secrets, service: `flotilla-${name}`, instance: hostname });
  // Nothing of OpenTelemetry is loaded where there are no traces.
  const traces = tracing && (await import('./tracing.ts'));
  const link = createLink({ apiUrl: env.apiUrl, workerToken, ...(tracing && { traceHeaders: tracing.headers }) });
  const payloads = await workerPayloads(link, log);
  const connection = await NativeConnection.connect({ address: env.temporalAddress });

  const timings = createTimings();
  const errors = createErrorQueue();
  const watchers: ((ended: Ended) => void)[] = [timings.observe];
  const observer = createObserver({
    onEnd: (ended) => {
      for (const watch of watchers) watch(ended);
    },
    onError: errors.add,
    secrets,
  });
  const role = await ROLES[name]({
    env,
    log,
    link,
    connection,
    hostName: hostname,
    dataConverter: payloads.dataConverter,
    activityInterceptors: [...(traces ? [traces.traceActivities] : []), logActivities, observer],
    ...(tracing && traces && { workflowSpans: traces.workflowSpans(tracing) }),
  });
  const drain = createDrain(role);
  const live = () => ({ slots: role.slots, ...role.measure() });

  let order: Order | undefined;
  let working = false;
  let goOn: (work: boolean) => void = () => undefined;

  function stop(why: string, withinMs: number): void {
    goOn(false);
    if (!drain.begun()) log.info({ why }, 'draining');
    if (working) host.tell('draining');
    drain.begin(withinMs);
  }

  const processMeasures = createMeasures(env.FLOTILLA_DATA);
  const host: Host = keepRegistered({
    link,
    log,
    registration: {
      name: hostname,
      role: name,
      taskQueues: role.taskQueues,
      pid: process.pid,
      version: VERSION,
      slots: role.slots,
    },
    reports: createReports({
      link,
      log,
      timings,
      errors,
      measure: async () => ({ ...(await processMeasures()), ...live() }),
    }),
    measure: () => ({ ...live(), ...timings.totals() }),
    onOrder(next) {
      order = next;
      if (!working) goOn(next === 'restart');
      else stop(`ordered to ${next}`, env.FLOTILLA_DRAIN_SECONDS * 1_000);
    },
    onPayloads(told) {
      if (payloads.hear(told) || !working || drain.begun()) return;
      order = 'restart';
      stop('encryption of payloads was switched, which takes a new start', env.FLOTILLA_DRAIN_SECONDS * 1_000);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal, SIGNAL_MS));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ reason: String(error), stack: error instanceof Error ? error.stack : undefined }, event);
      errors.add(processError(error, secrets));
      void Promise.all([host.stop(), tracing?.close()]).finally(() => process.exit(EXIT_CODES.failed));
    });
  }

  async function ailment(): Promise<string | null> {
    if (drain.begun()) return 'The worker is draining.';
    if (!working) return 'The worker is not at work: it starts, or has been drained.';
    const idle = role.workers.find((worker) => worker.getState() !== 'RUNNING');
    if (idle) return `A worker's state is ${idle.getState()}.`;
    try {
      const ask = () => connection.workflowService.getSystemInfo({});
      await connection.withDeadline(Date.now() + TEMPORAL_ANSWER_MS, ask);
      return null;
    } catch {
      return 'Temporal does not answer.';
    }
  }
  const metrics = createWorkerMetrics({ role: name, hostName: hostname, measure: live });
  watchers.push(metrics.observe);
  const { FLOTILLA_METRICS_PORT: port, HOST } = env;
  const server =
    port === undefined || temporalPort === undefined
      ? undefined
      : await serveMetrics({ port, host: HOST, metrics, temporalPort, ailment, log }).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
          throw new EnvError(`Port ${port} is taken by another program. Set FLOTILLA_METRICS_PORT to a free one.`);
        });

  /** One that was drained waits for the word. @returns whether to work */
  async function mayWork(): Promise<boolean> {
    await Promise.race([host.registered, new Promise((resolve) => setTimeout(resolve, FIRST_WORD_MS).unref())]);
    if (drain.begun()) return false;
    if (order !== 'drain') return true;
    host.tell('drained');
    log.info({ host: hostname }, 'worker is drained: it takes no work until a restart is ordered');
    const work = await new Promise<boolean>((resolve) => {
      goOn = resolve;
    });
    if (work) await host.again();
    order = undefined;
    return work;
  }

  try {
    if (await mayWork()) {
      working = true;
      const running = Promise.all(role.workers.map((worker) => worker.run()));
      log.info({ taskQueues: role.taskQueues, host: hostname }, 'worker is ready');
      await running;
    }
  } finally {
    await role.close();
    await host.stop(order === 'drain' ? 'drained' : undefined);
    await server?.close();
    await tracing?.close();
    await removeTemporary();
    await connection.close().catch((error: unknown) => log.debug({ reason: String(error) }, 'connection not closed'));
  }
  log.info('stopped');
  return order === 'restart' ? EXIT_CODES.restart : EXIT_CODES.stopped;
}
