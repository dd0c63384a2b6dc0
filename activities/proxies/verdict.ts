import { say } from '../../contracts/said.ts';
import { PROXY_CHECKS, type ProxyCheckName, type ProxyFindings } from '../../contracts/worker-api.ts';

export const CHECK_TITLES: Readonly<Record<ProxyCheckName, string>> = {
  address: 'the address',
  connect: 'connecting',
  authentication: 'authentication',
  http: 'plain HTTP',
  https: 'HTTPS',
  exit: 'the exit address',
  country: 'the country',
  latency: 'latency',
  stability: 'stability',
};

interface Found extends Pick<ProxyFindings, 'checks' | 'exitAddress' | 'latency' | 'stability'> {
  /** How many requests came through only at the second try. */
  secondTries: number;
}

type Check = ProxyFindings['checks'][number];

function latencyCheck(latency: Found['latency']): Check | null {
  if (!latency) return null;
  const { requests, failed, p50Ms, p95Ms } = latency;
  const times = { count: requests, half: p50Ms, most: p95Ms };
  const detail =
    failed === 0
      ? say('proxy.latency', times)
      : failed < requests
        ? say('proxy.latency-some', { ...times, failed })
        : say('proxy.latency-failed', { count: requests, failed });
  return { check: 'latency', outcome: failed === 0 ? 'passed' : 'failed', detail };
}

function stabilityCheck(stability: Found['stability']): Check | null {
  if (!stability) return null;
  const { seconds, requests, failed } = stability;
  const detail = say('proxy.stability', { through: requests - failed, count: requests, seconds });
  return { check: 'stability', outcome: failed === 0 ? 'passed' : 'failed', detail };
}

/** Draws the conclusion from all that was found: a status, and a verdict that people read. */
export function conclude({ secondTries, ...found }: Found): ProxyFindings {
  const known = [...found.checks, latencyCheck(found.latency), stabilityCheck(found.stability)];
  const checks = PROXY_CHECKS.map(
    (name): Check =>
      known.find((one) => one?.check === name) ?? { check: name, outcome: 'not-checked', detail: 'Not checked.' },
  );
  const broken = checks.filter(({ outcome }) => outcome === 'failed');
  const isShaky = broken.every(({ check }) => check === 'latency' || check === 'stability');
  const samples = [found.latency, found.stability].filter((one) => one !== null);
  const isDead = samples.length > 0 && samples.every(({ requests, failed }) => failed === requests);
  const status =
    broken.length === 0 && secondTries === 0 ? 'healthy' : isShaky && !isDead ? 'unstable' : ('failing' as const);
  const says = (one: Check, at: number) =>
    say(at === 0 ? 'proxy.failing-at' : 'proxy.also-at', { check: CHECK_TITLES[one.check], why: one.detail });
  const again = secondTries > 0 ? ['Requests came through only at the second try.'] : [];
  const parts = {
    healthy: () => {
      const detail = (name: ProxyCheckName) => checks.find(({ check }) => check === name)?.detail ?? '';
      const country = checks.find(({ check }) => check === 'country');
      return [
        'Healthy.',
        detail('exit'),
        country?.outcome === 'passed' ? country.detail : 'The country was not checked.',
        ...samplesSaid(checks),
      ];
    },
    unstable: () => ['Unstable.', ...again, ...broken.map(({ detail }) => detail)],
    failing: () => broken.map(says),
  };
  return { ...found, checks, status, verdict: parts[status]().join(' ') };
}

const samplesSaid = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ check, outcome }) => (check === 'latency' || check === 'stability') && outcome === 'passed')
    .map(({ detail }) => detail);
