import type { Canary } from '../contracts/bulk.ts';
import { canaryWaits, WINDOW_MIN } from '../contracts/bulk.ts';
import type { CarriedBulk } from '../contracts/orchestration.ts';
import type { BulkState } from '../contracts/states.ts';
import { type Breaker, createBreaker } from './breaker.ts';

/** Where a bulk task stands: what orders change, and its workflow goes by. */
export interface Stand {
  state: BulkState;
  /** How many account tasks run at once. */
  size: number;
  paused: boolean;
  /** Why it is paused, or being cancelled. */
  reason: string | null;
  cancelledBy: string | null;
  /** Whether the ledger has told this run what it begins with: orders wait until then. */
  attached: boolean;
  breaker: Breaker;
  /** The account tasks that go first; null without any, and until the ledger has told. */
  canary: Canary | null;
  /** The remaining time is told by the account tasks that ended since. */
  rate: { ended: number; sinceMs: number };
}

export function createStand(carried: CarriedBulk | undefined): Stand {
  return {
    state: 'running',
    size: carried?.window ?? WINDOW_MIN,
    paused: carried?.paused ?? false,
    reason: carried?.pauseReason ?? null,
    cancelledBy: carried?.cancelledBy ?? null,
    attached: false,
    canary: carried?.canary ?? null,
    breaker: createBreaker({ share: 1, among: 1 }, carried?.recent),
    rate: { ended: 0, sinceMs: Date.now() },
  };
}

/** Whether only the canary's account tasks may begin. */
export const isHeldBack = ({ canary }: Stand): boolean => canary !== null && canary.state !== 'approved';

/** Why it stands as it does, for people to read. */
export const reasonOf = ({ reason, canary }: Stand): string | null =>
  reason ?? (canary?.state === 'waiting' ? canaryWaits(canary.size) : null);
