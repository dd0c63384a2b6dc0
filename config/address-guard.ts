import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export type Resolve = (host: string) => Promise<string[]>;

const resolveByName: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** The old form ::a.b.c.d, which some systems still read as IPv4. */
const ipv4Compatible = ipaddr.parseCIDR('::/96');

/** Whether an address is one of the public internet: not private, loopback, link-local, multicast or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv6' && parsed.match(ipv4Compatible)) return false;
  return parsed.range() === 'unicast';
}

/** What is wrong with a network that is to be let through; null when nothing is. */
export function networkComplaint(network: string): string | null {
  const isNetwork =
    ipaddr.IPv4.isValidCIDRFourPartDecimal(network) || (ipaddr.IPv6.isValidCIDR(network) && !network.includes('.'));
  if (!isNetwork) return `"${network}" is no network such as 10.1.0.0/16 or fd00::/8`;
  const [base, bits] = ipaddr.parseCIDR(network);
  const first =
    base.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(network) : ipaddr.IPv6.networkAddressFromCIDR(network);
  if (first.toString() !== base.toString())
    return `"${network}" is no network: it begins at ${first.toString()}/${bits}`;
  // Addresses of this form are compared as the IPv4 addresses that they stand for.
  const isMapped = base.kind() === 'ipv6' && ipaddr.process(base.toString()).kind() === 'ipv4';
  return isMapped ? `"${network}" is IPv4 written as IPv6; write it as IPv4` : null;
}

/** A host as it is compared: no brackets, no closing dot, small letters. */
export const bareHost = (host: string): string =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** `code` of the error of `lookup` for an address that may not be connected to; names that nobody knows have `ENOTFOUND`. */
export const ADDRESS_REFUSED = 'ERR_ADDRESS_REFUSED';

/** `known` says whether a name without a checked address leads anywhere at all. */
export type Pinned = { address: string; known: true } | { address: null; known: boolean };

export interface AddressGuard {
  allows(address: string): boolean;
  /** Why a host may not be connected to; null when it may. A name is refused when any of its addresses is. */
  refusal(host: string): Promise<string | null>;
  /** The same for what is an address already, which no socket looks up; null for names. */
  literalRefusal(host: string): string | null;
  /**
   * Why a host may not be given to us to keep; null when it may. A name that nobody knows now passes, because each
   * connection is checked again.
   */
  refusalToKeep(host: string): Promise<string | null>;
  /** One checked address of a host, for what connects by itself and would look the name up once more. */
  pin(host: string): Promise<Pinned>;
  /** For the `lookup` of a socket: only checked addresses are connected to. Literals skip it: ask `literalRefusal` too. */
  lookup(host: string, options: LookupOptions, done: Callback): void;
}

/**
 * Decides which addresses given by users may be connected to: those of the public internet and of `networks`.
 *
 * @param networks own networks in CIDR form
 * @param hosts that the operator configured: they may be called wherever they lead
 * @throws when a network is not in CIDR form
 */
export function createAddressGuard(
  networks: readonly string[],
  resolve: Resolve = resolveByName,
  hosts: readonly string[] = [],
): AddressGuard {
  const own = networks.map((network) => ipaddr.parseCIDR(network));
  const configured = new Set(hosts.map(bareHost));

  function allows(address: string): boolean {
    if (isPublicAddress(address)) return true;
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return own.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  }

  async function check(given: string): Promise<{ addresses: string[]; why: string | null }> {
    const host = bareHost(given);
    const addresses = ipaddr.isValid(host) ? [host] : await resolve(host).catch(() => []);
    if (addresses.length === 0) return { addresses, why: `${host} is not known in the name system.` };
    const inside = configured.has(host) ? undefined : addresses.find((address) => !allows(address));
    return { addresses, why: inside ? `${host} leads to ${inside}, which is no public address.` : null };
  }

  const lookupError = (why: string, addresses: readonly string[]): Error =>
    Object.assign(new Error(why), { code: addresses.length === 0 ? 'ENOTFOUND' : ADDRESS_REFUSED });

  return {
    allows,
    refusal: async (host) => (await check(host)).why,
    literalRefusal(given) {
      const host = bareHost(given);
      if (!ipaddr.isValid(host) || configured.has(host) || allows(host)) return null;
      return `${host} is no public address.`;
    },
    async refusalToKeep(host) {
      const { addresses, why } = await check(host);
      return addresses.length === 0 ? null : why;
    },
    async pin(host) {
      const { addresses, why } = await check(host);
      const [address] = addresses;
      if (why === null && address !== undefined) return { address, known: true };
      return { address: null, known: address !== undefined };
    },
    lookup(host, options, done) {
      void check(host).then(({ addresses, why }) => {
        const found = addresses
          .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
          .filter(({ family }) => !options.family || Number(options.family) === family);
        const [first] = found;
        if (why !== null) return done(lookupError(why, addresses), []);
        if (!first) return done(lookupError(`${host} has no address of this family.`, []), []);
        return options.all ? done(null, found) : done(null, first.address, first.family);
      });
    },
  };
}
