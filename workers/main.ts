import { NativeConnection } from '@temporalio/worker';
import { createLink } from '../activities/link.ts';
import { EnvError, readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import type { WorkerRole } from '../contracts/queues.ts';
import { WORKER_ROLES } from '../contracts/queues.ts';
import { browser } from './browser.ts';
import { hostName, keepRegistered } from './host.ts';
import { media } from './media.ts';
import { network } from './network.ts';
import { orchestrator } from './orchestrator.ts';
import type { Role, RoleParts } from './role.ts';
import { installRuntime } from './runtime.ts';

const ROLES: Record<WorkerRole, (parts: RoleParts) => Promise<Role>> = { orchestrator, browser, media, network };

const VERSION = '0.1.0';

/** Runs one role until it is told to stop: finishes or gives back what it holds, then ends. */
async function runRole(name: WorkerRole): Promise<void> {
  const env = readEnv();
  const log = createLogger(name, env.FLOTILLA_LOG_LEVEL);
  installRuntime(log);
  if (!env.FLOTILLA_WORKER_TOKEN) throw new EnvError('FLOTILLA_WORKER_TOKEN is not set: a worker signs in with it.');
  const link = createLink({ apiUrl: env.apiUrl, workerToken: env.FLOTILLA_WORKER_TOKEN });
  const connection = await NativeConnection.connect({ address: env.temporalAddress });
  const host = hostName(env);
  const role = await ROLES[name]({ env, log, link, connection, hostName: host });

  let stopping = false;
  const registered = keepRegistered({
    link,
    log,
    registration: {
      name: host,
      role: name,
      taskQueues: role.taskQueues,
      pid: process.pid,
      version: VERSION,
      slots: role.slots,
    },
    measure: role.measure,
    onOrder: (order) => stop(`ordered to ${order}`),
  });

  function stop(why: string): void {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'draining');
    registered.draining();
    for (const worker of role.workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));

  const running = Promise.all(role.workers.map((worker) => worker.run()));
  log.info({ taskQueues: role.taskQueues, host }, 'worker is ready');
  try {
    await running;
  } finally {
    registered.stop();
    await role.close();
    await connection.close();
  }
  log.info('stopped');
}

const name = process.argv[2];
if (!(WORKER_ROLES as readonly (string | undefined)[]).includes(name)) {
  console.error(`Which role? npm run worker -- ${WORKER_ROLES.join('|')}`);
  process.exit(2);
}
runRole(name as WorkerRole).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof EnvError ? error.message : error);
    process.exit(1);
  },
);
