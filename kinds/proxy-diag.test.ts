import { proxyDiag } from './proxy-diag.ts';

const account = {
  id: 'a1',
  platform: 'sandbox',
  username: 'ann',
  timeZone: 'UTC',
  quietHours: null,
  proxyId: 'p1' as string | null,
  links: [],
};
const task = { id: 't1', date: '2026-01-31T10:00:00.000Z', total: 1 };
const facts = { targets: [], platforms: {}, visitHosts: [] };

describe('a check of proxies', () => {
  it('takes ten requests and a minute, and changes nothing, unless ordered otherwise', () => {
    const plan = (params: object) => proxyDiag.plan(proxyDiag.params.parse(params), account, 0, task, facts);
    expect(plan({})).toEqual({ proxyId: 'p1', repair: false, requests: 10, stabilitySeconds: 60 });
    const brief = { repair: true, requests: 0, stabilitySeconds: 0 };
    expect(plan(brief)).toEqual({ proxyId: 'p1', ...brief });
    expect(proxyDiag.lastsMs!(plan({ stabilitySeconds: 5 }))).toBe(5_000);
  });

  it('refuses accounts without a proxy', () => {
    const params = proxyDiag.params.parse({});
    expect(proxyDiag.refuse!(params, account, facts)).toBeUndefined();
    expect(proxyDiag.refuse!(params, { ...account, proxyId: null }, facts)).toBe('The account has no proxy.');
  });

  it('refuses what is out of bounds, and targets of any sort', () => {
    for (const wrong of [{ requests: -1 }, { requests: 101 }, { stabilitySeconds: 1.5 }, { stabilitySeconds: 301 }]) {
      expect(proxyDiag.params.safeParse(wrong).success).toBe(false);
    }
    expect(proxyDiag.params.safeParse({ target: 'http://10.0.0.1/' }).success).toBe(false);
  });
});
