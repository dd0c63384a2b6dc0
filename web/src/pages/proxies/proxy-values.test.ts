import type { ProxyItem } from '../../api/types.ts';
import { addressOf, newProxyOf, proxyChangesOf, proxyValuesOf } from './proxy-values.ts';

const PROXY: ProxyItem = {
  id: '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11',
  name: 'Berlin 1',
  protocol: 'http',
  host: 'proxy.example.com',
  port: 8080,
  username: 'crew',
  hasPassword: true,
  country: 'DE',
  status: 'healthy',
  verdict: 'Healthy.',
  checkedAt: '2027-01-31T14:00:00.000Z',
  exitAddress: null,
  spare: false,
  accounts: 3,
  createdAt: '2027-01-31T14:00:00.000Z',
  updatedAt: '2027-01-31T14:00:00.000Z',
};

describe('the proxy form', () => {
  it('sends only what was filled in', () => {
    const values = {
      ...proxyValuesOf(undefined),
      name: ' Rome ',
      host: 'rome.example.com ',
      port: 1080,
      country: 'it',
    };
    expect(newProxyOf(values)).toEqual({
      name: 'Rome',
      protocol: 'http',
      host: 'rome.example.com',
      port: 1080,
      country: 'IT',
      spare: false,
    });
  });

  it('changes only what was changed, and leaves an empty password as it is', () => {
    expect(proxyChangesOf(proxyValuesOf(PROXY), PROXY)).toEqual({});
    const values = { ...proxyValuesOf(PROXY), username: '', spare: true, password: 'new' };
    expect(proxyChangesOf(values, PROXY)).toEqual({ username: null, spare: true, password: 'new' });
  });

  it('shows an address without credentials, IPv6 in brackets', () => {
    expect(addressOf(PROXY)).toBe('http://proxy.example.com:8080');
    expect(addressOf({ protocol: 'socks5', host: '2001:db8::1', port: 1080 })).toBe('socks5://[2001:db8::1]:1080');
  });
});
