import { CancellationScope, log } from '@temporalio/workflow';
import type { OpenedSession } from '../contracts/orchestration.ts';
import type { Claimed } from './desk.ts';
import { effectsOn, readsOn, sessionsOn, stepsOn } from './policies.ts';

/**
 * The account's browser session, bound to the host that opened it. Asked for when a step needs it, kept between steps,
 * given back before every wait; when its host is gone the next step opens a fresh one elsewhere.
 */
export function createHostSession(accountTaskId: string) {
  let opened: OpenedSession | null = null;

  return {
    /** @param wanted `forceLogIn` only counts when no session is open yet */
    async open(
      claimed: Claimed,
      wanted: { forceLogIn?: boolean; withOwnPosts?: boolean } = {},
    ): Promise<OpenedSession> {
      if (opened) return opened;
      const queue = claimed.transport === 'browser' ? 'browser' : 'network';
      opened = await sessionsOn(queue).openSession({
        accountTaskId,
        accountId: claimed.accountId,
        platform: claimed.platform,
        fencingToken: claimed.fencingToken,
        forceLogIn: wanted.forceLogIn ?? false,
        withOwnPosts: wanted.withOwnPosts ?? false,
      });
      return opened;
    },

    reads(session: OpenedSession) {
      return readsOn(session.hostQueue);
    },

    effects(session: OpenedSession) {
      return effectsOn(session.hostQueue);
    },

    steps(session: OpenedSession) {
      return stepsOn(session.hostQueue);
    },

    /** The host is gone, or the session is of no more use there: forget it. */
    forget(): void {
      opened = null;
    },

    /** Gives the browser back. A host that does not answer closes idle sessions by itself. */
    async close(): Promise<void> {
      const session = opened;
      opened = null;
      if (!session) return;
      await CancellationScope.nonCancellable(() =>
        readsOn(session.hostQueue)
          .closeSession({ sessionId: session.sessionId })
          .catch((error: unknown) => log.warn('The session could not be closed', { error: String(error) })),
      );
    },
  };
}

export type HostSession = ReturnType<typeof createHostSession>;
