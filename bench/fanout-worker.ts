import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createLink } from '../activities/link.ts';
import { readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import { workflowBundle } from '../workers/bundle.ts';
import { orchestrator } from '../workers/orchestrator.ts';
import type { Role } from '../workers/role.ts';
import { installRuntime } from '../workers/runtime.ts';
import { encryptedWith } from './encrypted.ts';

/**
 * `orchestrator`: as it is, over a bundle that also knows a kind which does nothing. `bare`: a worker for the references,
 * in a process of its own, so that the memory measured is the orchestrator's.
 */
const env = readEnv();
const log = createLogger('bench', 'warn');
installRuntime(log);
const connection = await NativeConnection.connect({ address: env.temporalAddress });
const entryPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));

async function ours(): Promise<Role> {
  const link = createLink({ apiUrl: env.apiUrl, workerToken: 'unused-in-this-benchmark' });
  const { BENCH_PAYLOAD_KEY: key } = process.env;
  const converter = key ? { dataConverter: encryptedWith(key) } : {};
  return orchestrator({ env, log, link, connection, hostName: 'bench', ...converter }, { entryPath });
}

async function bare(): Promise<Pick<Role, 'workers' | 'close'>> {
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: 'bare',
    workflowBundle: await workflowBundle({ cacheFolder: join(env.FLOTILLA_DATA, 'cache'), log, entryPath }),
    activities: { nothing: async () => undefined },
    maxCachedWorkflows: 600,
  });
  return { workers: [worker], close: async () => undefined };
}

const role = process.argv[2] === 'bare' ? await bare() : await ours();
process.on('message', (message) => {
  if (message === 'memory') process.send?.({ rssBytes: process.memoryUsage().rss });
});
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  process.on(signal, () => {
    for (const worker of role.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  });
}
const running = Promise.all(role.workers.map((worker) => worker.run()));
process.send?.('ready');
await running;
await role.close();
await connection.close();
process.exit(0);
