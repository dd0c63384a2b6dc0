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

/**
 * Finds free ports of 127.0.0.1.
 * @param base the first port to try, counting up; without it the system chooses.
 */
export async function findFreePorts(count: number, base?: number): Promise<number[]> {
  const found: number[] = [];
  let candidate = base;
  while (found.length < count) {
    const port = candidate ?? (await anyFreePort());
    if (candidate !== undefined) {
      if (candidate > 65_535) throw new Error(`There are not ${count} free ports from ${base} up.`);
      candidate += 1;
    }
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
