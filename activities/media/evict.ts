import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

interface Entry {
  path: string;
  bytes: number;
  usedAt: number;
}

async function listFiles(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const prefixes = (await readdir(folder).catch(() => [])).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const prefix of prefixes) {
    for (const name of await readdir(join(folder, prefix))) {
      const path = join(folder, prefix, name);
      const found = await stat(path).catch(() => null);
      if (found) entries.push({ path, bytes: found.size, usedAt: found.mtimeMs });
    }
  }
  return entries;
}

/** Notes that a file was used now. The note is the file's modification time, so it outlives the process. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/**
 * Removes the least recently used files of a folder of hashed files until it holds at most `maxBytes`.
 * @param mayRemove asked for each file right before it goes, with the milliseconds since it was last used
 * @returns how many bytes were freed; the limit may still be passed when too much is in use
 */
export async function evictOldest(
  folder: string,
  maxBytes: number,
  mayRemove: (path: string, idleMs: number) => boolean,
): Promise<number> {
  const entries = await listFiles(folder);
  entries.sort((left, right) => left.usedAt - right.usedAt);
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  let freed = 0;
  for (const { path, bytes, usedAt } of entries) {
    if (total <= maxBytes) break;
    if (!mayRemove(path, Date.now() - usedAt)) continue;
    await rm(path, { force: true });
    total -= bytes;
    freed += bytes;
  }
  return freed;
}
