import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import type { Page, Request, Response, Route } from 'playwright-core';
import { bareHost as bare, isPublicAddress } from '../../config/address-guard.ts';
import { isListedHost } from '../../contracts/visit-hosts.ts';

export interface VisitGuard {
  /** Why an address may not be visited; null when it may. */
  refusal(url: string): Promise<string | null>;
  /** Holds everything that the page asks for against the rules, until `release`. @returns what it had to stop */
  watch(page: Page): Promise<{ stopped(): string | null; release(): Promise<void> }>;
}

/**
 * Keeps visits inside the operator's allow-list. Documents come from listed hosts alone; what a page embeds may come
 * from anywhere public. A private or loopback address is reached only where the list names that very host or address.
 */
export function createVisitGuard(
  allowed: readonly string[],
  resolve: (host: string) => Promise<string[]> = async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
): VisitGuard {
  const named = new Set(allowed.map((entry) => entry.toLowerCase()));

  async function privateRefusal(host: string): Promise<string | null> {
    if (named.has(host)) return null;
    const addresses = ipaddr.isValid(host) ? [host] : await resolve(host).catch(() => []);
    if (addresses.length === 0) return `${host} is not known in the name system.`;
    const inside = addresses.find((address) => !isPublicAddress(address));
    return inside ? `${host} leads to ${inside}, which is no public address.` : null;
  }

  async function refusal(url: string): Promise<string | null> {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      return 'This is not an address.';
    }
    if (!/^https?:$/.test(parsed.protocol)) return `${parsed.protocol} is not visited.`;
    const host = bare(parsed.hostname);
    if (!isListedHost(host, allowed)) return `${host} is not on the allow-list of sites to visit.`;
    return privateRefusal(host);
  }

  return {
    refusal,
    async watch(page) {
      let stopped: string | null = null;
      async function check(request: Request): Promise<string | null> {
        const url = new URL(request.url());
        if (url.protocol === 'data:' || url.protocol === 'blob:') return null;
        if (request.isNavigationRequest() && request.frame() === page.mainFrame()) return refusal(url.href);
        return privateRefusal(bare(url.hostname));
      }
      const onRoute = async (route: Route, request: Request) => {
        const why = await check(request).catch(() => 'The request could not be checked.');
        if (why === null) return route.continue().catch(() => undefined);
        if (request.isNavigationRequest() && request.frame() === page.mainFrame()) stopped = why;
        return route.abort('blockedbyclient').catch(() => undefined);
      };
      /** The name may have led elsewhere when the browser asked for itself. */
      const onResponse = async (response: Response) => {
        const server = await response.serverAddr().catch(() => null);
        const host = bare(new URL(response.url()).hostname);
        if (!server || named.has(host) || isPublicAddress(server.ipAddress)) return;
        stopped = `${host} led to ${server.ipAddress}, which is no public address.`;
        await page.goto('about:blank').catch(() => undefined);
      };
      await page.route('**/*', onRoute);
      page.on('response', onResponse);
      return {
        stopped: () => stopped,
        async release() {
          page.off('response', onResponse);
          await page.unroute('**/*', onRoute).catch(() => undefined);
        },
      };
    },
  };
}
