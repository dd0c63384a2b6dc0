import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import { ADDRESS_REFUSED, type AddressGuard } from '../../config/address-guard.ts';
import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import type { ProxyAddress } from '../proxies/address.ts';
import { parseProxy } from '../proxies/address.ts';
import { tunnelHttp, tunnelSocks } from '../proxies/dial.ts';
import { ProxyFault } from '../proxies/fault.ts';
import type { ProxySettings } from '../sessions/link.ts';

const CONNECT_MS = 15_000;
/** How long an answer may take to begin, and how long it may pause, once all has been sent. */
const ANSWER_MS = 60_000;
/** The slowest upload that is still waited for: 1 Mbit/s. */
const BYTES_A_MS = 125;

const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, socks5: 1080 };

const TIMES = { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, connectTimeout: CONNECT_MS };

/** @throws TaskError `ProxyFailed` for an address that no proxy can have */
function addressOf({ server, username, password }: ProxySettings): ProxyAddress {
  const url = URL.canParse(server) ? new URL(server) : null;
  const protocol = url?.protocol.slice(0, -1) ?? '';
  const parsed = parseProxy({
    protocol,
    host: url?.hostname.replace(/^\[|\]$/g, '') ?? '',
    // Where the address leaves the scheme's own port out.
    port: Number(url?.port || USUAL_PORTS[protocol]),
    username: username ?? null,
    password: password ?? null,
  });
  if (parsed.address) return parsed.address;
  throw new TaskError('ProxyFailed', `${say('proxy.bad-address')} ${parsed.problem}`);
}

/**
 * Every connection is a tunnel that the proxy makes; what is encrypted stays so between here and the platform. The
 * package's own agent for proxies asks one that hangs up again and again, without end.
 */
function tunnels(proxy: ProxyAddress, guard: NetworkGuards['proxy'], signal: AbortSignal): Agent {
  const encrypt = buildConnector({ timeout: CONNECT_MS });
  const limits = { connectMs: CONNECT_MS, answerMs: CONNECT_MS, signal, guard };
  return new Agent({
    ...TIMES,
    connect(options, callback) {
      const target = new URL(`${options.protocol}//${options.host ?? options.hostname}`);
      const tunnel =
        proxy.protocol === 'socks5' ? tunnelSocks(proxy, target, 'https', limits) : tunnelHttp(proxy, target, limits);
      tunnel.then(
        (httpSocket) => {
          if (options.protocol === 'https:') encrypt({ ...options, httpSocket }, callback);
          else callback(null, httpSocket);
        },
        (error: Error) => callback(error, null),
      );
    },
  });
}

/** Asked at each connection, those of redirects among them. */
function direct({ literalRefusal, lookup }: NetworkGuards['platform']): Agent {
  const open = buildConnector({ timeout: CONNECT_MS, lookup });
  return new Agent({
    ...TIMES,
    connect(options, callback) {
      const why = literalRefusal(options.hostname);
      if (why === null) open(options, callback);
      else callback(Object.assign(new Error(why), { code: ADDRESS_REFUSED }), null);
    },
  });
}

/** What lies under a failed fetch: the proxy's own fault, and the deepest code, e.g. `ECONNREFUSED`. */
function causeOf(error: unknown): { fault: ProxyFault | null; code: string | null } {
  let code: string | null = null;
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof ProxyFault) return { fault: at, code };
    if ('code' in at && typeof at.code === 'string') code = at.code;
  }
  return { fault: null, code };
}

/** What a request without an answer means. Texts of libraries are not told: they may hold addresses. */
function networkError(error: unknown, throughProxy: boolean): TaskError {
  const { fault, code } = causeOf(error);
  if (fault?.stage === 'connect' || fault?.stage === 'authentication') {
    return new TaskError('ProxyFailed', fault.message);
  }
  if (code === ADDRESS_REFUSED) {
    return new TaskError('Unavailable', 'The platform named an address in a network that is not public.');
  }
  if (throughProxy) {
    const why = code === null ? say('platform.unreached-proxy') : say('platform.unreached-proxy-code', { code });
    return new TaskError('ProxyFailed', why);
  }
  return new TaskError(
    'Unavailable',
    code === null ? say('platform.unreached') : say('platform.unreached-code', { code }),
  );
}

function bytesOf(body: unknown): number {
  if (body instanceof Blob) return body.size;
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (ArrayBuffer.isView(body)) return body.byteLength;
  return 0;
}

export interface AccountFetch {
  /**
   * As the platform's own, through the account's proxy. Ends when the current step is aborted.
   * @throws TaskError `ProxyFailed`, `Unavailable`; the signal's reason
   */
  fetch: typeof globalThis.fetch;
  /** Breaks off whatever is under way. */
  close(): Promise<void>;
}

/** Which addresses may be connected to: of proxies, and of what the platform itself names. */
export interface NetworkGuards {
  proxy: Pick<AddressGuard, 'literalRefusal' | 'lookup'>;
  platform: Pick<AddressGuard, 'literalRefusal' | 'lookup'>;
}

/** @param stepSignal the signal of the step that runs now */
export function createAccountFetch(
  proxy: ProxySettings | null,
  stepSignal: () => AbortSignal,
  guards: NetworkGuards,
): AccountFetch {
  const closing = new AbortController();
  const dispatcher = proxy ? tunnels(addressOf(proxy), guards.proxy, closing.signal) : direct(guards.platform);

  async function send(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    if (input instanceof Request) throw new TypeError('Give an address and what to send, not a request.');
    const tooLong = new AbortController();
    const signals = [stepSignal(), tooLong.signal, ...(init.signal ? [init.signal] : [])];
    const limit = setTimeout(() => tooLong.abort(), ANSWER_MS + bytesOf(init.body) / BYTES_A_MS);
    try {
      const options = { ...init, signal: AbortSignal.any(signals), dispatcher };
      // Node's own types of fetch and those of its package describe the same thing in two versions.
      return (await undiciFetch(input, options as Parameters<typeof undiciFetch>[1])) as unknown as Response;
    } catch (error) {
      const aborted = signals.find((signal) => signal.aborted && signal !== tooLong.signal);
      if (aborted) throw aborted.reason;
      if (tooLong.signal.aborted) throw new TaskError('Unavailable', 'The platform did not answer in time.');
      throw networkError(error, proxy !== null);
    } finally {
      clearTimeout(limit);
    }
  }

  return {
    fetch: send,
    close() {
      closing.abort(new Error('The session was closed.'));
      return dispatcher.destroy();
    },
  };
}
