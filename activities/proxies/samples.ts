import { setTimeout as sleep } from 'node:timers/promises';

/** One request through a proxy: whether it came through, and how long it took with its own connection. */
export interface Sample {
  ok: boolean;
  ms: number;
}

type Ask = () => Promise<object | Error>;

/** So many failures in a row say what more of them would say. */
const ENOUGH_FAILURES = 3;
/** Requests over the time that a proxy is watched, and the least time between two of them, milliseconds. */
const WATCH_REQUESTS = 12;
const LEAST_GAP_MS = 250;
/** Of a slow proxy fewer requests are taken. */
const LONGEST_SAMPLING_MS = 120_000;

async function sample(ask: Ask): Promise<Sample> {
  const begin = performance.now();
  const ok = !((await ask()) instanceof Error);
  return { ok, ms: performance.now() - begin };
}

const isHopeless = (samples: readonly Sample[]): boolean =>
  samples.length >= ENOUGH_FAILURES && samples.slice(-ENOUGH_FAILURES).every(({ ok }) => !ok);

/** So many requests, one after the other. @returns null when none is wanted */
export async function sampleTimes(requests: number, ask: Ask): Promise<Sample[] | null> {
  if (requests === 0) return null;
  const samples: Sample[] = [];
  const until = performance.now() + LONGEST_SAMPLING_MS;
  while (samples.length < requests && !isHopeless(samples) && performance.now() < until) {
    samples.push(await sample(ask));
  }
  return samples;
}

/** Requests spread over so many seconds. @returns null when none is wanted */
export async function sampleFor(seconds: number, ask: Ask, signal: AbortSignal): Promise<Sample[] | null> {
  if (seconds === 0) return null;
  const until = performance.now() + seconds * 1_000;
  const gapMs = Math.max(LEAST_GAP_MS, (seconds * 1_000) / WATCH_REQUESTS);
  const samples: Sample[] = [];
  while (performance.now() < until && !isHopeless(samples)) {
    const { ok, ms } = await sample(ask);
    samples.push({ ok, ms });
    const leftMs = until - performance.now();
    await sleep(Math.max(0, Math.min(gapMs - ms, leftMs)), undefined, { signal });
  }
  return samples;
}
