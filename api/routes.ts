import { accountHistoryRoutes } from './account-history.ts';
import { accountLinksRoutes } from './account-links.ts';
import { countingAnew } from './account-totals.ts';
import { accountsRoutes } from './accounts.ts';
import { auditRoutes } from './audit/routes.ts';
import { bulkRoutes } from './bulk.ts';
import { bulkEventsRoutes } from './bulk-events.ts';
import { bulkFailuresRoutes } from './bulk-failures.ts';
import { bulkMatchingRoutes } from './bulk-matching.ts';
import { bulkThroughputRoutes } from './bulk-throughput.ts';
import { doorRoutes } from './door.ts';
import { errorsRoutes } from './errors/routes.ts';
import { eventsRoutes } from './events.ts';
import { evidenceRoutes } from './evidence.ts';
import { exportsRoutes } from './exports.ts';
import { followCategoriesRoutes } from './follow-categories.ts';
import { healthRoutes } from './health.ts';
import { inboxRoutes } from './inbox.ts';
import { liveRoutes } from './live/routes.ts';
import { locksRoutes } from './locks.ts';
import { mediaRoutes } from './media.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { overviewRoutes } from './overview.ts';
import { payloadRoutes } from './payloads/routes.ts';
import { ownRoutes } from './people/own.ts';
import { usersRoutes } from './people/users.ts';
import { performanceRoutes } from './performance.ts';
import { proxiesRoutes } from './proxies.ts';
import { retentionRoutes } from './retention.ts';
import type { Route } from './route.ts';
import { schedulesRoutes } from './schedules.ts';
import { scheduleWorkerRoutes } from './schedules-run.ts';
import { settingsRoutes } from './settings/routes.ts';
import { signInRoutes } from './sign-in.ts';
import { systemRoutes } from './system.ts';
import { tokensRoutes } from './tokens.ts';
import { viewsRoutes } from './views.ts';
import { webhooksRoutes } from './webhooks/routes.ts';
import { workerLinkRoutes } from './worker-link.ts';
import { workerProxiesRoutes } from './worker-proxies.ts';
import { workerTokensRoutes } from './worker-tokens.ts';
import { workersRoutes } from './workers.ts';

/** Every route of the API. A new file of routes gets one line here. */
export const allRoutes: readonly Route[] = [
  ...signInRoutes,
  ...ownRoutes,
  ...usersRoutes,
  ...tokensRoutes,
  ...workerTokensRoutes,
  ...settingsRoutes,
  ...auditRoutes,
  ...countingAnew(accountsRoutes),
  ...accountLinksRoutes,
  ...proxiesRoutes,
  ...followCategoriesRoutes,
  ...mediaRoutes,
  ...doorRoutes,
  ...bulkRoutes,
  ...inboxRoutes,
  ...liveRoutes,
  ...schedulesRoutes,
  ...eventsRoutes,
  ...evidenceRoutes,
  ...workersRoutes,
  ...workerLinkRoutes,
  ...workerProxiesRoutes,
  ...scheduleWorkerRoutes,
  ...payloadRoutes,
  ...locksRoutes,
  ...healthRoutes,
  ...systemRoutes,
  ...metricsRoutes,
  ...performanceRoutes,
  ...retentionRoutes,
  ...errorsRoutes,
  ...exportsRoutes,
  ...viewsRoutes,
  ...overviewRoutes,
  ...webhooksRoutes,
  ...bulkEventsRoutes,
  ...bulkFailuresRoutes,
  ...bulkMatchingRoutes,
  ...bulkThroughputRoutes,
  ...accountHistoryRoutes,
];
