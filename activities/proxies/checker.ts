import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { z } from 'zod';
import { type Certificate, makeCertificate } from './certificate.ts';

/** Where a check asks from which address it comes. Nothing else is ever asked for through a proxy. */
export interface CheckerTargets {
  http: URL;
  https: URL;
  /** PEM of the certificate that the check trusts for `https`; without it the usual authorities. */
  ca: string | null;
}

export interface Checker extends CheckerTargets {
  close(): Promise<void>;
}

/** What the checker says to who asks `/?nonce=…`. A proxy that answers by itself does not know what to say. */
export const checkerAnswerSchema = z.object({
  flotillaChecker: z.literal(1),
  nonce: z.string(),
  /** From where the question came, as the checker sees it. */
  address: z.string(),
  /** Two letters, where the checker knows. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
});
export type CheckerAnswer = z.infer<typeof checkerAnswerSchema>;

/** An IPv4 address in its own form where the system shows it as an IPv6 one. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();

const answer: RequestListener = (req, res) => {
  const nonce = new URL(req.url ?? '/', 'http://checker').searchParams.get('nonce') ?? '';
  const body: CheckerAnswer = {
    flotillaChecker: 1,
    nonce: nonce.slice(0, 100),
    address: plainAddress(req.socket.remoteAddress ?? ''),
    country: null,
  };
  res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  res.end(JSON.stringify(body));
};

export interface CheckerOptions {
  host?: string;
  httpPort?: number;
  httpsPort?: number;
  /** Made anew, for `host`, unless given. */
  certificate?: Certificate;
}

/** Two small servers, HTTP and HTTPS, that tell a caller from where it comes. They do not keep a process alive. */
export async function startChecker(options: CheckerOptions = {}): Promise<Checker> {
  const { host = '127.0.0.1', httpPort = 0, httpsPort = 0 } = options;
  const certificate = options.certificate ?? makeCertificate([host, 'localhost']);
  const servers = [createHttpServer(answer), createHttpsServer(certificate, answer)] as const;
  const ports = [httpPort, httpsPort] as const;
  const [http = 0, https = 0] = await Promise.all(
    servers.map((server, index) => listen(server, host, ports[index] ?? 0)),
  );
  return {
    http: new URL(`http://${host}:${http}/`),
    https: new URL(`https://${host}:${https}/`),
    ca: certificate.cert,
    close: async () => {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen({ host, port }, done);
  });
  server.unref();
  return (server.address() as AddressInfo).port;
}
