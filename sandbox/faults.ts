import { randomUUID } from 'node:crypto';
import { accountKey } from './state.ts';

export const FAULTS = [
  'slow',
  'error',
  'drop-before',
  'drop-after',
  'expire-session',
  'challenge',
  'throttle',
  'suspend',
  'move-buttons',
] as const;
export type FaultName = (typeof FAULTS)[number];

export interface FaultOrder {
  fault: FaultName;
  /** Probability, 0 to 1, for each request that the fault fits. */
  rate?: number | undefined;
  /** How often at most. */
  count?: number | undefined;
  /** Only for this account. */
  username?: string | undefined;
  /** How long `slow` waits, milliseconds. */
  ms?: number | undefined;
  /** What `throttle` asks for, seconds. */
  seconds?: number | undefined;
  /** The code that `challenge` sends by e-mail, instead of six digits by chance. */
  code?: string | undefined;
}

export interface ActiveFault extends FaultOrder {
  id: string;
  hits: number;
}

export interface Faults {
  /** Replaces all faults. They last as long as the process. */
  set(orders: readonly FaultOrder[]): void;
  list(): readonly ActiveFault[];
  /**
   * The fault that strikes this request, if one does; it counts as one hit.
   * @param username whose request it is; without one, faults that name an account stay away
   * @param fits a further condition a fault has to meet before its dice are thrown
   */
  strike(fault: FaultName, username: string | null, fits?: (active: ActiveFault) => boolean): ActiveFault | null;
}

export function createFaults(random: () => number = Math.random): Faults {
  let active: ActiveFault[] = [];
  return {
    set: (orders) => {
      active = orders.map((order) => ({ ...order, id: randomUUID(), hits: 0 }));
    },
    list: () => active,
    strike: (fault, username, fits = () => true) => {
      for (const candidate of active) {
        if (candidate.fault !== fault || candidate.hits >= (candidate.count ?? Number.POSITIVE_INFINITY)) continue;
        if (candidate.username !== undefined) {
          if (username === null || accountKey(candidate.username) !== accountKey(username)) continue;
        }
        if (!fits(candidate) || random() >= (candidate.rate ?? 1)) continue;
        candidate.hits += 1;
        return candidate;
      }
      return null;
    },
  };
}
