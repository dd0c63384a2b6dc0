import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How long after a recording's end what is left of it is looked for again, milliseconds. */
const SWEEP_MS = 30_000;
/** How far a file's time may lie behind the clock: systems stamp files by a coarser one, milliseconds. */
const CLOCK_LAG_MS = 1_000;
/** Below the folder: bodies of requests and answers, which recordings of the same browser share by their hash. */
const RESOURCES = 'resources';
const RESOURCE_NAME = /\bresources\/([\w.-]+)/g;

/** `tracesDir` of the browsers that work in this folder. */
export const tracesIn = (folder: string): string => join(folder, 'traces');

/**
 * The files that Playwright writes while it records. They hold what was typed and sent in clear, and Playwright keeps
 * them until its folder goes, which here would be the end of the worker.
 */
export interface TraceFiles {
  /** @returns the name to record under, until {@link TraceFiles.end} */
  begin(): string;
  /** Removes the recording's own files now, and its resources as soon as no other recording may need them. */
  end(name: string): Promise<void>;
}

/** The names of this folder, or none while it is not there. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/**
 * @param folder see {@link tracesIn}
 * @param sweepMs see {@link SWEEP_MS}
 */
export function createTraceFiles(folder: string, sweepMs = SWEEP_MS): TraceFiles {
  /** When each began, milliseconds since the epoch. */
  const live = new Map<string, number>();
  let isDue = false;

  const belongsToLive = (file: string): boolean => [...live.keys()].some((name) => file.startsWith(name));

  async function referenced(files: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const file of files) {
      const text = await readFile(join(folder, file), 'latin1').catch(() => '');
      for (const [, name = ''] of text.matchAll(RESOURCE_NAME)) found.add(name);
    }
    return found;
  }

  /**
   * A resource stays while a recording that is under way names it, and while one may not have named it yet: an upload
   * is noted when it is answered, and its body is there before.
   */
  async function removeResources(): Promise<void> {
    const all = await namesIn(join(folder, RESOURCES));
    if (all.length === 0) return;
    const oldest = Math.min(...live.values());
    const needed = await referenced((await namesIn(folder)).filter(belongsToLive));
    for (const name of all) {
      const path = join(folder, RESOURCES, name);
      const isOld = live.size === 0 || ((await stat(path).catch(() => null))?.mtimeMs ?? 0) < oldest;
      if (isOld && !needed.has(name)) await rm(path, { force: true });
    }
  }

  async function sweep(): Promise<void> {
    for (const file of await namesIn(folder)) {
      if (file !== RESOURCES && !belongsToLive(file)) await rm(join(folder, file), { recursive: true, force: true });
    }
    await removeResources();
  }

  /** Playwright may write a last line when its context has gone: everything is looked at once more. */
  function sweepLater(): void {
    if (isDue) return;
    isDue = true;
    setTimeout(async () => {
      isDue = false;
      await sweep().catch(() => undefined);
      if ((await namesIn(join(folder, RESOURCES))).length > 0) sweepLater();
    }, sweepMs).unref();
  }

  return {
    begin() {
      const name = randomUUID();
      live.set(name, Date.now() - CLOCK_LAG_MS);
      return name;
    },
    async end(name) {
      if (!live.delete(name)) return;
      sweepLater();
      for (const file of await namesIn(folder)) {
        if (file.startsWith(name)) await rm(join(folder, file), { force: true });
      }
      if (live.size === 0) await sweep();
    },
  };
}
