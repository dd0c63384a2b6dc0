import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

export interface Reaper {
  /** A service started: it is to be ended, first with this signal, when the supervisor dies. */
  add(pid: number, signal: NodeJS.Signals): void;
  remove(pid: number): void;
  /** Lets the reaper go; it ends whatever is left of the services. */
  close(): Promise<void>;
}

/**
 * Starts the process that outlives this one to end its services, see reaper.mjs. It is started again when it dies.
 * @param mark the entry (`NAME=value`) that all services carry in their environment.
 */
export function startReaper(mark: string): Reaper {
  const services = new Map<number, NodeJS.Signals>();
  let closing = false;
  let reaper = launch();

  function launch(): ChildProcess {
    const child = spawn(process.execPath, [join(ROOT, 'stack', 'reaper.mjs'), mark], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
      cwd: '/',
    });
    child.stdin?.on('error', () => undefined);
    child.unref();
    (child.stdin as Socket | null)?.unref();
    for (const [pid, signal] of services) child.stdin?.write(`+${pid} ${signal}\n`);
    child.once('exit', () => {
      if (!closing) reaper = launch();
    });
    return child;
  }

  return {
    add(pid, signal) {
      services.set(pid, signal);
      reaper.stdin?.write(`+${pid} ${signal}\n`);
    },
    remove(pid) {
      services.delete(pid);
      reaper.stdin?.write(`-${pid}\n`);
    },
    async close() {
      closing = true;
      reaper.ref();
      const ended = reaper.exitCode === null && reaper.signalCode === null ? once(reaper, 'exit') : undefined;
      reaper.stdin?.end();
      await ended;
    },
  };
}
