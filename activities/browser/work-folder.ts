import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Folders that this process made. */
const mine = new Set<string>();

/**
 * Makes a folder that only this user can read, for files that may still hold secrets (traces before they are masked),
 * and removes those that killed processes left under the same parent.
 * @returns its absolute path; it carries the process id
 */
export function makeWorkFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    const pid = Number(/^pid-(\d+)-/.exec(name)?.[1]);
    // A container gives every start the same id: what carries this process' own is a former one's.
    if (pid > 0 && (pid === process.pid ? !mine.has(name) : !isAlive(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(parent, `pid-${process.pid}-`));
  mine.add(basename(folder));
  return folder;
}
