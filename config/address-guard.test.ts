import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAddressGuard } from './address-guard.ts';

const names: Record<string, string[]> = {
  'public.example': ['93.184.215.14'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
  'mixed.example': ['93.184.215.14', '10.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
};
const resolve = async (host: string) => names[host] ?? [];

describe('The address guard', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f000001',
    '127.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '224.0.0.1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    'fd00::1',
    'fe80::1',
    '64:ff9b::7f00:1',
    'localhost',
    'localhost.',
    'LOCALHOST',
    '127.0.0.1.nip.example',
    'mixed.example',
    'unknown.example',
  ])('refuses %s', async (host) => {
    expect(await createAddressGuard([], resolve).refusal(host)).toEqual(expect.any(String));
  });

  it.each(['93.184.215.14', '2606:4700::1111', 'public.example', 'Public.Example.'])('lets %s pass', async (host) => {
    expect(await createAddressGuard([], resolve).refusal(host)).toBeNull();
  });

  it('lets own networks pass, and no others', async () => {
    const guard = createAddressGuard(['10.0.0.0/8', 'fd00::/8'], resolve);
    expect(await guard.refusal('10.1.2.3')).toBeNull();
    expect(await guard.refusal('fd00::1')).toBeNull();
    expect(await guard.refusal('192.168.1.1')).toMatch(/no public address/);
  });

  it('says of a literal at once, of a name nothing', () => {
    const guard = createAddressGuard(['10.0.0.0/8'], resolve, ['127.0.0.1', 'localhost']);
    expect(guard.literalRefusal('[fd00::1]')).toMatch(/no public address/);
    expect(guard.literalRefusal('169.254.169.254')).toMatch(/no public address/);
    for (const host of ['10.1.2.3', '127.0.0.1', 'mixed.example', '93.184.215.14']) {
      expect([host, guard.literalRefusal(host)]).toEqual([host, null]);
    }
  });

  it('lets hosts of the operator lead wherever they lead', async () => {
    const guard = createAddressGuard([], resolve, ['mixed.example']);
    expect(await guard.refusal('Mixed.example.')).toBeNull();
    expect(await guard.refusal('localhost')).toMatch(/no public address/);
  });

  it('takes a name to keep that nobody knows now, but none that leads inside', async () => {
    const guard = createAddressGuard([], resolve);
    expect(await guard.refusalToKeep('unknown.example')).toBeNull();
    expect(await guard.refusalToKeep('mixed.example')).toMatch(/no public address/);
  });

  it('pins a checked address only', async () => {
    const guard = createAddressGuard([], resolve);
    expect(await guard.pin('public.example')).toEqual({ address: '93.184.215.14', known: true });
    expect(await guard.pin('mixed.example')).toEqual({ address: null, known: true });
    expect(await guard.pin('unknown.example')).toEqual({ address: null, known: false });
  });

  it('refuses at connect time a name that has moved to loopback', async () => {
    const server = createServer((_, answer) => answer.end('inside'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const ask = (networks: string[]) => {
      let asked = 0;
      const guard = createAddressGuard(networks, async () => [asked++ === 0 ? '93.184.215.14' : '127.0.0.1']);
      return guard.refusal('moving.example').then(
        (why) =>
          new Promise<string>((done) => {
            expect(why).toBeNull();
            get({ host: 'moving.example', port, lookup: guard.lookup, agent: false }, (answer) => {
              answer.resume();
              done('answered');
            }).on('error', (error) => done(error.message));
          }),
      );
    };
    expect(await ask([])).toMatch(/no public address/);
    expect(await ask(['127.0.0.0/8'])).toBe('answered');
    await new Promise((done) => server.close(done));
  });
});
