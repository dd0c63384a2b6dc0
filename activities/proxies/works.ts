import { ApplicationFailure } from '@temporalio/common';
import type { AddressGuard } from '../../config/address-guard.ts';
import { type Env, EnvError } from '../../config/env.ts';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import type { AccountProxy, ProxyFindings } from '../../contracts/worker-api.ts';
import type {
  CheckedProxy,
  ProxyCheckOrder,
  WorkActivities,
  WorkInput,
  WorkOutput,
  WorkRequest,
} from '../../contracts/works.ts';
import { withFailures } from '../failures.ts';
import { beating } from '../heartbeat.ts';
import type { HostLink } from '../link.ts';
import type { LeaseProof } from '../sessions/link.ts';
import { checkProxy } from './check.ts';
import { type CheckerTargets, startChecker } from './checker.ts';
import { createProxyLink } from './link.ts';
import { type Candidate, candidates } from './normalise.ts';

/** How many spares one account task looks at before it gives up. */
const MOST_SPARES = 5;
const SWITCHED = 'The account was switched to this spare of the pool.';

type ProxyWorks = Pick<WorkActivities<'network'>, 'checkProxy' | 'repairProxy' | 'switchProxy'>;
type Settings = Pick<
  Env,
  'FLOTILLA_CHECKER_URL' | 'FLOTILLA_CHECKER_HTTPS_URL' | 'FLOTILLA_PROXY_CONNECT_MS' | 'FLOTILLA_PROXY_ANSWER_MS'
>;

export interface ProxyWorksDependencies {
  link: Pick<HostLink, 'call' | 'renewLease'>;
  env: Settings;
  /** Which addresses may be called. */
  guard: AddressGuard;
}

/**
 * The checker of the settings, or one of this process, started when the first proxy is checked. What its address leads
 * to is looked at each time: proxies are told to call it.
 */
function checkerOf(env: Settings, guard: AddressGuard): () => Promise<CheckerTargets> {
  const { FLOTILLA_CHECKER_URL: http, FLOTILLA_CHECKER_HTTPS_URL: https } = env;
  if (http && https) {
    const targets = { http: new URL(http), https: new URL(https), ca: null };
    return async () => {
      for (const { hostname } of [targets.http, targets.https]) {
        const why = await guard.refusalToKeep(hostname);
        if (why !== null) {
          throw new TaskError('InvalidInput', `${say('proxy.checker-inside')} ${why}`);
        }
      }
      return targets;
    };
  }
  if (http || https) {
    throw new EnvError('FLOTILLA_CHECKER_URL and FLOTILLA_CHECKER_HTTPS_URL are set together, or neither of them.');
  }
  let own: Promise<CheckerTargets> | undefined;
  return () => {
    own ??= startChecker().catch((error: unknown) => {
      own = undefined;
      throw error;
    });
    return own;
  };
}

/** One account's proxy, and how thoroughly it is to be checked. */
interface Visit {
  proof: LeaseProof;
  accountTaskId: string;
  order: ProxyCheckOrder;
  signal: AbortSignal;
  progress(stage: string): void;
}

/**
 * Works of the network role about proxies. Each may be repeated, also after its worker died in the middle: what was
 * changed by then is read back. What they answer goes into histories and holds no secret.
 */
