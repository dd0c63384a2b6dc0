/** A counted set of places with a queue: first come, first served. */
export interface Slots {
  /** @throws the signal's reason, or the reason given to `close` */
  take(signal?: AbortSignal): Promise<void>;
  free(): void;
  waiting(): number;
  /** Refuses everybody who waits and everybody who comes later. */
  close(reason: Error): void;
}

interface Waiter {
  admit(): void;
  refuse(reason: unknown): void;
}

export function createSlots(total: number): Slots {
  let available = total;
  let closedFor: Error | null = null;
  const queue = new Set<Waiter>();

  return {
    async take(signal) {
      if (closedFor) throw closedFor;
      signal?.throwIfAborted();
      if (available > 0) {
        available -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          queue.delete(waiter);
          signal?.removeEventListener('abort', onAbort);
        };
        const onAbort = () => waiter.refuse(signal?.reason);
        const waiter: Waiter = {
          admit() {
            leave();
            resolve();
          },
          refuse(reason) {
            leave();
            reject(reason);
          },
        };
        signal?.addEventListener('abort', onAbort);
        queue.add(waiter);
      });
    },
    free() {
      const next = queue.values().next().value;
      if (next) next.admit();
      else available += 1;
    },
    waiting: () => queue.size,
    close(reason) {
      closedFor = reason;
      for (const waiter of [...queue]) waiter.refuse(reason);
    },
  };
}
