import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createLink } from '../activities/link.ts';
import { readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import { workflowBundle } from '../workers/bundle.ts';
import { orchestrator } from '../workers/orchestrator.ts';
import { installRuntime } from '../workers/runtime.ts';

/** The orchestrator as it is, over a bundle that also knows the bare references; and a worker for those. */
const env = readEnv();
const log = createLogger('bench', 'warn');
installRuntime(log);
const connection = await NativeConnection.connect({ address: env.temporalAddress });
const entryPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const link = createLink({ apiUrl: env.apiUrl, workerToken: 'unused-in-this-benchmark' });
const role = await orchestrator({ env, log, link, connection, hostName: 'bench' }, entryPath);
const bare = await Worker.create({
  connection,
  namespace: env.TEMPORAL_NAMESPACE,
  taskQueue: 'bare',
  workflowBundle: await workflowBundle({ cacheFolder: join(env.FLOTILLA_DATA, 'cache'), log, entryPath }),
  activities: { nothing: async () => undefined },
  maxCachedWorkflows: 600,
});
process.on('message', (message) => {
  if (message === 'memory') process.send?.({ rssBytes: process.memoryUsage().rss });
});
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  process.on(signal, () => {
    for (const worker of [...role.workers, bare]) if (worker.getState() === 'RUNNING') worker.shutdown();
  });
}
const running = Promise.all([...role.workers, bare].map((worker) => worker.run()));
process.send?.('ready');
await running;
await role.close();
await connection.close();
process.exit(0);
