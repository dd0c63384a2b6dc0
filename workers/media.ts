import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { evictRenditions, sweepRenditions } from '../activities/media/render.ts';
import { createMediaStore } from '../activities/media/store.ts';
import { mediaTools } from '../activities/media/tools.ts';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import { createMediaActivities } from '../activities/renditions.ts';
import type { Role, RoleParts } from './role.ts';

const QUEUE = 'media';
const CACHE_BYTES = 20 * 1024 ** 3;
/** ffmpeg uses several cores by itself. */
const RENDERS_AT_ONCE = 2;

/** Rendering: fetches sources by hash, keeps renditions on this host, hands them over to the API. */
export async function media(parts: RoleParts): Promise<Role> {
  const { env, link, connection, hostName, activityInterceptors } = parts;
  mediaTools();
  const folder = join(env.FLOTILLA_DATA, 'hosts', hostName);
  const outFolder = join(folder, 'renditions');
  const store = createMediaStore(join(folder, 'media-sources'), { evictAboveBytes: CACHE_BYTES });
  await store.sweep();
  await sweepRenditions(outFolder);
  await evictRenditions(outFolder, CACHE_BYTES);
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    ...(parts.dataConverter ? { dataConverter: parts.dataConverter } : {}),
    taskQueue: QUEUE,
    activities: createMediaActivities({ link, media: store, outFolder, profiles: platformProfiles }),
    maxConcurrentActivityTaskExecutions: RENDERS_AT_ONCE,
    interceptors: { activity: activityInterceptors ?? [] },
    shutdownGraceTime: '5 seconds',
  });
  return {
    workers: [worker],
    taskQueues: [QUEUE],
    slots: RENDERS_AT_ONCE,
    measure() {
      const renders = worker.getStatus().numInFlightActivities;
      return { usedSlots: renders, renders };
    },
    close: async () => undefined,
  };
}
