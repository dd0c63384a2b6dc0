import { LRUCache } from 'lru-cache';
import { tooMany } from './problem.ts';

const FREE_FAILURES = 5;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 5 * 60_000;
const FORGET_AFTER_MS = 30 * 60_000;

/**
 * Slows down guessing: after five failed sign-ins from one address, each further one doubles the wait,
 * from one second up to five minutes; half an hour without a failure forgets the address.
 */
export function createSignInGuard(now: () => number = Date.now) {
  const failures = new LRUCache<string, { count: number; openAt: number }>({ max: 10_000, ttl: FORGET_AFTER_MS });
  return {
    /** @throws Problem 429 with `Retry-After` while the address must wait */
    check(address: string): void {
      const entry = failures.get(address);
      const waitMs = (entry?.openAt ?? 0) - now();
      if (waitMs > 0) throw tooMany('Too many failed sign-ins from your address. Wait a little.', waitMs / 1_000);
    },
    failed(address: string): void {
      const count = (failures.get(address)?.count ?? 0) + 1;
      const over = count - FREE_FAILURES;
      const delayMs = over < 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** Math.min(over, 20), LONGEST_DELAY_MS);
      failures.set(address, { count, openAt: now() + delayMs });
    },
    succeeded(address: string): void {
      failures.delete(address);
    },
  };
}
export type SignInGuard = ReturnType<typeof createSignInGuard>;
