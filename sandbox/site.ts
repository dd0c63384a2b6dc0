import type { Logger } from 'pino';
import type { Faults } from './faults.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Store } from './store.ts';

/** What every route works with. */
export interface Site {
  store: Store;
  faults: Faults;
  rateLimit: RateLimit;
  processingDelayMs: number;
  log: Logger;
}
