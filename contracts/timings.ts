import { z } from 'zod';

/**
 * How long steps take, counted in buckets: workers count, the API adds up, and percentiles are read from the sums.
 * The bounds are the same everywhere and for good, or stored counts could not be added to new ones.
 */
const FIRST_MS = 1;
const LAST_MS = 3_600_000;
const GROWTH = 1.25;

/** The bucket of what takes longer than the last bound; the widest number that its column holds. */
export const OVER_MS = 2_147_483_647;

function growingBounds(): number[] {
  const bounds: number[] = [];
  for (let bound = FIRST_MS; bound < LAST_MS; bound = Math.max(bound + 1, Math.round(bound * GROWTH))) {
    bounds.push(bound);
  }
  return [...bounds, LAST_MS];
}

/** Upper bounds of the buckets in milliseconds, each inclusive, growing by about a quarter from 1 ms to 1 h. */
export const TIMING_BOUNDS_MS: readonly number[] = growingBounds();

/** The upper bound of the bucket that a duration falls into; {@link OVER_MS} above an hour. */
export function boundOf(durationMs: number): number {
  let low = 0;
  let high = TIMING_BOUNDS_MS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((TIMING_BOUNDS_MS[middle] ?? OVER_MS) < durationMs) low = middle + 1;
    else high = middle;
  }
  return TIMING_BOUNDS_MS[low] ?? OVER_MS;
}

export interface Bucket {
  leMs: number;
  n: number;
}

/**
 * The duration, in milliseconds, that a share `q` (0 to 1) of what was counted does not exceed. Within a bucket the
 * counts are taken as evenly spread, so the answer is off by an eighth at most; above an hour it is an hour.
 * @returns null when nothing was counted
 */
export function quantile(buckets: readonly Bucket[], q: number): number | null {
  const counts = new Map<number, number>();
  for (const { leMs, n } of buckets) if (n > 0) counts.set(leMs, (counts.get(leMs) ?? 0) + n);
  const sorted = [...counts].sort(([left], [right]) => left - right);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  const rank = Math.min(1, Math.max(0, q)) * total;
  let before = 0;
  for (const [leMs, n] of sorted) {
    if (before + n >= rank) {
      if (leMs > LAST_MS) return LAST_MS;
      const lower = lowerBoundOf(leMs);
      return lower + (leMs - lower) * ((rank - before) / n);
    }
    before += n;
  }
  return LAST_MS;
}

function lowerBoundOf(leMs: number): number {
  return TIMING_BOUNDS_MS.findLast((bound) => bound < leMs) ?? 0;
}

/** One bucket's news: what was counted since the last report. */
export const timingSchema = z.object({
  kind: z.string().min(1).max(60),
  step: z.string().min(1).max(100),
  /** `ok`, `cancelled`, or the type of the error. */
  outcome: z.string().min(1).max(100),
  leMs: z.int().min(1).max(OVER_MS),
  n: z.int32().min(1),
  // Thirty years: thousands of such sums still fit the database's 64 bits.
  sumMs: z.int().nonnegative().max(1e12),
});
export type Timing = z.infer<typeof timingSchema>;

/**
 * The kind of work behind a workflow's type: `bulkMediaUniq` and `accountMediaUniq` → `media-uniq`; anything else by its
 * own name, `scheduledBulkTask` → `scheduled-bulk-task`.
 */
export function kindOfWorkflowType(workflowType: string): string {
  const name = /^(?:bulk|account)([A-Z].*)$/.exec(workflowType)?.[1] ?? workflowType;
  return name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
