import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../config/logger.ts';

const HOUR_MS = 3_600_000;
/** Caches of a host that did not run for so long are removed, milliseconds. */
const FORGOTTEN_MS = 7 * 24 * HOUR_MS;
const MARK = 'last-used';

async function markedAt(folder: string): Promise<number | null> {
  return stat(join(folder, MARK)).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

/**
 * Says on disk, now and every hour, that the folder of this host below `hostsFolder` is in use, and removes those of
 * hosts that were not for a week: a container gets a new name whenever it is made anew, and would leave its caches in
 * the volume for good.
 */
export async function keepHostFolder(hostsFolder: string, hostName: string, log: Logger): Promise<void> {
  const own = join(hostsFolder, hostName);
  const touch = () => writeFile(join(own, MARK), `${new Date().toISOString()}\n`);
  await mkdir(own, { recursive: true });
  await touch();
  setInterval(() => {
    touch().catch((error: unknown) => log.warn({ reason: String(error) }, "the host's folder cannot be written"));
  }, HOUR_MS).unref();

  for (const name of await readdir(hostsFolder)) {
    const at = name === hostName ? null : await markedAt(join(hostsFolder, name));
    if (at === null || Date.now() - at < FORGOTTEN_MS) continue;
    await rm(join(hostsFolder, name), { recursive: true, force: true });
    log.info({ host: name }, 'removed the caches of a host that is gone');
  }
}
