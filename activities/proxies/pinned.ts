import type { AddressGuard } from '../../config/address-guard.ts';
import { TaskError } from '../../contracts/errors.ts';
import type { ProxySettings } from '../sessions/link.ts';
import { insideFault } from './fault.ts';

/**
 * Settings for a browser, which looks names up by itself: with the checked address in the place of the name, so that
 * the name cannot lead elsewhere in between. Behind TLS the name stays, because the certificate is for it; whatever else
 * it leads to then has no such certificate.
 * @throws TaskError `ProxyFailed` for an address that may not be connected to
 */
export async function pinProxy(proxy: ProxySettings, guard: Pick<AddressGuard, 'pin'>): Promise<ProxySettings> {
  const url = URL.canParse(proxy.server) ? new URL(proxy.server) : null;
  if (!url) throw new TaskError('ProxyFailed', "The account's proxy has an address that cannot be used.");
  const { address, known } = await guard.pin(url.hostname);
  if (address === null) {
    throw new TaskError('ProxyFailed', known ? insideFault().message : 'The host name is not known to any resolver.');
  }
  if (url.protocol === 'https:') return proxy;
  const host = address.includes(':') ? `[${address}]` : address;
  return { ...proxy, server: `${url.protocol}//${host}${url.port && `:${url.port}`}` };
}
