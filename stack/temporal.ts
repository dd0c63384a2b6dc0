import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '../config/env.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { StackError } from './errors.ts';
import type { Service } from './service.ts';
import type { Tools } from './tools.ts';

/** How long histories of closed workflows are kept. */
export const RETENTION_DAYS = 30;

/**
 * A bulk task holds a window of children and hears from each by signal; the server's limits per run are meant for
 * many tenants and are raised to what one installation of this program can use.
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, number>> = {
  'limit.numPendingChildExecutions.error': 5_000,
  'limit.numPendingActivities.error': 5_000,
  'limit.numPendingSignals.error': 5_000,
  'limit.numPendingCancelRequests.error': 5_000,
  'history.maximumSignalsPerExecution': 50_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceCount': 5_000,
};

/** Temporal's development server with a durable file. */
export function embeddedTemporal(env: Env, tools: Tools): Service {
  if (!tools.temporal) {
    throw new StackError(
      'The Temporal CLI was not found. Run "node stack/setup.mjs", or set TEMPORAL_CLI_PATH to it, ' +
        'or TEMPORAL_ADDRESS to a Temporal server.',
    );
  }
  const folder = join(env.FLOTILLA_DATA, 'temporal');
  const values = Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${value}`,
  ]);
  return {
    name: 'temporal',
    role: 'durable execution and Temporal Web',
    command: [
      tools.temporal,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'error'],
      ...['--db-filename', join(folder, 'temporal.db')],
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
      ...['--port', String(env.TEMPORAL_PORT), '--ui-port', String(env.TEMPORAL_UI_PORT)],
      ...(env.TEMPORAL_NAMESPACE === 'default' ? [] : ['--namespace', env.TEMPORAL_NAMESPACE]),
      ...(env.FLOTILLA_ENCRYPT_PAYLOADS ? ['--ui-codec-endpoint', `${env.publicUrl}/api/codec`] : []),
      ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ...values,
    ],
    env: {},
    ready: {
      kind: 'temporal',
      address: `127.0.0.1:${env.TEMPORAL_PORT}`,
      namespace: env.TEMPORAL_NAMESPACE,
      searchAttributes: SEARCH_ATTRIBUTES,
    },
    dependsOn: [],
    ports: [
      { port: env.TEMPORAL_PORT, host: '127.0.0.1', variable: 'TEMPORAL_PORT' },
      { port: env.TEMPORAL_UI_PORT, host: '127.0.0.1', variable: 'TEMPORAL_UI_PORT' },
    ],
    async prepare() {
      await mkdir(folder, { recursive: true });
    },
  };
}
