import type { ApiDriver, ApiHandle } from '../platforms/driver.ts';
import type { SessionManager, SessionManagerOptions } from '../sessions/manager.ts';
import { createSessionManager } from '../sessions/manager.ts';
import { createApiAccount } from './account-session.ts';
import type { NetworkGuards } from './fetch.ts';

export interface ApiSessionsOptions extends Omit<SessionManagerOptions<ApiHandle>, 'openAccount'> {
  /** @throws TaskError `InvalidInput` for a platform without a driver over an API */
  drivers: (platform: string, baseUrl?: string) => ApiDriver;
  guards: NetworkGuards;
}

/** The accounts open over APIs on this host. */
export function createApiSessions(options: ApiSessionsOptions): SessionManager<ApiHandle> {
  const { drivers, connect, log, guards } = options;
  return createSessionManager<ApiHandle>({
    ...options,
    openAccount: ({ secret, proof }) =>
      createApiAccount({ driver: drivers(secret.platform, secret.baseUrl), secret, proof, connect, log, guards }),
  });
}
