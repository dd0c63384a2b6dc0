import type { AccountChange } from '../contracts/orchestration.ts';

/**
 * Tells bulk workflows what became of their account tasks, many changes in one signal: a signal an account would cost
 * the server more than the account's own run does.
 *
 * It may lose what it holds when the process dies: the bulk workflow asks the ledger on a timer, so nothing hangs.
 */
export interface Relay {
  tell(workflowId: string, change: AccountChange): void;
  /** Sends what is waiting; for shutdown. */
  flush(): Promise<void>;
}

export interface RelayOptions {
  /** Delivers one batch. May be called again for the same batch when it throws. */
  send(workflowId: string, batch: AccountChange[]): Promise<void>;
  onError(error: unknown, workflowId: string, lost: number): void;
  /** How long changes are gathered before they are sent, milliseconds. */
  gatherMs?: number;
}

const MAX_BATCH = 500;
const MAX_TRIES = 3;

export function createRelay({ send, onError, gatherMs = 50 }: RelayOptions): Relay {
  const waiting = new Map<string, AccountChange[]>();
  const sending = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  async function deliver(workflowId: string, batch: AccountChange[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await send(workflowId, batch);
        return;
      } catch (error) {
        if (tries >= MAX_TRIES) {
          onError(error, workflowId, batch.length);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200 * tries));
      }
    }
  }

  function sendAll(): void {
    timer = undefined;
    for (const [workflowId, changes] of waiting) {
      for (let start = 0; start < changes.length; start += MAX_BATCH) {
        const delivery = deliver(workflowId, changes.slice(start, start + MAX_BATCH));
        sending.add(delivery);
        void delivery.finally(() => sending.delete(delivery));
      }
    }
    waiting.clear();
  }

  return {
    tell(workflowId, change) {
      const changes = waiting.get(workflowId);
      if (changes) changes.push(change);
      else waiting.set(workflowId, [change]);
      timer ??= setTimeout(sendAll, gatherMs);
    },
    async flush() {
      clearTimeout(timer);
      sendAll();
      await Promise.all(sending);
    },
  };
}
