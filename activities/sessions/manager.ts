import { randomUUID } from 'node:crypto';
import type { Logger } from '../../config/logger.ts';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import type { Driver, Progress, StepOptions } from '../platforms/driver.ts';
import type { AccountSession, OpenAccount, StepRequest, StepWork } from './account-session.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import type { WorkerLink } from './link.ts';
import { toStepError } from './step-error.ts';

/** How many of the newest own posts are remembered before a submit. */
const BASELINE_POSTS = 12;

export interface SessionManagerOptions<Handle> {
  openAccount: OpenAccount<Handle>;
  connect: WorkerLink;
  log: Logger;
  /** How long a lease lasts without renewal, milliseconds; it is renewed every third of that. */
  leaseTtlMs?: number;
  /** A session without steps for so long is closed, milliseconds. */
  idleMs?: number;
  /** Called when a session has been closed, whatever the reason: its place is free. */
  onClosed?: () => void;
}

export interface OpenRequest {
  /** The same key finds the same session: a retried activity does not log in twice. */
  sessionKey: string;
  accountId: string;
  accountTaskId: string;
  /** The lease's token; a session under an older one is closed first. */
  fencingToken: string;
  platform: string;
  /** Logs in even where the stored session is good. */
  forceLogIn?: boolean;
  /** Whether the newest own posts are read on the way; default true. */
  withOwnPosts?: boolean;
  signal: AbortSignal;
  progress: Progress;
}

export interface OpenedSession {
  sessionId: string;
  /**
   * Ids of the newest own posts when the session was first opened, and of those that its submits have confirmed since.
   * A post whose outcome is unknown is not among them, so it can be found as new.
   */
  ownPostIds: string[];
  entered: 'reused' | 'logged-in';
}

/** A session for a person, beside those that steps use. */
export interface AttendRequest extends Pick<OpenRequest, 'accountId' | 'accountTaskId' | 'fencingToken' | 'platform'> {
  signal: AbortSignal;
}

/** What a person finds: the page as the account's entry left it, and what was asked for on the way. */
export interface Attended<Handle> {
  handle: Handle;
  /** The platform's demand, or the fault that was met; null when the account got in. */
  note: string | null;
  /** Aborted when the person leaves or the account's lease is lost. */
  signal: AbortSignal;
}

export interface SessionManager<Handle> {
  /** @throws TaskError with evidence ids in its details; the signal's reason */
  open(request: OpenRequest): Promise<OpenedSession>;
  /**
   * Runs a step of the driver. When the session turns out to have ended before anything was submitted, logs in again
   * and runs the step once more.
   * @throws TaskError `SessionExpired` when the session is not open here: open it again
   */
  step<T>(sessionId: string, name: string, work: StepWork<T, Handle>, request: StepOptionsOf): Promise<T>;
  /**
   * Gives the account's page to a person until `work` is over, then keeps the session. No baseline is read, no evidence
   * is taken, and a challenge leaves the page as it is.
   * @returns whether the session was kept, or its lease was lost meanwhile and the page closed
   * @throws TaskError when the account cannot be had; the signal's reason
   */
  attend(request: AttendRequest, work: (attended: Attended<Handle>) => Promise<void>): Promise<'kept' | 'lease-lost'>;
  /** What the steps of an account task work with now, to be looked at only; null while there is none. */
  peek(accountTaskId: string): Handle | null;
  /** Closing one that is not open is no error. */
  close(sessionId: string): Promise<void>;
  closeAll(): Promise<void>;
  /** Sessions of steps; those of persons come on top. */
  openCount(): number;
  /** The account's name on its platform. @throws TaskError `SessionExpired` when the session is not open here */
  usernameOf(sessionId: string): string;
}

type StepOptionsOf = Omit<StepRequest, 'accountTaskId'> & { accountTaskId?: string };

interface Entry<Handle> {
  id: string;
  request: OpenRequest;
  username: string;
  session: AccountSession<Handle>;
  baseline: string[];
  entered: OpenedSession['entered'];
  busy: number;
  usedAt: number;
}

