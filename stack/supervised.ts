import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { processesWith, signal, waitUntilGone } from './processes.ts';
import { isReady, type LogPosition, readLog } from './ready.ts';
import type { Reaper } from './reaper.ts';
import type { Service } from './service.ts';

const POLL_MS = 100;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A service that ran this long before it ended starts again without the delays of earlier ends. */
const STABLE_MS = 60_000;
/** What a worker ends with when it was ordered to restart. */
const RESTART_CODE = 75;
/** How often a service may end before it is ready, at the first start, until the start is given up. */
const START_ATTEMPTS = 3;

export interface Supervised {
  /** Starts it and resolves when it is ready. @throws StackError when it does not become ready. */
  start(): Promise<void>;
  /** Asks it to end, kills it when it does not, and leaves none of its processes. */
  stop(): Promise<void>;
  /** Kills it at once; stays down. */
  killNow(): void;
  pid(): number | undefined;
}

export interface SupervisedContext {
  logFile: string;
  /** The environment that marks the supervisor's processes, see reaper.mjs. */
  mark: Readonly<Record<string, string>>;
  baseEnv: Readonly<Record<string, string>>;
  reaper: Reaper;
  cwd: string;
  say(line: string): void;
}

/** How it ended, in words; null when it ended with exit code 0. */
type End = string | null | typeof RESTART;
const RESTART = Symbol('it was ordered to restart');

interface Run {
  pid: number | undefined;
  startedAt: number;
  log: LogPosition;
  ended: Promise<End>;
}

/** Keeps one service running: starts it, watches it, starts it again when it ends. */
export function supervise(service: Service, context: SupervisedContext): Supervised {
  const stopping = new AbortController();
  let run: Run | undefined;
  let starting: Promise<void> = Promise.resolve();
  let keeping: Promise<void> = Promise.resolve();

  async function launch(): Promise<Run> {
    stopping.signal.throwIfAborted();
    await service.prepare?.();
    stopping.signal.throwIfAborted();
    const descriptor = openSync(context.logFile, 'a');
    const log = { file: context.logFile, from: fstatSync(descriptor).size };
    const [file = '', ...args] = service.command;
    let child: ChildProcess;
    try {
      child = spawn(file, args, {
        cwd: context.cwd,
        env: { ...context.baseEnv, ...service.env, ...context.mark, FLOTILLA_SERVICE: service.name },
        stdio: ['ignore', descriptor, descriptor],
        // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
        detached: true,
        ...service.spawnOptions,
      });
    } finally {
      closeSync(descriptor);
    }
    // Whoever forgets to stop a stack can still end: then the reaper ends the services.
    child.unref();
    const { pid } = child;
    if (pid !== undefined) context.reaper.add(pid, service.stopSignal ?? 'SIGTERM');
    const ended = new Promise<End>((resolve) => {
      child.once('error', (error) => resolve(`it cannot be run: ${error.message}`));
      child.once('exit', (code, by) =>
        resolve(code === 0 ? null : code === RESTART_CODE ? RESTART : by ? `killed by ${by}` : `exit code ${code}`),
      );
    }).then((how) => {
      if (run?.pid === pid) run = undefined;
      clearLeftovers(pid);
      return how;
    });
    const current = { pid, startedAt: Date.now(), log, ended };
    run = current;
    return current;
  }

  /** A service that died leaves its children behind, browsers and encoders among them. */
  function clearLeftovers(pid: number | undefined): void {
    if (pid !== undefined) {
      signal(pid, 'SIGKILL', 'group');
      context.reaper.remove(pid);
    }
    for (const leftover of leftovers()) signal(leftover, 'SIGKILL');
  }

  function leftovers(): number[] {
    const entries = { ...context.mark, FLOTILLA_SERVICE: service.name };
    return processesWith(...Object.entries(entries).map(([name, value]) => `${name}=${value}`));
  }

  /** 'ready', 'late', or how it ended first. */
  async function untilReady(current: Run): Promise<'ready' | 'late' | { ended: End }> {
    let end: { ended: End } | undefined;
    void current.ended.then((ended) => {
      end = { ended };
    });
    const deadline = Date.now() + (service.readyTimeoutMs ?? 60_000);
    while (Date.now() < deadline && !stopping.signal.aborted) {
      if (end && service.ready.kind === 'done' && end.ended === null) return 'ready';
      if (end) return end;
      if (await isReady(service.ready, current.log)) return end ?? 'ready';
      await sleep(POLL_MS);
    }
    return 'late';
  }

  async function start(): Promise<void> {
    const attempts = service.ready.kind === 'done' ? 1 : START_ATTEMPTS;
    for (let attempt = 1; ; attempt += 1) {
      const current = await launch();
      const outcome = await untilReady(current);
      stopping.signal.throwIfAborted();
      if (outcome === 'ready') {
        if (service.ready.kind !== 'done') keeping = keepRunning(current);
        return;
      }
      const reason =
        outcome === 'late'
          ? 'it was not ready in time'
          : typeof outcome.ended === 'string'
            ? outcome.ended
            : 'it ended at once';
      if (outcome === 'late' || attempt >= attempts) {
        throw new StackError(`${service.name} does not start: ${reason}.${lastLines(current.log)}`);
      }
      await pause(FIRST_DELAY_MS * 2 ** (attempt - 1));
    }
  }

  async function keepRunning(first: Run): Promise<void> {
    let current = first;
    let failures = 0;
    while (true) {
      const how = await current.ended;
      if (stopping.signal.aborted) return;
      const ordered = how === RESTART;
      failures = ordered ? 0 : Date.now() - current.startedAt > STABLE_MS ? 1 : failures + 1;
      const delayMs = ordered ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
      if (ordered) context.say(`${service.name} has been ordered to restart.`);
      else if (how === null) context.say(`${service.name} has ended and starts again.`);
      else {
        const end = lastLines(current.log);
        context.say(`${service.name} has died (${String(how)}) and starts again in ${delayMs / 1000} s.${end}`);
      }
      await pause(delayMs);
      if (stopping.signal.aborted) return;
      try {
        current = await launch();
      } catch (error) {
        if (stopping.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        current = { ...current, startedAt: Date.now(), ended: Promise.resolve(message) };
        continue;
      }
      if ((await untilReady(current)) === 'ready') context.say(`${service.name} is back.`);
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  return {
    start() {
      starting = start();
      return starting;
    },
    async stop() {
      stopping.abort(new StackError('The stack is stopping.'));
      const current = run;
      if (current?.pid !== undefined) {
        const { pid } = current;
        signal(pid, service.stopSignal ?? 'SIGTERM');
        const limit = setTimeout(() => signal(pid, 'SIGKILL', 'group'), service.stopTimeoutMs ?? 10_000);
        await current.ended;
        clearTimeout(limit);
      }
      await starting.catch(() => undefined);
      await keeping;
      await waitUntilGone(leftovers(), 5_000);
    },
    killNow() {
      stopping.abort(new StackError('The stack is stopping.'));
      if (run?.pid !== undefined) signal(run.pid, 'SIGKILL', 'group');
    },
    pid: () => run?.pid,
  };
}

function lastLines(log: LogPosition): string {
  const lines = readLog(log).trimEnd().split('\n').slice(-8);
  if (lines.length === 1 && lines[0] === '') return ` It wrote nothing to ${log.file}.`;
  return ` The end of ${log.file}:\n${lines.map((line) => `    ${line.slice(0, 300)}`).join('\n')}`;
}
