/** Fewer ended account tasks than this make no rate. */
const LEAST_ENDED = 3;

/** Seconds until the rest has ended at the rate so far, or null while that cannot be told. */
export function etaSeconds(run: {
  remaining: number;
  ended: number;
  elapsedMs: number;
  stopped: boolean;
}): number | null {
  if (run.remaining === 0) return 0;
  if (run.stopped || run.ended < LEAST_ENDED || run.elapsedMs <= 0) return null;
  return Math.round((run.remaining * run.elapsedMs) / run.ended / 1_000);
}
