import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder for files that are not finished yet, on the same disk as the finished ones so that a rename is atomic. */
export interface TempFolder {
  /**
   * Runs `work` with a fresh path and removes what is left there afterwards, whether it succeeded or not.
   * @param extension with its dot, or empty
   */
  use<Result>(extension: string, work: (path: string) => Promise<Result>): Promise<Result>;
  /** As {@link TempFolder.use}, with a path for each extension. */
  withPaths<Result>(extensions: readonly string[], work: (paths: string[]) => Promise<Result>): Promise<Result>;
  /** Removes what ended processes left behind; returns how many files. Files of running processes stay. */
  sweep(): Promise<number>;
}

/** A process id may be given anew after a restart: a day is longer than any upload or render. */
const STALE_AFTER_MS = 24 * 3600 * 1000;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Full paths that this process is writing to, whichever part of it made the folder object. */
const inUse = new Set<string>();

export function createTempFolder(folder: string): TempFolder {
  async function isStale(name: string): Promise<boolean> {
    const pid = Number(name.split('-')[0]);
    if (inUse.has(join(folder, name))) return false;
    // Its own id on a file that it did not make: an earlier process with the same id did, as in a restarted container.
    if (!Number.isInteger(pid) || pid === process.pid || !isRunning(pid)) return true;
    const age = await stat(join(folder, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    return age > STALE_AFTER_MS;
  }

  async function withPaths<Result>(extensions: readonly string[], work: (paths: string[]) => Promise<Result>) {
    await mkdir(folder, { recursive: true });
    const paths = extensions.map((extension) => join(folder, `${process.pid}-${randomUUID()}${extension}`));
    for (const path of paths) inUse.add(path);
    try {
      return await work(paths);
    } finally {
      for (const path of paths) {
        await rm(path, { force: true });
        inUse.delete(path);
      }
    }
  }

  return {
    use: (extension, work) => withPaths([extension], ([path = '']) => work(path)),
    withPaths,

    async sweep() {
      const names = await readdir(folder).catch(() => []);
      let removed = 0;
      for (const name of names) {
        if (!(await isStale(name))) continue;
        await rm(join(folder, name), { force: true, recursive: true });
        removed += 1;
      }
      return removed;
    },
  };
}
