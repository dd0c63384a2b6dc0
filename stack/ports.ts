import { createServer } from 'node:net';

/** Whether nothing listens on a port of this machine. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports that this process was given, so that two callers at once are not given the same one. */
const handedOut = new Set<number>();

/** Free ports of 127.0.0.1 that the system chooses, from tens of thousands: two checkouts at once hardly meet. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = await anyFreePort();
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    found.push(port);
  }
  return found;
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
