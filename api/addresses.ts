import type { RequestHandler } from 'express';
import ipaddr from 'ipaddr.js';
import { forbidden } from './problem.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function parseRange(text: string, variable: string): Range {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw new Error(`${variable} is not usable: "${text}" is neither an IP address nor a range such as 10.0.0.0/8.`);
  }
}

/**
 * Whether an address is one of those listed. IPv4 addresses written as IPv6 count as IPv4.
 * @throws Error with one sentence that names the variable, when an entry is no address or range
 */
export function createAddressMatcher(entries: readonly string[], variable: string): (address: string) => boolean {
  const ranges = entries.map((entry) => parseRange(entry, variable));
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
  };
}

/**
 * Refuses addresses that are not on the list; an empty list lets all in. The liveness check stays open, it tells
 * nothing and supervisors must reach it.
 */
export function allowList(entries: readonly string[]): RequestHandler {
  const allowed = createAddressMatcher(entries, 'FLOTILLA_ALLOWED_IPS');
  return (req, _res, next) => {
    if (entries.length === 0 || req.path === '/api/health' || allowed(req.ip ?? '')) next();
    else next(forbidden('Your address is not on the list of allowed addresses.'));
  };
}
