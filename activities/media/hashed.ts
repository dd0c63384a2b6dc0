import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files named by the SHA-256 of their bytes, in 256 folders: `<folder>/<first two digits>/<sha256><extension>`. */

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * @param extension with its dot, or empty
 * @throws RangeError for anything that is no lower-case SHA-256, so that no name leads out of the folder
 */
export function hashedPath(folder: string, sha256: string, extension = ''): string {
  if (!SHA256.test(sha256)) throw new RangeError('Not a SHA-256 in lower-case hexadecimal digits.');
  return join(folder, sha256.slice(0, 2), sha256 + extension);
}

/** Size in bytes of a file, or null where there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : null;
}

export async function hashFile(path: string, signal?: AbortSignal): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2, ...(signal ? { signal } : {}) })) {
    hash.update(chunk);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Moves a finished file to its final name so that, whatever happens, the name holds all of it or nothing. Both paths
 * must be on one disk. Where the same bytes are there already, they stay.
 */
export async function commitFile(from: string, to: string, bytes: number): Promise<void> {
  if ((await sizeOf(to)) === bytes) return;
  await mkdir(dirname(to), { recursive: true });
  await syncPath(from);
  await rename(from, to);
  // Windows cannot sync a folder; there the rename is as durable as it gets.
  if (process.platform !== 'win32') await syncPath(dirname(to));
}
