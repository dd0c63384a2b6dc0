import type { Page } from 'playwright-core';
import type { BrowserDriver } from '../platforms/driver.ts';
import type { SessionManager, SessionManagerOptions } from '../sessions/manager.ts';
import { createSessionManager } from '../sessions/manager.ts';
import { type BrowserAccountParts, createBrowserAccount } from './account-session.ts';
import type { Evidence } from './evidence.ts';
import type { BrowserPool } from './pool.ts';

export interface BrowserSessionsOptions extends Omit<SessionManagerOptions<Page>, 'openAccount'> {
  pool: BrowserPool;
  /** @throws TaskError `InvalidInput` for a platform without a browser driver */
  drivers: (platform: string, baseUrl?: string) => BrowserDriver;
  evidence: Evidence;
  guard: BrowserAccountParts['guard'];
}

/** The accounts open in browsers of this host. */
export function createBrowserSessions(options: BrowserSessionsOptions): SessionManager<Page> {
  const { pool, drivers, evidence, connect, log, guard } = options;
  return createSessionManager<Page>({
    ...options,
    openAccount: ({ secret, proof }) =>
      createBrowserAccount({
        pool,
        driver: drivers(secret.platform, secret.baseUrl),
        secret,
        proof,
        connect,
        evidence,
        log,
        guard,
      }),
  });
}
