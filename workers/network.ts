import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createApiSessions } from '../activities/api-sessions/session.ts';
import { withFailures } from '../activities/failures.ts';
import { createHostActivities } from '../activities/host.ts';
import { createMediaStore } from '../activities/media/store.ts';
import { createApiDriverLookup } from '../activities/platforms/registry.ts';
import { createProxyWorks } from '../activities/proxies/works.ts';
import { createAddressGuard } from '../config/address-guard.ts';
import type { NetworkActivities } from '../contracts/orchestration.ts';
import { hostQueue } from '../contracts/queues.ts';
import { graceTime, type Role, type RoleParts } from './role.ts';
import { createSessionSlots } from './slots.ts';

const SHARED_QUEUE = 'network';
/** An account over an API costs a few connections, and a check of a proxy one. */
const SLOTS = 100;
const MEDIA_CACHE_BYTES = 10 * 1024 ** 3;

/** Accounts over APIs, and what is asked of the network without any account's session. */
export async function network(parts: RoleParts): Promise<Role> {
  const { env, log, link, connection, hostName } = parts;
  const ownQueue = hostQueue('network', hostName);
  const media = createMediaStore(join(env.FLOTILLA_DATA, 'hosts', hostName, 'network-media'), {
    evictAboveBytes: MEDIA_CACHE_BYTES,
  });
  await media.sweep();
  const networks = env.FLOTILLA_ALLOWED_NETWORKS;
  const guard = createAddressGuard(networks);
  const sessions = createApiSessions({
    drivers: createApiDriverLookup({ atproto: env.atprotoUrl }),
    guards: {
      proxy: guard,
      // What an account's own records name as its server is no address of ours.
      platform: createAddressGuard(networks, undefined, [new URL(env.atprotoUrl).hostname]),
    },
    connect: link,
    log,
    onClosed: () => gate.wake(),
  });
  const gate = createSessionSlots(SLOTS, sessions.openCount);
  const { shared, host } = createHostActivities({ sessions, link, media, hostQueue: ownQueue });
  const works = withFailures<NetworkActivities>({ ...createProxyWorks({ link, env, guard }) });
  const common = {
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    ...(parts.dataConverter ? { dataConverter: parts.dataConverter } : {}),
    shutdownGraceTime: graceTime(env, 10),
    interceptors: { activity: parts.activityInterceptors ?? [] },
  } as const;
  const sharedWorker = await Worker.create({
    ...common,
    taskQueue: SHARED_QUEUE,
    activities: { ...shared, ...works },
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
    maxConcurrentActivityTaskExecutions: SLOTS,
  });
  return {
    workers: [sharedWorker, ownWorker],
    holder: { worker: ownWorker, held: gate.used },
    taskQueues: [SHARED_QUEUE, ownQueue],
    slots: SLOTS,
    measure: () => ({
      usedSlots: gate.used(),
      openSessions: sessions.openCount(),
      activities: sharedWorker.getStatus().numInFlightActivities + ownWorker.getStatus().numInFlightActivities,
    }),
    close: () => sessions.closeAll(),
  };
}
