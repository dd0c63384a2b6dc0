import { isIPv6 } from 'node:net';
import type { ProxyAddress, ProxyProtocol, StoredProxy } from './address.ts';
import { parseProxy } from './address.ts';

export interface Candidate {
  address: ProxyAddress;
  /** What is different from the stored one, in sentences without secrets. */
  changes: string[];
}

const SCHEMES: Readonly<Record<string, ProxyProtocol>> = {
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};

/** `socks5://user:pass@host:1080/`, `host:8080:user:pass` and the like, taken apart. */
interface Pieces {
  scheme: string | null;
  host: string;
  port: number | null;
  username: string | null;
  password: string | null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @returns null where a colon is followed by what is no port */
function takeApart(text: string): Pieces | null {
  const [, scheme = null, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/i.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  const [, user = null, pass = null] = at < 0 ? [] : (/^([^:]*):?(.*)$/.exec(rest.slice(0, at)) ?? []);
  const place = rest.slice(at + 1).replace(/[/?#].*$/, '');
  const credentials = { username: user && decoded(user), password: pass && decoded(pass) };
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(place);
  if (bracketed) {
    const [, host = '', port] = bracketed;
    return { scheme, host, port: port === undefined ? null : Number(port), ...credentials };
  }
  if (isIPv6(place)) return { scheme, host: place, port: null, ...credentials };
  const [host = '', port, listUser, ...listPass] = place.split(':');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) return null;
  // Lists of proxies are often written as host:port:user:password.
  const given = at < 0 && listUser ? { username: listUser, password: listPass.join(':') || null } : credentials;
  return { scheme, host, port: port === undefined ? null : Number(port), ...given };
}

const clean = (text: string | null): string | null => text?.replace(/^\s+|\s+$/g, '') || null;

/**
 * The address as it was probably meant, or nothing when it cannot be told. What stands inside the host was pasted there
 * as a whole, so its port and its credentials go before those of the other fields.
 */
export function normalise(stored: StoredProxy): Candidate | null {
  const changes: string[] = [];
  const text = stored.host.replace(/\s+/g, '');
  if (text !== stored.host) changes.push('Spaces were taken out of the host.');
  const pieces = takeApart(text);
  if (!pieces) return null;
  const known = SCHEMES[stored.protocol.trim().toLowerCase()] ?? 'http';
  const scheme = pieces.scheme === null ? known : SCHEMES[pieces.scheme.toLowerCase()];
  if (!scheme) return null;
  if (pieces.scheme !== null) changes.push('The scheme was moved out of the host.');
  if (scheme !== stored.protocol) changes.push(`The scheme was set to ${scheme}.`);
  if (pieces.port !== null) changes.push('The port was moved out of the host.');
  if (pieces.port !== null && pieces.port !== stored.port) changes.push(`The port was set to ${pieces.port}.`);
  if (text.startsWith('[') && pieces.port === null) changes.push('The brackets around the IPv6 address were removed.');
  const own = { username: clean(stored.username), password: clean(stored.password) };
  const credentials = pieces.username === null ? own : { username: pieces.username, password: pieces.password };
  if (pieces.username !== null) changes.push('User name and password were moved out of the host.');
  else if (own.username !== stored.username || own.password !== stored.password) {
    changes.push('Spaces around user name or password were removed.');
  }
  const { address } = parseProxy({
    protocol: scheme,
    host: pieces.host,
    port: pieces.port ?? stored.port,
    ...credentials,
  });
  if (!address) return null;
  if (changes.length === 0 && address.host !== stored.host) changes.push('The host was written without its path.');
  return { address, changes };
}

/** What to try, in this order, when a proxy cannot be used as stored: as it was meant, then with the other schemes. */
export function candidates(stored: StoredProxy): Candidate[] {
  const meant = normalise(stored);
  if (!meant) return [];
  const others = (['http', 'socks5'] as const).filter((protocol) => protocol !== meant.address.protocol);
  return [
    meant,
    ...others.flatMap((protocol): Candidate[] => {
      const { address } = parseProxy({ ...meant.address, protocol });
      const change = `The scheme was changed from ${meant.address.protocol} to ${protocol}.`;
      return address
        ? [{ address, changes: [...meant.changes.filter((one) => !one.startsWith('The scheme was set')), change] }]
        : [];
    }),
  ];
}
