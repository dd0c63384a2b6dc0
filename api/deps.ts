import type { Client } from '@temporalio/client';
import type { MediaStore } from '../activities/media/store.ts';
import type { AddressGuard } from '../config/address-guard.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { PrismaClient } from '../prisma/generated/client.ts';
import type { EventHub } from './event-hub.ts';
import type { Keys } from './keys.ts';
import type { LiveHub } from './live/hub.ts';
import type { RequestMetrics } from './metrics/requests.ts';
import type { Payloads } from './payloads/keys.ts';
import type { Sealer } from './seal.ts';
import type { ApiTracing } from './tracing.ts';

/** Everything that routes work with, made once by the process (or a test) and handed in. */
export interface Deps {
  env: Env;
  log: Logger;
  db: PrismaClient;
  /** Connects at the first call; a failed connection is tried again at the next call. */
  temporal(): Promise<Client>;
  sealer: Sealer;
  payloads: Payloads;
  keys: Keys;
  /** Bytes of assets, variants and thumbnails, by content hash. */
  media: MediaStore;
  /** Bytes of screenshots and traces, by content hash. */
  evidenceStore: MediaStore;
  events: EventHub;
  live: LiveHub;
  /** Which addresses given by people may be called. */
  addressGuard: AddressGuard;
  /** Counts of the requests of this process. */
  requests: RequestMetrics;
  /** Where an endpoint for traces is set. */
  tracing?: ApiTracing;
}
