import { createHash } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import type { FetchBytes, HeldFile } from './cache.ts';
import { createFetcher } from './cache.ts';
import { commitFile, hashedPath, sizeOf } from './hashed.ts';
import { createTempFolder } from './temp.ts';

export type { FetchBytes, HeldFile } from './cache.ts';

export interface StoredFile {
  sha256: string;
  bytes: number;
  path: string;
}

export interface ReceiveOptions {
  /** More than this is refused while it arrives, bytes. */
  maxBytes: number;
  signal?: AbortSignal;
  /** Bytes with any other hash are refused. */
  expectSha256?: string;
}

export interface StoreOptions {
  /** Where the files can be fetched again: the least recently used ones are removed above this size, bytes. */
  evictAboveBytes?: number;
}

export interface MediaStore {
  readonly folder: string;
  /**
   * Writes a stream to disk while hashing it. The same bytes twice are one file. Nothing is left of a failed one.
   * @throws TaskError `MediaRejected` when it is larger than `maxBytes`, `Unavailable` when the hash is not the expected
   *   one; the signal's reason when aborted; the stream's own error
   */
  receive(stream: AsyncIterable<Uint8Array>, options: ReceiveOptions): Promise<StoredFile>;
  /** Path of a hash, whether it is there or not. */
  pathOf(sha256: string): string;
  has(sha256: string): Promise<boolean>;
  /** Size in bytes, or null where it is not here. */
  sizeOf(sha256: string): Promise<number | null>;
  /** Bytes `start` to `end`, both included, as in an HTTP range. Errors with ENOENT where the file is not here. */
  open(sha256: string, range?: { start?: number; end?: number }): ReadStream;
  remove(sha256: string): Promise<void>;
  /**
   * Makes sure that a file is here, fetching it at most once however many ask at the same time, and returns its path.
   * @throws TaskError `Unavailable` when what came has another hash; the signal's reason; the fetcher's error
   */
  ensure(sha256: string, fetchBytes: FetchBytes, options?: { signal?: AbortSignal }): Promise<string>;
  /** {@link MediaStore.ensure}, and the file stays until it is released. Without a fetcher it must be here already. */
  acquire(sha256: string, fetchBytes?: FetchBytes, options?: { signal?: AbortSignal }): Promise<HeldFile>;
  /** Removes what interrupted processes left behind; call it at start. Returns how many files. */
  sweep(): Promise<number>;
}

function describeBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Math.round((bytes / 1024 ** step) * 10) / 10} ${units[step]}`;
}

/** Files on disk, named by the SHA-256 of their bytes. Several processes may share a folder that does not evict. */
export function createMediaStore(folder: string, { evictAboveBytes }: StoreOptions = {}): MediaStore {
  const temp = createTempFolder(join(folder, 'tmp'));
  const pathOf = (sha256: string) => hashedPath(folder, sha256);

  async function receive(stream: AsyncIterable<Uint8Array>, options: ReceiveOptions): Promise<StoredFile> {
    const { maxBytes, signal, expectSha256 } = options;
    signal?.throwIfAborted();
    return await temp.use('', async (path) => {
      const hash = createHash('sha256');
      let bytes = 0;
      async function* measured(source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          bytes += chunk.length;
          if (bytes > maxBytes) {
            const most = describeBytes(maxBytes);
            throw new TaskError('MediaRejected', say('media.too-large', { most }));
          }
          hash.update(chunk);
          yield chunk;
        }
      }
      const source = stream instanceof Readable ? stream : Readable.from(stream);
      try {
        await pipeline(source, measured, createWriteStream(path, { flags: 'wx' }), signal ? { signal } : {});
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw error;
      }
      const sha256 = hash.digest('hex');
      if (expectSha256 !== undefined && sha256 !== expectSha256) {
        throw new TaskError('Unavailable', 'The file arrived damaged: its bytes do not have the expected hash.');
      }
      await commitFile(path, pathOf(sha256), bytes);
      return { sha256, bytes, path: pathOf(sha256) };
    });
  }

  const fetcher = createFetcher({ folder, evictAboveBytes, receive, pathOf });
  return {
    folder,
    receive,
    pathOf,
    has: async (sha256) => (await sizeOf(pathOf(sha256))) !== null,
    sizeOf: async (sha256) => await sizeOf(pathOf(sha256)),
    open: (sha256, range = {}) => createReadStream(pathOf(sha256), range),
    remove: async (sha256) => await rm(pathOf(sha256), { force: true }),
    ensure: fetcher.ensure,
    acquire: fetcher.acquire,
    sweep: temp.sweep,
  };
}
