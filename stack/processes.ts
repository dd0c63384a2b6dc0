import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process of this id exists and has not ended yet (a zombie has). */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return statOf(pid)?.state !== 'Z';
}

/** What identifies a process beyond its id, which is given again: its start time, or '' where it cannot be told. */
export function startTimeOf(pid: number): string {
  return statOf(pid)?.startTime ?? '';
}

export function commandLineOf(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ');
}

/**
 * Processes that were started with an environment in which all of these entries stand, by how they begin
 * (`NAME=` and as much of the value as matters). None where there is no `/proc`.
 */
export function processesWith(...entries: string[]): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => {
    if (pid === process.pid) return false;
    const environment = readProc(pid, 'environ').split('\0');
    return entries.every((entry) => environment.some((line) => line.startsWith(entry))) && isAlive(pid);
  });
}

/** Waits until none of the processes is alive; false when the time is over first. */
export async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Sends a signal to a process, with `group` to all of the process group that it led. Whatever is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals, group?: 'group'): void {
  try {
    process.kill(group ? -pid : pid, name);
  } catch {
    // Gone.
  }
}

function statOf(pid: number): { state: string; startTime: string } | undefined {
  const text = readProc(pid, 'stat');
  // The name in parentheses may hold anything; the fields after it are fixed, see proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state && startTime ? { state, startTime } : undefined;
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
