/** Brings the database and Temporal up to date, then ends: what must be done before anything of ours starts. */
import { join } from 'node:path';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { type Env, readEnv } from '../config/env.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { MigrationError, migrate } from '../prisma/migrate.ts';
import { StackError } from './errors.ts';
import { RETENTION_DAYS } from './temporal.ts';

const { google, temporal } = proto;
/** PERMISSION_DENIED and UNIMPLEMENTED: a hosted server that keeps the operator's calls to itself. */
const REFUSED: readonly number[] = [7, 12];
const { INDEXED_VALUE_TYPE_KEYWORD } = temporal.api.enums.v1.IndexedValueType;

async function prepareDatabase(databaseUrl: string): Promise<void> {
  const applied = await migrate(databaseUrl);
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
}

/** Registers the search attributes that the namespace lacks. Without them everything runs; it is only not found by them. */
async function registerAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  try {
    const known = await operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in (known.customAttributes ?? {})));
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!isGrpcServiceError(error) || !REFUSED.includes(error.code)) throw error;
    console.warn(
      `The search attributes ${SEARCH_ATTRIBUTES.join(', ')} could not be registered in the namespace ${namespace} ` +
        `(${error.details}). Workflows are started without them until somebody who may registers them as Keyword.`,
    );
  }
}

/** Registers the search attributes, and keeps closed workflows long enough to look back. */
async function prepareTemporal(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '30 seconds' }).catch((error: unknown) => {
    throw new StackError(`Temporal does not answer at ${address}: ${String(error)}`);
  });
  try {
    await registerAttributes(connection, namespace);
    const described = await connection.workflowService.describeNamespace({ namespace });
    const seconds = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    const wanted = RETENTION_DAYS * 24 * 60 * 60;
    if (seconds < wanted) {
      const config = { workflowExecutionRetentionTtl: google.protobuf.Duration.fromObject({ seconds: wanted }) };
      await connection.workflowService.updateNamespace({ namespace, config });
    }
    console.log(`The namespace ${namespace} is ready.`);
  } finally {
    await connection.close();
  }
}

/** Bundles the workflow code here: it takes more memory than the orchestrator itself, which then finds it done. */
async function prepareWorkflows(env: Env): Promise<void> {
  const [{ workflowBundle }, { ENCODED_FAILURES }, { createLogger }] = await Promise.all([
    import('../workers/bundle.ts'),
    import('../workers/payloads.ts'),
    import('../config/logger.ts'),
  ]);
  await workflowBundle({
    cacheFolder: join(env.FLOTILLA_DATA, 'cache'),
    log: createLogger('prepare', env.FLOTILLA_LOG_LEVEL),
    ...(env.FLOTILLA_ENCRYPT_PAYLOADS ? { failureConverterPath: ENCODED_FAILURES } : {}),
  });
  console.log('The workflow code is bundled.');
}

try {
  const env = readEnv();
  if (!env.DATABASE_URL) throw new StackError('Set DATABASE_URL to the database to bring up to date.');
  await Promise.all([
    prepareDatabase(env.DATABASE_URL),
    prepareTemporal(env.temporalAddress, env.TEMPORAL_NAMESPACE),
    prepareWorkflows(env),
  ]);
} catch (error) {
  const expected = error instanceof MigrationError || error instanceof StackError;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}
