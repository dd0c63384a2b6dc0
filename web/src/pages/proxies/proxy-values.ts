import type { NewProxy, ProxyChanges, ProxyItem } from '../../api/types.ts';

/** What the proxy form holds; an empty text is a value that is not set. */
export interface ProxyValues {
  name: string;
  protocol: NewProxy['protocol'];
  host: string;
  port: number | string;
  username: string;
  /** Empty: as it is. */
  password: string;
  country: string;
  exitAddress: string;
  spare: boolean;
}

export const PROTOCOLS: readonly NewProxy['protocol'][] = ['http', 'https', 'socks5'];

export const proxyValuesOf = (proxy: ProxyItem | undefined): ProxyValues => ({
  name: proxy?.name ?? '',
  protocol: proxy?.protocol ?? 'http',
  host: proxy?.host ?? '',
  port: proxy?.port ?? '',
  username: proxy?.username ?? '',
  password: '',
  country: proxy?.country ?? '',
  exitAddress: proxy?.exitAddress ?? '',
  spare: proxy?.spare ?? false,
});

const trimmed = (values: ProxyValues) => ({
  name: values.name.trim(),
  protocol: values.protocol,
  host: values.host.trim(),
  port: Number(values.port),
  username: values.username.trim() || null,
  country: values.country.trim().toUpperCase() || null,
  exitAddress: values.exitAddress.trim() || null,
  spare: values.spare,
});

export function newProxyOf(values: ProxyValues): NewProxy {
  const { username, country, exitAddress, ...rest } = trimmed(values);
  return {
    ...rest,
    ...(username === null ? {} : { username }),
    ...(country === null ? {} : { country }),
    ...(exitAddress === null ? {} : { exitAddress }),
    ...(values.password === '' ? {} : { password: values.password }),
  };
}

/** Only what was changed: an untouched proxy keeps what its last check said. */
export function proxyChangesOf(values: ProxyValues, proxy: ProxyItem): ProxyChanges {
  const now = trimmed(values);
  const changed = Object.entries(now).filter(([name, value]) => value !== proxy[name as keyof typeof now]);
  return { ...Object.fromEntries(changed), ...(values.password === '' ? {} : { password: values.password }) };
}

/** The proxy as an address, without its password. */
export const addressOf = ({ protocol, host, port }: Pick<ProxyItem, 'protocol' | 'host' | 'port'>): string =>
  `${protocol}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
