import { link, mkdtemp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { HostActivities, SessionActivities } from '../contracts/orchestration.ts';
import type { SessionManager } from './browser/session.ts';
import { withFailures } from './failures.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import type { MediaStore } from './media/store.ts';
import { findOwnPost } from './own-posts.ts';
import type { OwnPost } from './platforms/driver.ts';

/** How many of the newest own posts are looked at for one whose outcome is unknown. */
const LOOK_BACK = 24;

export interface HostDependencies {
  sessions: SessionManager;
  link: HostLink;
  media: MediaStore;
  /** The queue that only this host polls. */
  hostQueue: string;
}

/** What a browser host does on its own queue and on the shared one. */
export function createHostActivities(dependencies: HostDependencies): {
  shared: SessionActivities;
  host: HostActivities;
} {
  const { sessions, link: api, media, hostQueue } = dependencies;

  /** Platforms read a file's name: the stored one is a hash, so the upload is given a link with a proper ending. */
  async function withNamedFile<T>(path: string, fileName: string, work: (named: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(media.folder, 'named-'));
    try {
      const named = join(folder, `upload${extname(fileName).toLowerCase() || '.mp4'}`);
      await link(path, named);
      return await work(named);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  const shared: SessionActivities = {
    openSession: ({ accountTaskId, accountId, platform, fencingToken }) =>
      beating(async ({ signal, progress }) => {
        const request = {
          sessionKey: accountTaskId,
          accountId,
          accountTaskId,
          fencingToken,
          platform,
          signal,
          progress,
        };
        const { sessionId, ownPostIds } = await sessions.open(request);
        return { hostQueue, sessionId, ownPostIds };
      }),
  };

  const host: HostActivities = {
    submitPost: ({ sessionId, media: file, caption, location, mentions, last }) =>
      beating(async ({ signal, progress }) => {
        progress('fetching the media');
        const held = await media.acquire(file.sha256, api.fetchMedia, { signal });
        try {
          const post = await withNamedFile(held.path, file.fileName, (filePath) =>
            sessions.step(
              sessionId,
              'submit-post',
              (page, driver, options) => driver.submitPost(page, { filePath, caption, location, mentions }, options),
              { signal, progress },
            ),
          );
          // The slot is another account's; a failure to close is no failure of the post.
          if (last) await sessions.close(sessionId).catch(() => undefined);
          return { id: post.id, permalink: post.permalink };
        } finally {
          held.release();
        }
      }),

    findPost: ({ sessionId, caption, baseline }) =>
      beating(async ({ signal, progress }) => {
        const posts = await sessions.step<OwnPost[]>(
          sessionId,
          'find-post',
          (page, driver, options) => driver.listOwnPosts(page, sessions.usernameOf(sessionId), LOOK_BACK, options),
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
