import { isIP, isIPv6 } from 'node:net';

export const PROXY_PROTOCOLS = ['http', 'https', 'socks5'] as const;
export type ProxyProtocol = (typeof PROXY_PROTOCOLS)[number];

/** A proxy as the ledger has it, however it came there. */
export interface StoredProxy {
  protocol: string;
  host: string;
  port: number;
  username: string | null;
  password: string | null;
}

/** A proxy that can be called. */
export interface ProxyAddress extends StoredProxy {
  protocol: ProxyProtocol;
}

export type ParsedProxy = { address: ProxyAddress; problem: null } | { address: null; problem: string };

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

export const isHost = (text: string): boolean => {
  if (isIP(text)) return true;
  // All digits and dots, and yet no address: a name that no resolver knows.
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
};

const isProtocol = (text: string): text is ProxyProtocol => (PROXY_PROTOCOLS as readonly string[]).includes(text);

/** What is wrong with user name and password; they are never repeated. */
function credentialsProblem({ protocol, username, password }: StoredProxy): string | null {
  const texts = [username ?? '', password ?? ''];
  // Control characters would end the header that carries them.
  if (texts.some((text) => [...text].some((char) => char < ' ' || char === '\x7f'))) {
    return 'User name or password holds a control character, such as the end of a line.';
  }
  if (!username && password) return 'There is a password without a user name.';
  if (protocol === 'socks5' && texts.some((text) => Buffer.byteLength(text) > 255)) {
    return 'SOCKS5 takes user names and passwords of at most 255 bytes (RFC 1929).';
  }
  if (protocol !== 'socks5' && username?.includes(':'))
    return 'A user name for an HTTP proxy holds no colon (RFC 7617).';
  return null;
}

function hostProblem(host: string): string | null {
  if (host === '') return 'There is no host.';
  if (host.includes('@')) return 'User name and password stand inside the host.';
  if (host.includes('://')) return 'A scheme stands inside the host.';
  if (/\s/.test(host)) return 'The host holds spaces.';
  if (/^\[.*\]$/.test(host) && isIPv6(host.slice(1, -1))) return 'The IPv6 address stands in brackets.';
  if (!isIPv6(host) && /:\d+$/.test(host)) return 'A port stands inside the host.';
  return isHost(host) ? null : 'The host is neither a host name nor an address.';
}

/** Takes the stored address as it stands. The problem is a sentence without any part of the address in it. */
export function parseProxy(stored: StoredProxy): ParsedProxy {
  const fail = (problem: string): ParsedProxy => ({ address: null, problem });
  const { protocol, port } = stored;
  if (!isProtocol(protocol)) return fail(`The scheme must be one of ${PROXY_PROTOCOLS.join(', ')}.`);
  const problem = hostProblem(stored.host) ?? credentialsProblem(stored);
  if (problem) return fail(problem);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return fail('The port is not between 1 and 65535.');
  return { address: { ...stored, protocol }, problem: null };
}

/** Whether the proxy runs on the machine that calls it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
