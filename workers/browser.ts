import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { findChromium } from '../activities/browser/chromium.ts';
import { createEvidence } from '../activities/browser/evidence.ts';
import { createLiveViews } from '../activities/browser/live-views.ts';
import { createBrowserPool } from '../activities/browser/pool.ts';
import { createBrowserSessions } from '../activities/browser/session.ts';
import { createVisitGuard } from '../activities/browser/visit-guard.ts';
import { createSiteVisitor } from '../activities/browser/visit-site.ts';
import { createHostActivities } from '../activities/host.ts';
import { createMediaStore } from '../activities/media/store.ts';
import { createDriverLookup } from '../activities/platforms/registry.ts';
import { createAddressGuard } from '../config/address-guard.ts';
import { hostQueue } from '../contracts/queues.ts';
import { keepLiveLink } from './live-link.ts';
import { graceTime, type Role, type RoleParts } from './role.ts';
import { createSessionSlots } from './slots.ts';

const SHARED_QUEUE = 'browser';
const CONTEXTS_PER_BROWSER = 8;
const MEDIA_CACHE_BYTES = 10 * 1024 ** 3;
/** Persons who may hold an account's page at a time, on top of the slots; the pool has a browser to spare. */
const MOST_TAKE_OVERS = 4;

/** Accounts in browsers: opens sessions from the shared queue, runs their steps on the host's own. */
export async function browser(parts: RoleParts): Promise<Role> {
  const { env, log, link, connection, hostName } = parts;
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium or Chrome was found. Install one, or set CHROMIUM_PATH.');
  const slots = env.FLOTILLA_BROWSER_SLOTS;
  const ownQueue = hostQueue('browser', hostName);
  const pool = createBrowserPool({
    maxContextsPerBrowser: CONTEXTS_PER_BROWSER,
    maxBrowsers: Math.ceil(slots / CONTEXTS_PER_BROWSER) + 1,
    executablePath,
    log,
  });
  const media = createMediaStore(join(env.FLOTILLA_DATA, 'hosts', hostName, 'browser-media'), {
    evictAboveBytes: MEDIA_CACHE_BYTES,
  });
  await media.sweep();
  const sessions = createBrowserSessions({
    pool,
    drivers: createDriverLookup({ sandbox: env.sandboxUrl, 'sandbox-clips': env.sandboxUrl }),
    connect: link,
    guard: createAddressGuard(env.FLOTILLA_ALLOWED_NETWORKS),
    evidence: createEvidence({ link, folder: pool.folder, log }),
    log,
    onClosed: () => gate.wake(),
  });
  const live = keepLiveLink({
    link,
    hostName,
    views: createLiveViews({ sessions, log, mostTakeOvers: MOST_TAKE_OVERS }),
    log,
  });
  const gate = createSessionSlots(slots, sessions.openCount);
  const { shared, host } = createHostActivities({
    sessions,
    link,
    media,
    hostQueue: ownQueue,
    visitSite: createSiteVisitor(createVisitGuard(env.FLOTILLA_VISIT_HOSTS)),
  });
  const common = {
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    ...(parts.dataConverter ? { dataConverter: parts.dataConverter } : {}),
    shutdownGraceTime: graceTime(env, 60),
    interceptors: { activity: parts.activityInterceptors ?? [] },
  } as const;
  const sharedWorker = await Worker.create({
    ...common,
    taskQueue: SHARED_QUEUE,
    activities: shared,
    tuner: {
      activityTaskSlotSupplier: gate.supplier,
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
  });
  const ownWorker = await Worker.create({
    ...common,
    taskQueue: ownQueue,
    activities: host,
    maxConcurrentActivityTaskExecutions: slots * 2 + 4,
  });
  return {
    workers: [sharedWorker, ownWorker],
    holder: { worker: ownWorker, held: gate.used },
    taskQueues: [SHARED_QUEUE, ownQueue],
    slots,
    measure: () => ({ usedSlots: gate.used(), openSessions: sessions.openCount(), ...pool.stats() }),
    async close() {
      live.close();
      await sessions.closeAll();
      await pool.close();
    },
  };
}
