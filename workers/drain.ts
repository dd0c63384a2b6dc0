import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from './role.ts';

const LOOK_MS = 250;

/**
 * Takes a role out of work: nothing new is taken at once, and what is held is served until none of it is left or the time
 * is up. What is still under way then is broken off after the worker's own time of grace, and others take it up.
 */
export function createDrain(role: Pick<Role, 'workers' | 'holder'>) {
  const { workers, holder } = role;
  let deadline = Number.POSITIVE_INFINITY;
  let begun = false;

  const shutDown = (worker: Role['workers'][number]) => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };

  async function letGo(): Promise<void> {
    for (const worker of workers) if (worker !== holder?.worker) shutDown(worker);
    if (!holder) return;
    while (holder.held() > 0 && Date.now() < deadline) await sleep(LOOK_MS);
    shutDown(holder.worker);
  }

  return {
    begun: () => begun,
    /** Called again it can only shorten the time. @param withinMs how long what is held may take */
    begin(withinMs: number): void {
      deadline = Math.min(deadline, Date.now() + withinMs);
      if (begun) return;
      begun = true;
      void letGo();
    },
  };
}
