import { isPublicAddress } from '../../config/address-guard.ts';
import { createVisitGuard } from './visit-guard.ts';

const PUBLIC = '93.184.216.34';
const guard = (allowed: string[], addresses: string[] = [PUBLIC]) => createVisitGuard(allowed, async () => addresses);

describe('the guard of visits', () => {
  it('lets listed hosts and what is below them pass', async () => {
    expect(await guard(['example.com']).refusal('https://example.com/a')).toBeNull();
    expect(await guard(['example.com']).refusal('https://news.Example.com/a')).toBeNull();
  });

  it.each([
    ['https://example.com.evil.org/', 'not on the allow-list'],
    ['https://badexample.com/', 'not on the allow-list'],
    ['ftp://example.com/', 'ftp: is not visited'],
    ['file:///etc/passwd', 'file: is not visited'],
    ['nothing', 'not an address'],
  ])('refuses %s', async (url, why) => {
    expect(await guard(['example.com']).refusal(url)).toContain(why);
  });

  it.each(['127.0.0.1', '10.0.0.8', '169.254.169.254', '192.168.1.1', '::1', 'fd00::1', '::ffff:127.0.0.1', '0.0.0.0'])(
    'refuses a listed name below one that leads to %s',
    async (address) => {
      expect(isPublicAddress(address)).toBe(false);
      expect(await guard(['example.com'], [PUBLIC, address]).refusal('https://www.example.com/')).toContain(
        'no public address',
      );
    },
  );

  it('reaches an inner address only where the list names it', async () => {
    expect(await guard(['127.0.0.1']).refusal('http://127.0.0.1:8080/')).toBeNull();
    expect(await guard(['localhost'], ['127.0.0.1']).refusal('http://localhost:8080/')).toBeNull();
    expect(await guard(['example.com']).refusal('http://127.0.0.1/')).toContain('not on the allow-list');
  });

  it('refuses a name that is not known', async () => {
    expect(await guard(['example.com'], []).refusal('https://www.example.com/')).toContain('not known');
  });
});
