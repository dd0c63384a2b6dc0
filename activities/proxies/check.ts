import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../contracts/said.ts';
import type { ProxyCheckName, ProxyFindings } from '../../contracts/worker-api.ts';
import type { ProxyAddress, StoredProxy } from './address.ts';
import { isLoopback, parseProxy } from './address.ts';
import { askHttp, askHttps } from './ask.ts';
import { type CheckerAnswer, type CheckerTargets, plainAddress } from './checker.ts';
import { hostOf, type Limits } from './dial.ts';
import { ProxyFault } from './fault.ts';
import { type Sample, sampleFor, sampleTimes } from './samples.ts';
import { conclude } from './verdict.ts';

export interface ProxyToCheck extends StoredProxy {
  /** Address that it should show to the outside. */
  exitAddress: string | null;
  country: string | null;
}

export interface CheckOptions {
  targets: CheckerTargets;
  limits: Limits;
  /** How many requests the latency is taken of; 0 leaves it out. */
  requests: number;
  /** How long it is watched afterwards; 0 leaves it out. */
  stabilitySeconds: number;
  progress?(stage: string): void;
}

type Check = ProxyFindings['checks'][number];

/** Before a request that was refused or cut is made once more: a proxy that flaps is not a dead one. */
const SECOND_TRY_MS = 300;

/**
 * Goes through a proxy from its address to its stability; what builds on a failed check is not checked. Always answers,
 * within bounds: a dead proxy is a finding. @throws only the reason of an aborted signal
 */
export async function checkProxy(proxy: ProxyToCheck, options: CheckOptions): Promise<ProxyFindings> {
  const { targets, limits, progress = () => undefined } = options;
  const checks: Check[] = [];
  const note = (check: ProxyCheckName, outcome: Check['outcome'], detail: string) =>
    checks.push({ check, outcome, detail });
  const failed = () => checks.some(({ outcome }) => outcome === 'failed');
  const end = (more: Partial<Parameters<typeof conclude>[0]> = {}) =>
    conclude({ checks, secondTries, exitAddress: null, latency: null, stability: null, ...more });
  let secondTries = 0;

  const { address, problem } = parseProxy(proxy);
  if (!address) {
    note('address', 'failed', problem);
    return end();
  }
  note('address', 'passed', 'Address and credentials can be read.');

  /** Once more after a refused or cut connection. @returns the answer, or the fault */
  async function attempt(ask: () => Promise<CheckerAnswer>): Promise<CheckerAnswer | ProxyFault> {
    const first = await outcome(ask, limits.signal);
    if (!(first instanceof ProxyFault) || !['refused', 'closed'].includes(first.kind)) return first;
    await sleep(SECOND_TRY_MS, undefined, { signal: limits.signal });
    const second = await outcome(ask, limits.signal);
    if (!(second instanceof ProxyFault)) secondTries += 1;
    return second;
  }

  progress('HTTP');
  const http = await attempt(() => askHttp(address, targets, limits));
  noteHttp(http, address, targets, note);
  // Where the proxy itself could not be used, asking once more over HTTPS would only take time.
  const goesOn = !(http instanceof ProxyFault) || http.kind === 'answer' || http.kind === 'denied';
  if (!goesOn) return end();

  progress('HTTPS');
  const https = await attempt(() => askHttps(address, targets, limits));
  if (https instanceof ProxyFault) note('https', 'failed', withHint(https, address, targets));
  else note('https', 'passed', say(address.protocol === 'socks5' ? 'proxy.https' : 'proxy.https-connect'));

  const seen = [https, http].find((one): one is CheckerAnswer => !(one instanceof ProxyFault));
  if (seen) noteExit(proxy, seen, note);
  const exitAddress = seen?.address ?? null;
  if (failed() || https instanceof ProxyFault) return end({ exitAddress });

  const ask = () => outcome(() => askHttps(address, targets, limits), limits.signal);
  progress('latency');
  const times = await sampleTimes(options.requests, ask);
  progress('stability');
  const watched = await sampleFor(options.stabilitySeconds, ask, limits.signal);
  return end({
    exitAddress,
    latency: times && latencyOf(times),
    stability: watched && { seconds: options.stabilitySeconds, requests: watched.length, failed: failures(watched) },
  });
}

type Note = (check: ProxyCheckName, outcome: Check['outcome'], detail: string) => void;

async function outcome(ask: () => Promise<CheckerAnswer>, signal: AbortSignal): Promise<CheckerAnswer | ProxyFault> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProxyFault) return error;
    signal.throwIfAborted();
    throw error;
  }
}

/** What the first request says of connection, credentials and plain HTTP. */
function noteHttp(http: CheckerAnswer | ProxyFault, address: ProxyAddress, targets: CheckerTargets, note: Note): void {
  const stage = http instanceof ProxyFault ? http.stage : null;
  const detail = http instanceof ProxyFault ? withHint(http, address, targets) : '';
  if (stage === 'connect') {
    note('connect', 'failed', detail);
    return;
  }
  note('connect', 'passed', 'The proxy takes connections.');
  if (stage === 'authentication') {
    note('authentication', 'failed', detail);
    return;
  }
  // What never spoke of credentials says nothing about them.
  const silent = http instanceof ProxyFault && ['silent', 'closed', 'protocol'].includes(http.kind);
  if (silent) note('authentication', 'not-checked', 'The proxy said nothing about it.');
  else {
    const none = 'The proxy asks for no credentials, and none are stored.';
    note('authentication', 'passed', address.username === null ? none : 'The proxy takes the stored credentials.');
  }
  if (stage === null) note('http', 'passed', 'Plain HTTP passes.');
  else note('http', 'failed', detail);
}

function withHint(fault: ProxyFault, { host }: ProxyAddress, targets: CheckerTargets): string {
  const isOutOfReach = fault.kind === 'denied' && !isLoopback(host) && isLoopback(hostOf(targets.http));
  if (!isOutOfReach) return fault.message;
  const hint =
    'The checker listens on this machine alone, where a proxy elsewhere cannot reach it; set FLOTILLA_CHECKER_URL.';
  return `${fault.message} ${hint}`;
}

function noteExit(proxy: ProxyToCheck, { address, country }: CheckerAnswer, note: Note): void {
  const expected = proxy.exitAddress === null ? null : plainAddress(proxy.exitAddress.trim());
  if (expected === null) note('exit', 'passed', say('proxy.exit', { address }));
  else if (expected === plainAddress(address)) note('exit', 'passed', say('proxy.exit-fits', { address }));
  else note('exit', 'failed', say('proxy.exit-wrong', { address, expected }));
  if (country === null) {
    note('country', 'not-checked', 'Not checked: the checker does not know countries.');
  } else if (proxy.country === null || proxy.country === country) {
    note('country', 'passed', say(proxy.country === null ? 'proxy.country' : 'proxy.country-fits', { country }));
  } else note('country', 'failed', say('proxy.country-wrong', { country, expected: proxy.country }));
}

const failures = (samples: readonly Sample[]): number => samples.filter(({ ok }) => !ok).length;

/** Nearest-rank percentiles of the requests that came through. */
function latencyOf(samples: readonly Sample[]): NonNullable<ProxyFindings['latency']> {
  const times = samples
    .filter(({ ok }) => ok)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const percentile = (share: number) => Math.round(times[Math.ceil(times.length * share) - 1] ?? 0);
  return {
    requests: samples.length,
    failed: failures(samples),
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
  };
}
