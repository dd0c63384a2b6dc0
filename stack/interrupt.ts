import type { Supervisor } from './supervisor.ts';

/** A terminal sends Ctrl-C to npm and to this process, and npm passes it on: what comes this soon after is the same one. */
const SAME_PRESS_MS = 1_500;

export interface Interrupt {
  signal: AbortSignal;
  /** Resolves when the user or the system asks to stop. */
  asked: Promise<void>;
  /** What a second request to stop kills at once. */
  guard(supervisor: Supervisor): void;
}

/** Turns Ctrl-C, SIGTERM and a closed terminal into an orderly stop, and a second one into a hasty one. */
export function onInterrupt(say: (line: string) => void): Interrupt {
  const controller = new AbortController();
  let supervisor: Supervisor | undefined;
  let first = 0;
  // Services do not keep this process alive; waiting for a person does.
  const waiting = setInterval(() => undefined, 60_000);
  const asked = new Promise<void>((resolve) => {
    const stop = () => {
      if (first === 0) {
        first = Date.now();
        say('Stopping … Press Ctrl-C again to stop at once.');
        clearInterval(waiting);
        controller.abort();
        resolve();
      } else if (Date.now() - first > SAME_PRESS_MS) {
        supervisor?.killNow();
        // Without a supervisor yet, the reaper ends what has been started.
        if (!supervisor) process.exit(1);
      }
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  });
  return {
    signal: controller.signal,
    asked,
    guard(running) {
      supervisor = running;
    },
  };
}
