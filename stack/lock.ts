import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { isAlive, startTimeOf } from './processes.ts';

interface Holder {
  pid: number;
  /** As the system counts it: the same id with another start time is another process. */
  startTime: string;
}

/**
 * Takes the data folder for this process, so that no two stacks work on the same data.
 * A lock whose holder has died is taken over. Returns the function that gives the folder back.
 * @throws StackError when a living process has it.
 */
export async function lockDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, 'stack.lock');
  const mine = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) };
  await writeFile(mine, JSON.stringify(holder));
  try {
    // Linking makes the lock with its content in one step, and fails when there is one.
    while (!(await tryLink(mine, file))) await removeStale(file, dataFolder);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(file, { force: true });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(file: string, dataFolder: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch(() => null);
  if (content === null) return;
  refuseIfHeld(content, dataFolder);
  const aside = `${file}.stale.${process.pid}`;
  await rename(file, aside).catch(() => undefined);
  const taken = await readFile(aside, 'utf8').catch(() => null);
  // Between reading and renaming, another process may have taken the folder over: then it gets its lock back.
  if (taken !== null && taken !== content) await tryLink(aside, file);
  await rm(aside, { force: true });
}

function refuseIfHeld(content: string, dataFolder: string): void {
  let holder: Partial<Holder>;
  try {
    holder = JSON.parse(content) as Partial<Holder>;
  } catch {
    return;
  }
  const pid = holder.pid ?? 0;
  if (!isAlive(pid) || startTimeOf(pid) !== holder.startTime) return;
  throw new StackError(
    `Flotilla is already running on the data folder ${dataFolder} (process ${pid}). ` +
      'Stop it first, or set FLOTILLA_DATA to another folder.',
  );
}
