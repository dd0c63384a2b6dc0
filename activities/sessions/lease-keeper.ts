import type { Logger } from '../../config/logger.ts';
import type { LeaseProof } from './link.ts';

export interface LeaseKeeper {
  /** Renews the lease until it is dropped. @param onLost called once, when the lease is gone for certain or expired */
  keep(id: string, proof: LeaseProof, onLost: () => void): void;
  drop(id: string): void;
  stop(): void;
}

interface Kept {
  proof: LeaseProof;
  onLost: () => void;
  renewedAt: number;
}

/**
 * Renews the leases of all open sessions, every third of their time to live. An answer of "no" loses a lease at once;
 * no answer loses it when it must have expired, since another host may hold it from then on.
 */
export function createLeaseKeeper(options: {
  renew: (proof: LeaseProof) => Promise<boolean>;
  ttlMs: number;
  log: Logger;
}): LeaseKeeper {
  const { renew, ttlMs, log } = options;
  const kept = new Map<string, Kept>();

  function lose(id: string, lease: Kept, why: string): void {
    if (kept.get(id) !== lease) return;
    kept.delete(id);
    log.warn({ accountId: lease.proof.accountId, why }, 'a lease was lost');
    lease.onLost();
  }

  async function renewOne(id: string, lease: Kept): Promise<void> {
    const askedAt = Date.now();
    try {
      if (await renew(lease.proof)) lease.renewedAt = askedAt;
      else lose(id, lease, 'it belongs to nobody or somebody else now');
    } catch {
      // Whoever renews may be away for a moment; the lease is still ours until it expires.
    }
  }

  const timer = setInterval(() => {
    for (const [id, lease] of kept) {
      if (Date.now() - lease.renewedAt >= ttlMs) lose(id, lease, 'it could not be renewed in time');
      else void renewOne(id, lease);
    }
  }, ttlMs / 3);
  timer.unref();

  return {
    keep(id, proof, onLost) {
      kept.set(id, { proof, onLost, renewedAt: Date.now() });
    },
    drop: (id) => kept.delete(id),
    stop() {
      clearInterval(timer);
      kept.clear();
    },
  };
}
