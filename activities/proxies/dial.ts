import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { SocksClient } from 'socks';
import type { AddressGuard } from '../../config/address-guard.ts';
import { say } from '../../contracts/said.ts';
import type { ProxyAddress } from './address.ts';
import { bounded } from './bounded.ts';
import { brokenFault, connectFault, type FaultStage, insideFault, ProxyFault } from './fault.ts';

/** Longest waits of one exchange with a proxy, milliseconds. */
export interface Limits {
  connectMs: number;
  answerMs: number;
  signal: AbortSignal;
  /** Which addresses may be connected to: a proxy's address is what somebody typed. */
  guard: Pick<AddressGuard, 'literalRefusal' | 'lookup'>;
  /** PEM of an authority for proxies that are themselves called over TLS, beside the usual ones. */
  proxyCa?: string;
}

export const silent = (stage: FaultStage) => () =>
  new ProxyFault(stage, 'silent', 'The proxy took the connection and did not answer in time.');

export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** `Proxy-Authorization` for an HTTP proxy (RFC 7617). */
export function authorization({ username, password }: ProxyAddress): Record<string, string> {
  if (username === null) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

/** A connection to the proxy itself. @throws ProxyFault of stage `connect` */
export async function openProxy(proxy: ProxyAddress, limits: Limits): Promise<Socket> {
  const { host, port } = proxy;
  const { guard } = limits;
  if (guard.literalRefusal(host) !== null) throw insideFault();
  const lookup: AddressGuard['lookup'] = (name, options, done) => guard.lookup(name, options, done);
  const tls = {
    host,
    port,
    lookup,
    ...(isIP(host) ? {} : { servername: host }),
    ...(limits.proxyCa && { ca: limits.proxyCa }),
  };
  const socket = proxy.protocol === 'https' ? connectTls(tls) : connectTcp({ host, port, lookup, noDelay: true });
  const late = () =>
    new ProxyFault('connect', 'silent', 'Nothing answered at this address and port: the connection was never made.');
  return bounded<Socket>(
    { ms: limits.connectMs, signal: limits.signal, late },
    (done, fail) => {
      // Stays: an error that comes when nobody waits any more must not end the process.
      socket.on('error', (error) => fail(connectFault(error)));
      socket.once('close', () => fail(connectFault(null)));
      socket.once(proxy.protocol === 'https' ? 'secureConnect' : 'connect', () => done(socket));
    },
    () => socket.destroy(),
  );
}

export const wantsCredentials = ({ username }: ProxyAddress): ProxyFault =>
  new ProxyFault(
    'authentication',
    'auth',
    username === null
      ? 'The proxy asks for a user name and a password, and none are stored.'
      : 'The proxy refused the user name or the password.',
  );

/** A way to `target` through an HTTP proxy's CONNECT (RFC 9110, 9.3.6). @throws ProxyFault */
export async function tunnelHttp(proxy: ProxyAddress, target: URL, limits: Limits): Promise<Socket> {
  const socket = await openProxy(proxy, limits);
  const authority = `${target.hostname}:${portOf(target)}`;
  return bounded<Socket>(
    { ms: limits.answerMs, signal: limits.signal, late: silent('https') },
    (done, fail) => {
      const asked = httpRequest({
        createConnection: () => socket,
        method: 'CONNECT',
        path: authority,
        headers: { host: authority, ...authorization(proxy) },
      });
      asked.once('connect', (response: IncomingMessage) => {
        const status = response.statusCode ?? 0;
        if (status === 407) fail(wantsCredentials(proxy));
        else if (status >= 200 && status < 300) done(socket);
        else fail(new ProxyFault('https', 'denied', say('proxy.no-https', { status })));
      });
      asked.on('error', (error) => fail(brokenFault('https', error)));
      asked.end();
    },
    () => socket.destroy(),
  );
}

/** A way to `target` through a SOCKS5 proxy (RFC 1928, RFC 1929). @throws ProxyFault */
export async function tunnelSocks(
  proxy: ProxyAddress,
  target: URL,
  stage: FaultStage,
  limits: Limits,
): Promise<Socket> {
  const socket = await openProxy(proxy, limits);
  return bounded<Socket>(
    { ms: limits.answerMs, signal: limits.signal, late: silent('authentication') },
    (done, fail) => {
      SocksClient.createConnection({
        command: 'connect',
        destination: { host: hostOf(target), port: portOf(target) },
        proxy: {
          host: proxy.host,
          port: proxy.port,
          type: 5,
          ...(proxy.username === null ? {} : { userId: proxy.username, password: proxy.password ?? '' }),
        },
        // The time is kept here.
        timeout: limits.answerMs * 2,
        existing_socket: socket,
      }).then(
        () => done(socket),
        (error: unknown) => fail(socksFault(proxy, stage, error)),
      );
    },
    () => socket.destroy(),
  );
}

/** The library says it in words; its error holds the password beside them and goes no further. */
function socksFault(proxy: ProxyAddress, stage: FaultStage, error: unknown): ProxyFault {
  const text = error instanceof Error ? error.message : '';
  if (/authentication failed|no accepted authentication/i.test(text)) return wantsCredentials(proxy);
  if (/invalid socks version|initial handshake/i.test(text)) {
    return new ProxyFault('authentication', 'protocol', 'What answers at this port does not speak SOCKS5.');
  }
  const [, why] = /rejected connection - (\w+)/.exec(text) ?? [];
  if (why) return new ProxyFault(stage, 'denied', say('proxy.answered', { why }));
  if (/final handshake/i.test(text)) {
    return new ProxyFault(stage, 'protocol', 'What answers at this port does not speak SOCKS5.');
  }
  return new ProxyFault('authentication', 'closed', 'The proxy cut the connection during the SOCKS5 greeting.');
}

/** TLS inside a tunnel. @throws ProxyFault of stage `https` */
export function secure(socket: Socket, target: URL, ca: string | null, limits: Limits): Promise<Socket> {
  const host = hostOf(target);
  const tls = connectTls({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...(ca === null ? {} : { ca }) });
  return bounded<Socket>(
    { ms: limits.answerMs, signal: limits.signal, late: silent('https') },
    (done, fail) => {
      tls.on('error', (error) => fail(brokenFault('https', error)));
      tls.once('close', () => fail(brokenFault('https', null)));
      tls.once('secureConnect', () => done(tls));
    },
    () => {
      tls.destroy();
      socket.destroy();
    },
  );
}
