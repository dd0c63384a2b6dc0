import type { StoredProxy } from './address.ts';
import { parseProxy } from './address.ts';
import { candidates, normalise } from './normalise.ts';

const stored = (host: string, more: Partial<StoredProxy> = {}): StoredProxy => ({
  ...{ protocol: 'http', host, port: 8080, username: null, password: null },
  ...more,
});
const meant = (host: string, more: Partial<StoredProxy> = {}) => normalise(stored(host, more))?.address;

describe('a proxy address', () => {
  it('is left alone where nothing is wrong with it', () => {
    for (const host of ['proxy.example.com', '203.0.113.7', '2001:db8::7']) {
      expect(parseProxy(stored(host)).problem).toBeNull();
      expect(normalise(stored(host))).toEqual({ address: stored(host), changes: [] });
    }
  });

  it.each([
    ['http://proxy.example.com', { host: 'proxy.example.com' }],
    ['socks5h://proxy.example.com/', { protocol: 'socks5', host: 'proxy.example.com' }],
    ['HTTPS://proxy.example.com:443/x?y', { protocol: 'https', host: 'proxy.example.com', port: 443 }],
    ['203.0.113.7:3128', { host: '203.0.113.7', port: 3128 }],
    [' proxy . example.com ', { host: 'proxy.example.com' }],
    ['[2001:db8::7]', { host: '2001:db8::7' }],
    ['[2001:db8::7]:1080', { host: '2001:db8::7', port: 1080 }],
    ['ann:s%40cret@203.0.113.7', { host: '203.0.113.7', username: 'ann', password: 's@cret' }],
    ['http://ann:a:b@p.example.com:81', { host: 'p.example.com', port: 81, username: 'ann', password: 'a:b' }],
    ['203.0.113.7:3128:ann:secret', { host: '203.0.113.7', port: 3128, username: 'ann', password: 'secret' }],
  ])('pasted as %s is taken apart', (host, expected) => {
    expect(parseProxy(stored(host)).address).toBeNull();
    const found = normalise(stored(host));
    expect(found?.address).toEqual(stored(host, expected));
    expect(found?.changes.length).toBeGreaterThan(0);
    expect(found?.changes.join(' ')).not.toMatch(/secret|cret|ann/);
  });

  it('keeps the stored credentials where none were pasted, without the spaces around them', () => {
    expect(meant('203.0.113.7:81', { username: ' ann ', password: ' pass word ' })).toMatchObject({
      ...{ port: 81, username: 'ann', password: 'pass word' },
    });
  });

  it('is given up where nobody can tell what it was', () => {
    for (const host of ['', '@', 'ftp://proxy.example.com', 'a b:c:d', '300.1.2.3', 'http://', 'p.example.com:99999']) {
      expect(normalise(stored(host))).toBeNull();
    }
  });

  it('refuses credentials that no proxy can be told, and does not repeat them', () => {
    const wrong = [
      { username: 'ann', password: 'two\r\nlines' },
      { username: null, password: 'alone' },
      { username: 'a:b', password: 'after-it' },
      { protocol: 'socks5', username: 'ann', password: 'x'.repeat(256) },
    ];
    for (const more of wrong) {
      const { problem } = parseProxy(stored('p.example.com', more));
      expect(problem).toEqual(expect.stringMatching(/\.$/));
      expect(problem).not.toContain(more.password);
    }
  });

  it('is tried as it was meant, then with the other scheme', () => {
    const tried = (protocol: string) =>
      candidates(stored('203.0.113.7:81', { protocol })).map(({ address }) => `${address.protocol} ${address.port}`);
    expect(tried('http')).toEqual(['http 81', 'socks5 81']);
    expect(tried('socks5')).toEqual(['socks5 81', 'http 81']);
    expect(tried('https')).toEqual(['https 81', 'http 81', 'socks5 81']);
    expect(candidates(stored('p.example.com'))[1]?.changes).toEqual(['The scheme was changed from http to socks5.']);
  });
});
