/**
 * Whether the operator's allow-list names a host: the entry itself, or a host below it. The door asks here, and the
 * browser host again before each document. @param host as it stands in an address, in lower case
 */
export function isListedHost(host: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => host === entry.toLowerCase() || host.endsWith(`.${entry.toLowerCase()}`));
}
