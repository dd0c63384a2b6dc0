import type { Page } from 'playwright-core';
import type { Logger } from '../../config/logger.ts';
import type { FromHost, LiveEnd, LiveInput, ToHost } from '../../contracts/live-view.ts';
import type { SessionManager } from '../sessions/manager.ts';
import { type Screencast, startScreencast } from './screencast.ts';

/** How often a view looks whether its page is another one now, milliseconds. */
const LOOK_MS = 400;
/** A take-over in which nothing is typed or pressed for so long is ended, milliseconds: it holds the account. */
const IDLE_MS = 5 * 60_000;

type Send = (message: FromHost) => void;
type Sessions = Pick<SessionManager<Page>, 'peek' | 'attend'>;

export interface LiveViewsOptions {
  sessions: Sessions;
  log: Logger;
  /** Take-overs at a time, on top of the browsers that steps have. */
  mostTakeOvers: number;
  idleMs?: number;
}

export interface LiveViews {
  /** Does what the API asks for. @param send how this view answers */
  take(message: ToHost, send: Send): void;
  /** Ends all views of a socket that broke. */
  closeAll(): void;
}

interface View {
  ack(n: number): void;
  input?(input: LiveInput): void;
  finish?(): void;
  close(): void;
}

/** The page that was opened last: a sign-in may open a window of its own. */
function newest(page: Page): Page {
  return (
    page
      .context()
      .pages()
      .findLast((one) => !one.isClosed()) ?? page
  );
}

/** Follows whatever page `find` names, from one to the next, and tells when there is none. */
function follow(find: () => Page | null, on: { frame: Parameters<typeof startScreencast>[1]; away(): void }) {
  let shown: Page | null = null;
  let cast: Promise<Screencast | null> = Promise.resolve(null);
  let current: Screencast | null = null;
  let stopped = false;

  function look(): void {
    const root = find();
    const page = root && newest(root);
    if (page === shown || stopped) return;
    shown = page;
    if (!page) on.away();
    cast = cast.then(async (before) => {
      current = null;
      await before?.stop();
      if (!page || stopped) return null;
      // A page that closes in this moment is looked for anew.
      const next = await startScreencast(page, on.frame).catch(() => {
        shown = null;
        return null;
      });
      current = next;
      return next;
    });
  }

  const timer = setInterval(look, LOOK_MS);
  look();
  return {
    ack: (n: number) => current?.ack(n),
    input: async (input: LiveInput) => await current?.input(input),
    async stop() {
      stopped = true;
      clearInterval(timer);
      await (await cast)?.stop();
    },
  };
}

/** The live views that this host serves: pictures of its accounts' pages, and pages given to persons. */
export function createLiveViews({ sessions, log, mostTakeOvers, idleMs = IDLE_MS }: LiveViewsOptions): LiveViews {
  const views = new Map<string, View>();
  let takeOvers = 0;

  function watch({ view, accountTaskId }: Extract<ToHost, { type: 'watch' }>, send: Send): void {
    let seen = false;
    const following = follow(() => sessions.peek(accountTaskId), {
      frame(frame) {
        if (!seen) send({ type: 'opened', view, note: null });
        seen = true;
        send({ ...frame, view });
      },
      away() {
        if (seen) send({ type: 'waiting', view });
        seen = false;
      },
    });
    views.set(view, {
      ack: following.ack,
      close() {
        views.delete(view);
        void following.stop();
      },
    });
  }

  function takeOver(message: Extract<ToHost, { type: 'take-over' }>, send: Send): void {
    const { view } = message;
    if (takeOvers >= mostTakeOvers) {
      send({ type: 'full', view });
      return;
    }
    takeOvers += 1;
    const leaving = new AbortController();
    let reason: LiveEnd = 'left';
    let over: () => void = () => undefined;
    let following: ReturnType<typeof follow> | null = null;
    const done = new Promise<void>((resolve) => {
      over = resolve;
    });
    const idle = setTimeout(() => leave('idle'), idleMs);

    function leave(why: LiveEnd): void {
      reason = why;
      leaving.abort(new Error('The person has left.'));
    }

    views.set(view, {
      ack: (n) => following?.ack(n),
      input(input) {
        idle.refresh();
        following?.input(input).catch((error: unknown) => log.debug({ reason: String(error) }, 'input not delivered'));
      },
      finish() {
        reason = 'finished';
        over();
      },
      close: () => leave('left'),
    });

    sessions
      .attend({ ...message, signal: leaving.signal }, async ({ handle, note, signal }) => {
        send({ type: 'opened', view, note });
        following = follow(() => (handle.isClosed() ? null : handle), {
          frame: (frame) => send({ ...frame, view }),
          away: () => undefined,
        });
        const ended = new Promise<never>((_, fail) => {
          const stop = () => fail(signal.reason);
          if (signal.aborted) stop();
          else signal.addEventListener('abort', stop, { once: true });
        });
        await Promise.race([done, ended]);
        await following.stop();
      })
      .then((how) => send({ type: 'ended', view, reason: how === 'kept' ? 'finished' : how, message: '' }))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : 'The browser could not be had.';
        if (leaving.signal.aborted) send({ type: 'ended', view, reason, message: '' });
        else send({ type: 'ended', view, reason: 'failed', message: message.slice(0, 500) });
      })
      .finally(() => {
        clearTimeout(idle);
        void following?.stop();
        takeOvers -= 1;
        views.delete(view);
      });
  }

  return {
    take(message, send) {
      if (message.type === 'watch') watch(message, send);
      else if (message.type === 'take-over') takeOver(message, send);
      else {
        const view = views.get(message.view);
        if (message.type === 'ack') view?.ack(message.n);
        else if (message.type === 'input') view?.input?.(message.input);
        else if (message.type === 'finish') view?.finish?.();
        else view?.close();
      }
    },
    closeAll() {
      for (const view of [...views.values()]) view.close();
    },
  };
}
