import { EnvError, readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import type { WorkerRole } from '../contracts/queues.ts';
import { WORKER_ROLES } from '../contracts/queues.ts';
import { EXIT_CODES, runRole } from './run-role.ts';

const name = process.argv[2];
if (!(WORKER_ROLES as readonly (string | undefined)[]).includes(name)) {
  console.error(`Which role? npm run worker -- ${WORKER_ROLES.join('|')}`);
  process.exit(EXIT_CODES.usage);
}

async function main(role: WorkerRole): Promise<number> {
  const env = readEnv();
  return runRole(role, env, createLogger(role, env.FLOTILLA_LOG_LEVEL));
}

main(name as WorkerRole).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof EnvError ? error.message : error);
    process.exit(EXIT_CODES.failed);
  },
);
