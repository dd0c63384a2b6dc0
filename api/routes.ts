import { accountHistoryRoutes } from './account-history.ts';
import { accountLinksRoutes } from './account-links.ts';
import { accountsRoutes } from './accounts.ts';
import { bulkRoutes } from './bulk.ts';
import { bulkFailuresRoutes } from './bulk-failures.ts';
import { doorRoutes } from './door.ts';
import { errorsRoutes } from './errors.ts';
import { eventsRoutes } from './events.ts';
import { evidenceRoutes } from './evidence.ts';
import { exportsRoutes } from './exports.ts';
import { followCategoriesRoutes } from './follow-categories.ts';
import { healthRoutes } from './health.ts';
import { inboxRoutes } from './inbox.ts';
import { locksRoutes } from './locks.ts';
import { mediaRoutes } from './media.ts';
import { overviewRoutes } from './overview.ts';
import { proxiesRoutes } from './proxies.ts';
import { retentionRoutes } from './retention.ts';
import type { Route } from './route.ts';
import { schedulesRoutes } from './schedules.ts';
import { scheduleWorkerRoutes } from './schedules-run.ts';
import { signInRoutes } from './sign-in.ts';
import { systemRoutes } from './system.ts';
import { tokensRoutes } from './tokens.ts';
import { viewsRoutes } from './views.ts';
import { workerLinkRoutes } from './worker-link.ts';
import { workerProxiesRoutes } from './worker-proxies.ts';
import { workersRoutes } from './workers.ts';

/** Every route of the API. A new file of routes gets one line here. */
export const allRoutes: readonly Route[] = [
  ...signInRoutes,
  ...tokensRoutes,
  ...accountsRoutes,
  ...accountLinksRoutes,
  ...proxiesRoutes,
  ...followCategoriesRoutes,
  ...mediaRoutes,
  ...doorRoutes,
  ...bulkRoutes,
  ...inboxRoutes,
  ...schedulesRoutes,
  ...eventsRoutes,
  ...evidenceRoutes,
  ...workersRoutes,
  ...workerLinkRoutes,
  ...workerProxiesRoutes,
  ...scheduleWorkerRoutes,
  ...locksRoutes,
  ...healthRoutes,
  ...systemRoutes,
  ...retentionRoutes,
  ...errorsRoutes,
  ...exportsRoutes,
  ...viewsRoutes,
  ...overviewRoutes,
  ...bulkFailuresRoutes,
  ...accountHistoryRoutes,
];
