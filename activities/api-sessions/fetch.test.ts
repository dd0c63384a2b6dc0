import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAddressGuard } from '../../config/address-guard.ts';
import { createAccountFetch } from './fetch.ts';

let server: Server;
let port: number;
let reached: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(String(request.headers.host));
    const location = request.url === '/away' ? { location: `http://127.0.0.2:${port}/inside` } : {};
    response.writeHead(request.url === '/away' ? 302 : 200, { ...location, connection: 'close' }).end('here');
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  reached = [];
});
afterAll(() => new Promise((done) => server.close(done)));

describe('What a platform names as an address', () => {
  const resolve = async (host: string) => (host === 'inner.example' ? ['127.0.0.2'] : []);
  const guard = createAddressGuard([], resolve, ['127.0.0.1']);
  const open = () => createAccountFetch(null, () => new AbortController().signal, { proxy: guard, platform: guard });

  it.each([
    ['itself', () => `http://127.0.0.2:${port}/`],
    ['behind a name', () => `http://inner.example:${port}/`],
    ['behind a redirect', () => `http://127.0.0.1:${port}/away`],
  ])('is not called inside, %s', async (_how, url) => {
    const account = open();
    await expect(account.fetch(url())).rejects.toMatchObject({
      type: 'Unavailable',
      message: 'The platform named an address in a network that is not public.',
    });
    expect(reached.filter((host) => !host.startsWith('127.0.0.1:'))).toEqual([]);
    await account.close();
  });

  it('is called where the operator set it, wherever that is', async () => {
    const account = open();
    expect(await (await account.fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
    await account.close();
  });
});
