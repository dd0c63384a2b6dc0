import type { RequestHandler } from 'express';
import ipaddr from 'ipaddr.js';
import type { Deps } from './deps.ts';
import { forbidden } from './problem.ts';
import { settingsOf } from './settings/store.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];
type Matcher = (address: string) => boolean;

/** An IPv4 range that is written as IPv6 is one of IPv4: addresses are looked at that way, too. */
function asIPv4(range: Range): Range {
  const [address, bits] = range;
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress() || bits < 96) return range;
  return [address.toIPv4Address(), bits - 96];
}

function parseRange(text: string): Range | undefined {
  try {
    if (text.includes('/')) return asIPv4(ipaddr.parseCIDR(text));
    // The parser also takes 10.1 for 10.0.0.1, and 010.0.0.1 for 8.0.0.1.
    if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}

/** What is wrong with an entry of a list of addresses, or nothing. */
export function addressFault(text: string): string | undefined {
  return parseRange(text) ? undefined : 'Must be an IP address, or a range such as 10.0.0.0/8 or 2001:db8::/32';
}

/**
 * Whether an address is one of those listed. IPv4 addresses written as IPv6 count as IPv4.
 * @throws Error with one sentence that names the variable, when an entry is no address or range
 */
export function createAddressMatcher(entries: readonly string[], variable: string): Matcher {
  const ranges = entries.map((entry) => {
    const range = parseRange(entry);
    if (range) return range;
    throw new Error(`${variable} is not usable: "${entry}" is neither an IP address nor a range such as 10.0.0.0/8.`);
  });
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
  };
}

/** An empty list lets all in. */
export const allows = (entries: readonly string[], matches: Matcher, address: string): boolean =>
  entries.length === 0 || matches(address);

/**
 * Whether an address may call at all, by `FLOTILLA_ALLOWED_IPS` and the settings of now together.
 * @throws Error with one sentence when the variable holds something else than addresses and ranges
 */
export function createAllowList(deps: Pick<Deps, 'db' | 'env'>): (address: string) => Promise<boolean> {
  const fixed = deps.env.FLOTILLA_ALLOWED_IPS;
  createAddressMatcher(fixed, 'FLOTILLA_ALLOWED_IPS');
  let made: { from: readonly string[]; entries: readonly string[]; matches: Matcher } | undefined;
  return async (address) => {
    const { allowedIps } = await settingsOf(deps);
    if (made?.from !== allowedIps) {
      const entries = [...fixed, ...allowedIps];
      made = { from: allowedIps, entries, matches: createAddressMatcher(entries, 'The list of allowed addresses') };
    }
    return allows(made.entries, made.matches, address);
  };
}

/**
 * Refuses addresses that are not on the list. The liveness check stays open, it tells nothing and supervisors must
 * reach it.
 */
export function allowList(deps: Pick<Deps, 'db' | 'env'>): RequestHandler {
  const isAllowed = createAllowList(deps);
  return async (req, _res, next) => {
    if (req.path === '/api/health' || (await isAllowed(req.ip ?? ''))) next();
    else next(forbidden('Your address is not on the list of allowed addresses.'));
  };
}
