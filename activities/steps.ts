import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { TaskError } from '../contracts/errors.ts';
import { say } from '../contracts/said.ts';
import type { HostStepRequest, MediaFile, StepActivities, StepName, StepOutput } from '../contracts/steps.ts';
import type { Beating } from './heartbeat.ts';
import { beating } from './heartbeat.ts';
import type { HostLink } from './link.ts';
import type { Driver, StepOptions } from './platforms/driver.ts';
import type { SessionManager } from './sessions/manager.ts';

export interface StepDependencies<Handle> {
  sessions: SessionManager<Handle>;
  api: HostLink;
  /** Runs `work` with the file on this host's disk. */
  withFile<T>(file: MediaFile, beat: Beating, work: (path: string) => Promise<T>): Promise<T>;
  /** Visits an address outside any platform; only hosts with browsers can. */
  visitSite?: (
    handle: Handle,
    input: { url: string; minutes: number },
    options: StepOptions,
  ) => Promise<{ pages: number; consented: boolean; failure: string | null }>;
}

type Work<Handle, T> = (driver: Driver<Handle>, handle: Handle, options: StepOptions) => Promise<T>;

/** The driver's method for a step. The door refuses platforms that lack it, so a missing one is a fault of ours. */
function must<T>(method: T | undefined, step: StepName): T {
  if (method === undefined) throw new TaskError('InvalidInput', say('platform.no-step', { step }));
  return method;
}

/** The steps that bring about a state, each through the account's driver. Free to repeat. */
export function createSteps<Handle>(dependencies: StepDependencies<Handle>): StepActivities {
  const { sessions, api, withFile, visitSite } = dependencies;

  /** One driver's method under heartbeats. */
  function inSession<Step extends StepName>(
    name: Step,
    { sessionId, accountTaskId }: HostStepRequest<Step>,
    beat: Beating,
    work: Work<Handle, StepOutput<Step>>,
  ): Promise<StepOutput<Step>> {
    return sessions.step(sessionId, name, (handle, driver, options) => work(driver, handle, options), {
      ...beat,
      accountTaskId,
    });
  }

  return {
    setBio: (request) =>
      beating((beat) =>
        inSession('setBio', request, beat, (driver, handle, options) =>
          must(driver.setBio, 'setBio')(handle, sessions.usernameOf(request.sessionId), request.input.text, options),
        ),
      ),

    setAvatar: (request) =>
      beating((beat) =>
        withFile(request.input.media, beat, (path) =>
          inSession('setAvatar', request, beat, (driver, handle, options) =>
            must(driver.setAvatar, 'setAvatar')(handle, sessions.usernameOf(request.sessionId), path, options),
          ),
        ),
      ),

    follow: (request) =>
      beating((beat) =>
        inSession('follow', request, beat, async (driver, handle, options) => {
          try {
            const { changed } = await must(driver.follow, 'follow')(handle, request.input.target, options);
            return { changed, found: true };
          } catch (error) {
            if (error instanceof TaskError && error.type === 'TargetNotFound') return { changed: false, found: false };
            throw error;
          }
        }),
      ),

    browse: (request) =>
      beating((beat) =>
        inSession('browse', request, beat, (driver, handle, options) =>
          must(driver.browse, 'browse')(handle, sessions.usernameOf(request.sessionId), request.input.minutes, options),
        ),
      ),

    visitSite: (request) =>
      beating((beat) =>
        inSession('visitSite', request, beat, (_driver, handle, options) =>
          must(visitSite, 'visitSite')(handle, request.input, options),
        ),
      ),

    listPosts: (request) =>
      beating((beat) =>
        inSession('listPosts', request, beat, async (driver, handle, options) => {
          const username = sessions.usernameOf(request.sessionId);
          const posts = await driver.listOwnPosts(handle, username, request.input.limit, options);
          return { posts: posts.map(({ id, permalink, caption }) => ({ id, permalink, caption })) };
        }),
      ),

    savePost: (request) =>
      beating(async (beat) => {
        const folder = await mkdtemp(join(tmpdir(), 'flotilla-post-'));
        try {
          return await inSession('savePost', request, beat, async (driver, handle, options) => {
            const { filePath } = await must(driver.downloadPost, 'savePost')(
              handle,
              request.input.post,
              folder,
              options,
            );
            beat.progress('handing over');
            return api.saveMedia({ fileName: basename(filePath), file: await openAsBlob(filePath) });
          });
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }),
  };
}
