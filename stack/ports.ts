import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './processes.ts';

/** Whether nothing listens on a port of this machine. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Below what systems give to outgoing connections and to "any port" (from 32,768 on Linux, from 49,152 elsewhere):
 * what a service of the stack opens for itself in passing never takes the port of one that is yet to start.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 15_999;
const CLAIMS = join(tmpdir(), `flotilla-ports-${process.getuid?.() ?? 0}`);

/**
 * Free ports of 127.0.0.1 for services that start later. Each is claimed for as long as this process lives, so that
 * stacks that start side by side, of two processes or of two checkouts, are not given the same one.
 * @throws Error when fewer are free
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const size = LAST_PORT - FIRST_PORT + 1;
  const offset = Math.floor(Math.random() * size);
  const found: number[] = [];
  mkdirSync(CLAIMS, { recursive: true });
  for (let step = 0; step < size && found.length < count; step += 1) {
    const port = FIRST_PORT + ((offset + step) % size);
    if (claim(port) && (await isPortFree(port))) found.push(port);
  }
  if (found.length < count) throw new Error(`Only ${found.length} of ${count} ports are free.`);
  return found;
}

/** Whether a port is this process's from now on: a file says whose it is, and that of an ended process says nothing. */
function claim(port: number): boolean {
  const file = join(CLAIMS, String(port));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isInForce(file)) return false;
    rmSync(file, { force: true });
  }
  return false;
}

/** Whether the process that claimed a port is still there; a claim that is just being written is in force. */
function isInForce(file: string): boolean {
  try {
    const owner = readFileSync(file, 'utf8');
    return owner === '' || isAlive(Number(owner));
  } catch {
    return false;
  }
}
