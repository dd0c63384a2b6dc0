import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createLink } from '../activities/link.ts';
import { EnvError, readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import { workflowBundle } from './bundle.ts';
import { ENCODED_FAILURES, workerPayloads } from './payloads.ts';
import { EXIT_CODES } from './run-role.ts';
import { installRuntime } from './runtime.ts';
import { checkUpgrade, type UpgradeReport } from './upgrade-check.ts';

function words({ running, replayed, faults }: UpgradeReport): string {
  const all = Object.values(running).reduce((sum, n) => sum + n, 0);
  const types = Object.entries(running).map(([type, n]) => `  ${type}: ${n}`);
  const found = faults.map(({ workflowId, reason }) => `  ${workflowId}: ${reason}`);
  return [
    `${all} workflows run, ${replayed} of them were replayed.`,
    ...types,
    faults.length === 0
      ? 'All of them go on with this version.'
      : `${faults.length} would stand still with this version:`,
    ...found,
  ].join('\n');
}

/** Says whether what runs now goes on with the workflow code of this folder; ends with 1 when something would not. */
async function main(): Promise<number> {
  const env = readEnv();
  const log = createLogger('upgrade-check', 'warn');
  if (!env.FLOTILLA_WORKER_TOKEN) throw new EnvError('FLOTILLA_WORKER_TOKEN is not set: payloads are read with it.');
  installRuntime(log);
  const link = createLink({ apiUrl: env.apiUrl, workerToken: env.FLOTILLA_WORKER_TOKEN });
  const { encrypt, dataConverter } = await workerPayloads(link, log);
  const connection = await Connection.connect({ address: env.temporalAddress });
  const bundle = await workflowBundle({
    cacheFolder: join(env.FLOTILLA_DATA, 'cache'),
    log,
    ...(encrypt && { failureConverterPath: ENCODED_FAILURES }),
  });
  const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE, dataConverter });
  const report = await checkUpgrade({ client, workflowBundle: bundle, dataConverter });
  console.log(words(report));
  await connection.close();
  return report.faults.length === 0 ? EXIT_CODES.stopped : EXIT_CODES.failed;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof EnvError ? error.message : error);
    process.exit(EXIT_CODES.failed);
  },
);
