import type { CustomSlotSupplier } from '@temporalio/worker';
import { AbortError } from './abort-error.ts';

/** How often a waiting poll looks again by itself, milliseconds; a closed session or ended activity wakes it at once. */
const LOOK_AGAIN_MS = 250;

/**
 * Slots of the shared browser queue. A host takes an account only when it has a browser for it: a slot is used by an
 * activity that opens a session, and by every session that is open, until it is closed.
 */
export function createSessionSlots(limit: number, openSessions: () => number) {
  let reserved = 0;
  let running = 0;
  const waiting = new Set<() => void>();

  function hasRoom(): boolean {
    return reserved + openSessions() < limit;
  }

  function wake(): void {
    for (const look of waiting) look();
  }

  const supplier: CustomSlotSupplier<never> = {
    type: 'custom',
    reserveSlot(_context, abortSignal) {
      return new Promise((resolve, reject) => {
        const timer = setInterval(look, LOOK_AGAIN_MS);
        function leave(): void {
          clearInterval(timer);
          waiting.delete(look);
          abortSignal.removeEventListener('abort', abort);
        }
        function abort(): void {
          leave();
          reject(new AbortError());
        }
        function look(): void {
          if (!hasRoom()) return;
          leave();
          reserved += 1;
          resolve({});
        }
        abortSignal.addEventListener('abort', abort);
        waiting.add(look);
        look();
      });
    },
    tryReserveSlot: () => null,
    markSlotUsed() {
      running += 1;
    },
    releaseSlot(context) {
      if (context.slotInfo) running -= 1;
      reserved -= 1;
      wake();
    },
  };
  return {
    supplier,
    wake,
    /** What activities take and what open sessions hold; a reservation of a poll that waits for work counts as nothing. */
    used: () => openSessions() + running,
  };
}
