import { join } from 'node:path';
import { Client, type ClientInterceptors, Connection } from '@temporalio/client';
import { createMediaStore } from '../activities/media/store.ts';
import { createAddressGuard } from '../config/address-guard.ts';
import type { Env } from '../config/env.ts';
import { outsideOfWork } from '../config/log-context.ts';
import type { Logger } from '../config/logger.ts';
import { openDatabase } from '../prisma/client.ts';
import type { Deps } from './deps.ts';
import { createEventHub } from './event-hub.ts';
import { loadKeys, openKeyring } from './keys.ts';
import { createLiveHub } from './live/hub.ts';
import { createRequestMetrics } from './metrics/requests.ts';
import { openPayloads, type Payloads } from './payloads/keys.ts';
import { createSealer } from './seal.ts';
import { startApiTracing } from './tracing.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects once, at the first call; a failed attempt is forgotten, so that the next call tries anew. */
function temporalClient(env: Env, { codec }: Payloads, interceptors: ClientInterceptors) {
  const options = { namespace: env.TEMPORAL_NAMESPACE, dataConverter: { payloadCodecs: [codec] }, interceptors };
  let connecting: Promise<Client> | undefined;
  return {
    get(): Promise<Client> {
      const connect = () => Connection.connect({ address: env.temporalAddress, connectTimeout: CONNECT_TIMEOUT_MS });
      connecting ??= outsideOfWork(connect)
        .then((connection) => new Client({ connection, ...options }))
        .catch((error: unknown) => {
          connecting = undefined;
          throw error;
        });
      return connecting;
    },
    async close(): Promise<void> {
      const client = await connecting?.catch(() => undefined);
      await client?.connection.close();
    },
  };
}

/** Where the API keeps files, below `FLOTILLA_DATA`. */
export const storeFolders = (env: Pick<Env, 'FLOTILLA_DATA'>) => ({
  media: join(env.FLOTILLA_DATA, 'media'),
  evidence: join(env.FLOTILLA_DATA, 'evidence'),
});

/** Everything that routes work with, from the environment. `close` closes what was opened here. */
export async function createDeps(env: Env, log: Logger): Promise<{ deps: Deps; close(): Promise<void> }> {
  if (!env.DATABASE_URL) throw new Error('DATABASE_URL is not set: the API needs a Postgres database.');
  const keys = await loadKeys(env);
  const keyring = await openKeyring(env);
  const payloads = openPayloads(env, keyring);
  const db = openDatabase(env.DATABASE_URL);
  const { adminToken, workerToken } = keys;
  const tracing = await startApiTracing(env, log, [adminToken, workerToken, env.DATABASE_URL]);
  const temporal = temporalClient(env, payloads, tracing?.clientInterceptors ?? {});
  const folders = storeFolders(env);
  const deps: Deps = {
    env,
    log,
    db,
    sealer: createSealer(keyring),
    payloads,
    keys,
    temporal: temporal.get,
    media: createMediaStore(folders.media),
    evidenceStore: createMediaStore(folders.evidence),
    events: createEventHub({ databaseUrl: env.DATABASE_URL, log }),
    live: createLiveHub(log),
    addressGuard: createAddressGuard(env.FLOTILLA_ALLOWED_NETWORKS),
    requests: createRequestMetrics(),
    ...(tracing && { tracing }),
  };
  return {
    deps,
    async close() {
      deps.live.close();
      await deps.events.close();
      await temporal.close();
      await db.$disconnect();
      await tracing?.close();
    },
  };
}
