import { TaskError } from '../../contracts/errors.ts';
import { orAborted } from './abort.ts';
import { evictOldest, touch } from './evict.ts';
import { sizeOf } from './hashed.ts';

/** Gets the bytes of a hash from elsewhere, e.g. the body of an HTTP answer. Must stop when the signal is aborted. */
export type FetchBytes = (sha256: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** A file that stays on disk until it is released. */
export interface HeldFile {
  path: string;
  bytes: number;
  /** Lets the file go; a second call does nothing. */
  release(): void;
}

interface Parts {
  folder: string;
  evictAboveBytes: number | undefined;
  receive(
    stream: AsyncIterable<Uint8Array>,
    options: { maxBytes: number; signal: AbortSignal; expectSha256: string },
  ): Promise<unknown>;
  pathOf(sha256: string): string;
}

interface Transfer {
  done: Promise<void>;
  waiting: number;
  stop: AbortController;
}

interface CallOptions {
  signal?: AbortSignal;
}

/** The fetching half of a store: each hash once at a time, verified, and room made for it. */
export function createFetcher({ folder, evictAboveBytes, receive, pathOf }: Parts) {
  const transfers = new Map<string, Transfer>();
  const holders = new Map<string, number>();
  let evicting: Promise<unknown> = Promise.resolve();

  function hold(path: string): () => void {
    holders.set(path, (holders.get(path) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (holders.get(path) ?? 1) - 1;
      if (left > 0) holders.set(path, left);
      else holders.delete(path);
    };
  }

  function makeRoom(): Promise<unknown> {
    if (evictAboveBytes === undefined) return Promise.resolve();
    evicting = evicting.then(() => evictOldest(folder, evictAboveBytes, (path) => !holders.has(path)));
    return evicting;
  }

  async function transfer(sha256: string, fetchBytes: FetchBytes, signal: AbortSignal): Promise<void> {
    const bytes = await fetchBytes(sha256, signal);
    await receive(bytes, { maxBytes: Number.MAX_SAFE_INTEGER, signal, expectSha256: sha256 });
    await makeRoom();
  }

  function startTransfer(sha256: string, fetchBytes: FetchBytes): Transfer {
    const stop = new AbortController();
    const done = transfer(sha256, fetchBytes, stop.signal).finally(() => {
      if (transfers.get(sha256)?.stop === stop) transfers.delete(sha256);
    });
    // Everyone who waited may have gone: their absence must not make the failure an unhandled one.
    done.catch(() => undefined);
    const started = { done, waiting: 0, stop };
    transfers.set(sha256, started);
    return started;
  }

  /** One of possibly many who wait for a transfer; the last one to give up stops it. */
  async function join(sha256: string, fetchBytes: FetchBytes, signal: AbortSignal | undefined): Promise<void> {
    const shared = transfers.get(sha256) ?? startTransfer(sha256, fetchBytes);
    shared.waiting += 1;
    try {
      await orAborted(shared.done, signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0 && transfers.get(sha256) === shared) {
        transfers.delete(sha256);
        shared.stop.abort(new Error('Nobody waits for this file any more.'));
      }
    }
  }

  async function acquire(sha256: string, fetchBytes?: FetchBytes, { signal }: CallOptions = {}): Promise<HeldFile> {
    signal?.throwIfAborted();
    const path = pathOf(sha256);
    // Held before it is looked at: between a look and a hold it could be evicted.
    const release = hold(path);
    try {
      if ((await sizeOf(path)) === null && fetchBytes) await join(sha256, fetchBytes, signal);
      const bytes = await sizeOf(path);
      if (bytes === null) throw new TaskError('Unavailable', 'The media file is not on this machine.');
      await touch(path);
      return { path, bytes, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    acquire,
    async ensure(sha256: string, fetchBytes: FetchBytes, options: CallOptions = {}): Promise<string> {
      const { path, release } = await acquire(sha256, fetchBytes, options);
      release();
      return path;
    },
  };
}
