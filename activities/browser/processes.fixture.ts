import { readdirSync, readFileSync } from 'node:fs';

interface Running {
  pid: number;
  parent: number;
  command: string;
}

function read(pid: number): Running | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return null;
  }
}

/** Browser processes below a process, its children's children included. */
export function browserProcessesOf(root: number): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? []);
  const below = (pid: number): Running[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root)
    .filter(({ command }) => /chrom/i.test(command))
    .map(({ pid }) => pid);
}

export function isRunning(pid: number): boolean {
  // A process that has ended and waits for its parent to notice has no command line.
  return (read(pid)?.command ?? '') !== '';
}

/** Asks again and again until it is so. @throws Error after 20 s */
export async function eventually(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const endsAt = Date.now() + 20_000; Date.now() < endsAt; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`In vain waited until ${what}.`);
}
