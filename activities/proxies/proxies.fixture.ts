import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer as createSocksServer } from '@pondwader/socks5-server';
import type { Certificate } from './certificate.ts';

/** A proxy, or what stands in the place of one, on loopback. */
export interface TestProxy {
  port: number;
  close(): Promise<void>;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface HttpProxyOptions {
  credentials?: Credentials;
  /** Makes it a proxy that is itself called over TLS. */
  certificate?: Certificate;
  /** From which local address it goes on, e.g. `127.0.0.2`. */
  localAddress?: string;
  /** Refuses CONNECT, as proxies for plain HTTP do. */
  withoutConnect?: boolean;
  /** Waits before it passes a request on, milliseconds. */
  delayMs?: number;
  port?: number;
}

let host: ChildProcess | undefined;
let orders = 0;

/** The proxies' package is an ES module, which Jest cannot load: they run in a process of their own. */
function tell(order: { start: HttpProxyOptions } | { stop: number }): Promise<{ id: number; port: number }> {
  host ??= fork(fileURLToPath(new URL('./http-proxies.fixture.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  const child = host;
  orders += 1;
  const id = orders;
  return new Promise((resolve) => {
    const hear = (answer: { id: number; port: number }) => {
      if (answer.id !== id) return;
      child.off('message', hear);
      resolve(answer);
    };
    child.on('message', hear);
    child.send({ id, ...order });
  });
}

/** A real HTTP proxy. Call {@link closeProxyHost} in the end. */
export async function httpProxy(options: HttpProxyOptions = {}): Promise<TestProxy> {
  const { id, port } = await tell({ start: options });
  return { port, close: async () => void (await tell({ stop: id })) };
}

export async function closeProxyHost(): Promise<void> {
  const child = host;
  if (!child) return;
  host = undefined;
  child.disconnect();
  await once(child, 'exit');
}

/** A real SOCKS5 proxy. */
export async function socksProxy(options: { credentials?: Credentials; port?: number } = {}): Promise<TestProxy> {
  const { credentials, port = 0 } = options;
  const inner = createSocksServer(credentials ? { auth: credentials } : {});
  const front = await tcpServer((socket) => inner._handleConnection(socket), port);
  return front;
}

/** A server that does `serve` with every connection. */
export async function tcpServer(serve: (socket: Socket) => void, port = 0, host = '127.0.0.1'): Promise<TestProxy> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
    serve(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { port: portOf(server), close: () => closeAll(server, open) };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function closeAll(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  await new Promise((done) => server.close(done));
}

/** Passes connections on to a proxy, but for those of which `breaks` says otherwise; they are cut at once. */
export function flapping(target: TestProxy, breaks: (connection: number) => boolean): Promise<TestProxy> {
  let connections = 0;
  return tcpServer((socket) => {
    connections += 1;
    if (breaks(connections)) {
      socket.destroy();
      return;
    }
    const onward = connect(target.port, '127.0.0.1');
    onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.once('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
}

/** A port on which nothing listens. */
export async function refusedPort(): Promise<number> {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
}

/** Takes connections and never says a word. */
export const mute = (): Promise<TestProxy> => tcpServer(() => undefined);

/** Cuts every connection at once. */
export const slamming = (): Promise<TestProxy> => tcpServer((socket) => socket.destroy());

/** Answers every request by itself, as a captive portal does. */
export const portal = (page = '<h1>Welcome</h1>'): Promise<TestProxy> =>
  tcpServer((socket) => {
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${page.length}\r\n\r\n${page}`));
  });

const LISTEN = `const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.stdout.write(String(server.address().port)));`;

/**
 * A port whose connections are never made: the queue of a server that stands still is full, and the system drops what
 * asks to be let in.
 */
export async function blackHole(): Promise<TestProxy> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  // It stands still and would outlive a process that ends without closing it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const queued = Array.from({ length: 4 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  await once(queued[1] as Socket, 'connect');
  return {
    port: Number(port),
    close: async () => {
      for (const socket of queued) socket.destroy();
      process.off('exit', end);
      end();
      await once(child, 'exit');
    },
  };
}
