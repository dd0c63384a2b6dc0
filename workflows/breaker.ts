import type { ErrorType } from '../contracts/errors.ts';
import { ERROR_POLICIES } from '../contracts/errors.ts';
import { say } from '../contracts/said.ts';

/** Fewer ended account tasks than this say nothing about the rest. */
const LEAST_SAMPLES = 5;

/** Opens when the share of failures among the last ended account tasks passes a limit. Pure. */
export function createBreaker(limits: { share: number; among: number }, carried: readonly boolean[] = []) {
  let recent = [...carried];
  let lastType: ErrorType | null = null;

  return {
    /** @returns why it opened, or null */
    note(failed: boolean, type: ErrorType | null): string | null {
      const counts = failed && type !== null && ERROR_POLICIES[type].countsAgainstBreaker;
      if (counts) lastType = type;
      recent = [...recent, counts].slice(-limits.among);
      if (recent.length < Math.min(limits.among, LEAST_SAMPLES)) return null;
      const failures = recent.filter(Boolean).length;
      if (failures / recent.length <= limits.share) return null;
      const opened = say('task.breaker', { failed: failures, count: recent.length });
      return lastType ? `${opened} ${say('task.breaker-last', { why: ERROR_POLICIES[lastType].sentence })}` : opened;
    },
    reset(): void {
      recent = [];
    },
    recent: () => recent,
  };
}

export type Breaker = ReturnType<typeof createBreaker>;
