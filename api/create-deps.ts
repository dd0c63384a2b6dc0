import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createMediaStore } from '../activities/media/store.ts';
import { createAddressGuard } from '../config/address-guard.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { openDatabase } from '../prisma/client.ts';
import type { Deps } from './deps.ts';
import { createEventHub } from './event-hub.ts';
import { loadKeys, openKeyring } from './keys.ts';
import { createRequestMetrics } from './metrics/requests.ts';
import { createSealer } from './seal.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects once, at the first call; a failed attempt is forgotten, so that the next call tries anew. */
function temporalClient(env: Env) {
  let connecting: Promise<Client> | undefined;
  return {
    get(): Promise<Client> {
      connecting ??= Connection.connect({ address: env.temporalAddress, connectTimeout: CONNECT_TIMEOUT_MS })
        .then((connection) => new Client({ connection, namespace: env.TEMPORAL_NAMESPACE }))
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
  const sealer = createSealer(await openKeyring(env));
  const db = openDatabase(env.DATABASE_URL);
  const temporal = temporalClient(env);
  const folders = storeFolders(env);
  const deps: Deps = {
    env,
    log,
    db,
    sealer,
    keys,
    temporal: temporal.get,
    media: createMediaStore(folders.media),
    evidenceStore: createMediaStore(folders.evidence),
    events: createEventHub({ databaseUrl: env.DATABASE_URL, log }),
    addressGuard: createAddressGuard(env.FLOTILLA_ALLOWED_NETWORKS),
    requests: createRequestMetrics(),
  };
  return {
    deps,
    async close() {
      await deps.events.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
}