/** The sessions open on this host. */
export function createSessionManager<Handle>(options: SessionManagerOptions<Handle>): SessionManager<Handle> {
  const { openAccount, connect, log } = options;
  const idleMs = options.idleMs ?? 10 * 60_000;
  const byId = new Map<string, Entry<Handle>>();
  const byKey = new Map<string, { fencingToken: string; entry: Promise<Entry<Handle>> }>();
  const opening = new Map<string, AccountSession<Handle>>();
  const persons = new Set<AccountSession<Handle>>();
  const keeper = createLeaseKeeper({ renew: connect.renewLease, ttlMs: options.leaseTtlMs ?? 60_000, log });

  async function end(entry: Entry<Handle>, reason: Error): Promise<void> {
    byId.delete(entry.id);
    keeper.drop(entry.id);
    const { sessionKey, fencingToken } = entry.request;
    if (byKey.get(sessionKey)?.fencingToken === fencingToken) byKey.delete(sessionKey);
    try {
      await entry.session.end(reason);
    } finally {
      options.onClosed?.();
    }
  }

  async function secretFor({ accountId, fencingToken, platform }: Omit<AttendRequest, 'signal'>) {
    const proof = { accountId, fencingToken };
    const secret = await connect.accountSecret(proof).catch((error: unknown) => {
      throw toStepError(error, []);
    });
    if (secret.platform !== platform) {
      throw new TaskError('InvalidInput', say('account.belongs', { platform: secret.platform, wanted: platform }));
    }
    return { secret, proof };
  }

  async function start(request: OpenRequest): Promise<Entry<Handle>> {
    const { signal, progress, accountTaskId } = request;
    const { secret, proof } = await secretFor(request);
    const session = openAccount({ secret, proof });
    const entry: Entry<Handle> = {
      id: randomUUID(),
      request,
      username: secret.username,
      session,
      baseline: [],
      entered: 'reused',
      busy: 0,
      usedAt: Date.now(),
    };
    keeper.keep(entry.id, proof, () => {
      const lost = new TaskError('Unavailable', "This host lost the account's lease; the session was closed.");
      end(entry, lost).catch(() => undefined);
    });
    opening.set(accountTaskId, session);
    try {
      await session.step(
        'open-session',
        async (handle, tracked, step) => {
          // A rerun comes after a new log-in: only what is left is done again.
          if (entry.entered === 'reused')
            entry.entered = await session.enter(handle, step, request.forceLogIn ?? false);
          await readBaseline(entry, handle, tracked, step);
        },
        { signal, progress, accountTaskId },
      );
    } catch (error) {
      await end(entry, new Error('The session could not be opened.'));
      throw error;
    } finally {
      opening.delete(accountTaskId);
    }
    byId.set(entry.id, entry);
    return entry;
  }

  async function readBaseline(
    entry: Entry<Handle>,
    handle: Handle,
    driver: Driver<Handle>,
    step: StepOptions,
  ): Promise<void> {
    if (entry.request.withOwnPosts === false) return;
    const posts = await driver.listOwnPosts(handle, entry.username, BASELINE_POSTS, step);
    entry.baseline = posts.map((post) => post.id);
  }

  const idleCheck = setInterval(
    () => {
      for (const entry of byId.values()) {
        if (entry.busy > 0 || Date.now() - entry.usedAt < idleMs) continue;
        end(entry, new Error('The session was idle.')).catch(() => undefined);
      }
    },
    Math.min(idleMs, 15_000),
  );
  idleCheck.unref();

  return {
    async open(request) {
      const { sessionKey, fencingToken } = request;
      const known = byKey.get(sessionKey);
      if (known && known.fencingToken !== fencingToken) {
        const outdated = await known.entry.catch(() => null);
        if (outdated) await end(outdated, new Error('The session was opened again under another lease.'));
      }
      let current = byKey.get(sessionKey);
      if (!current) {
        const entry = start(request);
        current = { fencingToken, entry };
        const mine = current;
        byKey.set(sessionKey, mine);
        entry.catch(() => {
          if (byKey.get(sessionKey) === mine) byKey.delete(sessionKey);
        });
      }
      const entry = await current.entry;
      entry.usedAt = Date.now();
      const ownPostIds = [...new Set([...entry.session.confirmedPostIds, ...entry.baseline])];
      return { sessionId: entry.id, ownPostIds, entered: entry.entered };
    },
    async step(sessionId, name, work, request) {
      const entry = byId.get(sessionId);
      if (!entry) throw notOpen();
      entry.busy += 1;
      try {
        return await entry.session.step(name, work, { accountTaskId: entry.request.accountTaskId, ...request });
      } finally {
        entry.busy -= 1;
        entry.usedAt = Date.now();
      }
    },
    async attend(request, work) {
      const { secret, proof } = await secretFor(request);
      const session = openAccount({ secret, proof });
      const id = randomUUID();
      let isLost = false;
      persons.add(session);
      keeper.keep(id, proof, () => {
        isLost = true;
        session.end(new Error("This host lost the account's lease.")).catch(() => undefined);
      });
      try {
        await session.step(
          'take-over',
          async (handle, _driver, step) => {
            const note = await noteOf(session.enter(handle, step, false), step.signal);
            await work({ handle, note, signal: step.signal });
          },
          { ...request, progress: () => undefined, withoutEvidence: true },
        );
        return 'kept';
      } catch (error) {
        if (isLost) return 'lease-lost';
        throw error;
      } finally {
        keeper.drop(id);
        persons.delete(session);
        await session.end(new Error('The person has left.'));
      }
    },
    peek(accountTaskId) {
      for (const { request, session } of byId.values()) {
        if (request.accountTaskId === accountTaskId) return session.peek();
      }
      return opening.get(accountTaskId)?.peek() ?? null;
    },
    async close(sessionId) {
      const entry = byId.get(sessionId);
      if (entry) await end(entry, new Error('The session was closed.'));
    },
    async closeAll() {
      clearInterval(idleCheck);
      await Promise.allSettled([...byKey.values()].map(({ entry }) => entry));
      const closing = new Error('The host is closing.');
      await Promise.all([...persons].map((session) => session.end(closing)));
      await Promise.all([...byId.values()].map((entry) => end(entry, closing)));
      keeper.stop();
    },
    openCount: () => byId.size,
    usernameOf(sessionId) {
      const entry = byId.get(sessionId);
      if (!entry) throw notOpen();
      return entry.username;
    },
  };
}

/** What kept an account from coming in, in words: a person looks at the page and goes on from there. */
async function noteOf(entering: Promise<unknown>, signal: AbortSignal): Promise<string | null> {
  try {
    await entering;
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TaskError) return error.message;
    throw error;
  }
}

function notOpen(): TaskError {
  return new TaskError('SessionExpired', 'The session is not open on this host any more.');
}
