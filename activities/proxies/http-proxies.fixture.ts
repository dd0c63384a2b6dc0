import { Server } from 'proxy-chain';
import type { HttpProxyOptions } from './proxies.fixture.ts';

/** Real HTTP proxies in a process of their own, started and stopped by messages of `proxies.fixture.ts`. */
export type Order = { id: number } & ({ start: HttpProxyOptions } | { stop: number });

const servers = new Map<number, Server>();

async function start(id: number, options: HttpProxyOptions): Promise<number> {
  const { credentials, certificate, localAddress, withoutConnect, delayMs = 0, port = 0 } = options;
  const shared = {
    port,
    host: '127.0.0.1',
    prepareRequestFunction: async (request: { username: string; password: string; isHttp: boolean }) => {
      if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
      const { username, password } = request;
      const known = !credentials || (username === credentials.username && password === credentials.password);
      if (!known) return { requestAuthentication: true };
      if (withoutConnect && !request.isHttp) throw new Error('CONNECT is not for everybody.');
      return localAddress === undefined ? {} : { localAddress };
    },
  };
  const server = certificate
    ? new Server({ ...shared, serverType: 'https', httpsOptions: certificate })
    : new Server(shared);
  await server.listen();
  servers.set(id, server);
  return server.port;
}

process.on('message', (order: Order) => {
  const done = (port: number) => process.send?.({ id: order.id, port });
  if ('start' in order) void start(order.id, order.start).then(done);
  else
    void servers
      .get(order.stop)
      ?.close(true)
      .then(() => done(0));
});
process.on('disconnect', () => process.exit(0));