export function createProxyWorks({ link, env, guard }: ProxyWorksDependencies): ProxyWorks {
  const targetsOf = checkerOf(env, guard);
  const proxies = createProxyLink(link);

  async function look(proxy: AccountProxy, { order, signal, progress }: Visit): Promise<ProxyFindings> {
    const { FLOTILLA_PROXY_CONNECT_MS: connectMs, FLOTILLA_PROXY_ANSWER_MS: answerMs } = env;
    const limits = { connectMs, answerMs, signal, guard };
    return checkProxy(proxy, { targets: await targetsOf(), limits, progress, ...order });
  }

  /** Checks it as it is stored and keeps what was found; `ifHealthy` is what was changed when it is. */
  async function lookAndRecord(
    proxy: AccountProxy,
    visit: Visit,
    { changed = [], ifHealthy = [] }: { changed?: string[]; ifHealthy?: string[] } = {},
  ): Promise<CheckedProxy> {
    const findings = await look(proxy, visit);
    const { id: proxyId, version } = proxy;
    const changes = findings.status === 'healthy' ? [...changed, ...ifHealthy] : changed;
    await proxies.record(visit.proof, { proxyId, version, accountTaskId: visit.accountTaskId, findings, changes });
    return { proxyId, findings, changes };
  }

  /** The first address under which the proxy does something, if it is another one than it has. */
  async function betterAddress(proxy: AccountProxy, visit: Visit): Promise<Candidate | null> {
    const quick: Visit = { ...visit, order: { requests: 0, stabilitySeconds: 0 } };
    for (const candidate of candidates(proxy)) {
      if (candidate.changes.length === 0) continue;
      visit.progress('another address');
      const { status } = await look({ ...proxy, ...candidate.address }, quick);
      if (status !== 'failing') return candidate;
    }
    return null;
  }

  async function repair(visit: Visit): Promise<WorkOutput<'repairProxy'>> {
    const { proof, accountTaskId } = visit;
    const proxy = await proxies.read(proof, accountTaskId);
    // Its worker died after the repair was kept: only the check is left to do.
    if (proxy.repaired) return { repaired: true, ...(await lookAndRecord(proxy, visit, { changed: proxy.repaired })) };
    const better = await betterAddress(proxy, visit);
    if (!better) return { repaired: false };
    const { changes, address } = better;
    const { protocol, host, port, username, password } = address;
    const changed = { protocol, host, port, username, password, changes };
    await proxies.repair(proof, { proxyId: proxy.id, version: proxy.version, accountTaskId, ...changed });
    return { repaired: true, ...(await lookAndRecord(await proxies.read(proof), visit, { changed: changes })) };
  }

  async function switchOver(visit: Visit, fromProxyId: string, because: string): Promise<CheckedProxy> {
    const { proof } = visit;
    const tried: string[] = [];
    // Whatever it has instead by now was given to it before this worker's predecessor died.
    let proxy = await proxies.read(proof);
    for (;;) {
      if (proxy.id !== fromProxyId) {
        const checked = await lookAndRecord(proxy, visit, { ifHealthy: [SWITCHED] });
        if (checked.findings.status === 'healthy') return checked;
        tried.push(proxy.id);
      }
      const enough = tried.length >= MOST_SPARES;
      const next = enough
        ? null
        : (await proxies.switch(proof, { from: proxy.id, except: [fromProxyId, ...tried] })).proxyId;
      if (next === null) break;
      proxy = await proxies.read(proof);
    }
    if (proxy.id !== fromProxyId) await proxies.switch(proof, { from: proxy.id, to: fromProxyId });
    const none = tried.length === 0 ? 'No spare of the pool is free.' : 'None of the free spares is healthy.';
    throw proxyFailed(`${because} ${none}`);
  }

  /** One work after another may take longer than a claim holds. A lost lease shows at the next call. */
  const prolong = ({ proof }: Visit): Promise<boolean> => link.renewLease(proof);

  const visiting =
    <Input extends ProxyCheckOrder, Output>(work: (visit: Visit, input: Input) => Promise<Output>) =>
    ({ accountId, fencingToken, accountTaskId, input }: Omit<WorkRequest<'checkProxy'>, 'input'> & { input: Input }) =>
      beating(async ({ signal, progress }) => {
        const { requests, stabilitySeconds } = input;
        const order = { requests, stabilitySeconds };
        const proof = { accountId, fencingToken };
        return work({ proof, accountTaskId, order, signal, progress }, input);
      });

  return withFailures<ProxyWorks>({
    checkProxy: visiting(async (visit) => lookAndRecord(await proxies.read(visit.proof), visit)),
    repairProxy: visiting(async (visit) => {
      await prolong(visit);
      return repair(visit);
    }),
    switchProxy: visiting(async (visit, { fromProxyId, because }: WorkInput<'switchProxy'>) => {
      await prolong(visit);
      return switchOver({ ...visit, order: briefly(visit.order) }, fromProxyId, because);
    }),
  });
}

/** Several spares are looked at within one work. */
const briefly = ({ requests, stabilitySeconds }: ProxyCheckOrder): ProxyCheckOrder => ({
  requests: Math.min(requests, 10),
  stabilitySeconds: Math.min(stabilitySeconds, 60),
});

/** The end of the account task. It was looked at as thoroughly as ordered, so that trying again is for people to say. */
const proxyFailed = (verdict: string) =>
  ApplicationFailure.create({ type: 'ProxyFailed', message: verdict, nonRetryable: true, details: [{}] });
