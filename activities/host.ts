import { link, mkdtemp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { HostActivities, SessionActivities } from '../contracts/orchestration.ts';
import type { MediaFile } from '../contracts/steps.ts';
import { withFailures } from './failures.ts';
import type { Beating } from './heartbeat.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import type { MediaStore } from './media/store.ts';
import { findOwnPost } from './own-posts.ts';
import type { OwnPost } from './platforms/driver.ts';
import type { SessionManager } from './sessions/manager.ts';
import type { StepDependencies } from './steps.ts';
import { createSteps } from './steps.ts';

/** How many of the newest own posts are looked at for one whose outcome is unknown. */
const LOOK_BACK = 24;

export interface HostDependencies<Handle> {
  sessions: SessionManager<Handle>;
  link: HostLink;
  media: MediaStore;
  /** The queue that only this host polls. */
  hostQueue: string;
  /** Visits sites outside any platform, on hosts with browsers. */
  visitSite?: StepDependencies<Handle>['visitSite'];
}

/** What a host with sessions does on its own queue and on the shared one, in browsers or over an API. */
export function createHostActivities<Handle>(dependencies: HostDependencies<Handle>): {
  shared: SessionActivities;
  host: HostActivities;
} {
  const { sessions, link: api, media, hostQueue, visitSite } = dependencies;

  /** The file on this host's disk, under a name with a proper ending: platforms read it, and the stored one is a hash. */
  async function withFile<T>(
    file: MediaFile,
    { signal, progress }: Beating,
    work: (path: string) => Promise<T>,
  ): Promise<T> {
    progress('fetching the media');
    const held = await media.acquire(file.sha256, api.fetchMedia, { signal });
    const folder = await mkdtemp(join(media.folder, 'named-'));
    try {
      const named = join(folder, `upload${extname(file.fileName).toLowerCase() || '.mp4'}`);
      await link(held.path, named);
      return await work(named);
    } finally {
      await rm(folder, { recursive: true, force: true });
      held.release();
    }
  }

  const shared: SessionActivities = {
    openSession: ({ accountTaskId, accountId, platform, fencingToken, forceLogIn, withOwnPosts }) =>
      beating(async ({ signal, progress }) => {
        const request = {
          sessionKey: `${accountTaskId}/${accountId}`,
          accountId,
          accountTaskId,
          fencingToken,
          platform,
          forceLogIn: forceLogIn ?? false,
          withOwnPosts: withOwnPosts ?? true,
          signal,
          progress,
        };
        return { hostQueue, ...(await sessions.open(request)) };
      }),
  };

  const host: HostActivities = {
    ...createSteps({ sessions, api, withFile, ...(visitSite ? { visitSite } : {}) }),

    submitPost: ({ sessionId, intentId, media: file, caption, location, mentions, last }) =>
      beating(async ({ signal, progress }) => {
        const post = await withFile(file, { signal, progress }, (filePath) =>
          sessions.step(
            sessionId,
            'submit-post',
            (handle, driver, options) =>
              driver.submitPost(handle, { key: intentId, filePath, caption, location, mentions }, options),
            { signal, progress },
          ),
        );
        // The slot is another account's; a failure to close is no failure of the post.
        if (last) await sessions.close(sessionId).catch(() => undefined);
        return { id: post.id, permalink: post.permalink };
      }),

    findPost: ({ sessionId, caption, baseline }) =>
      beating(async ({ signal, progress }) => {
        const posts = await sessions.step<OwnPost[]>(
          sessionId,
          'find-post',
          (handle, driver, options) => driver.listOwnPosts(handle, sessions.usernameOf(sessionId), LOOK_BACK, options),
          { signal, progress },
        );
        const found = findOwnPost(posts, caption, baseline);
        return {
          found: found && { id: found.id, permalink: found.permalink },
          ownPostIds: posts.map((post) => post.id),
        };
      }),

    closeSession: ({ sessionId }) => sessions.close(sessionId),
  };
  return { shared: withFailures(shared), host: withFailures(host) };
}
