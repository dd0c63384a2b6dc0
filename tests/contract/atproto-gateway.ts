import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultDetail, SiteFault } from './driver-suite-bench.ts';

/** Calls that change what an account shows. */
export const isChange = (address: string) => /com\.atproto\.repo\.(put|create)Record/.test(address);

/**
 * Stands in front of a real server and breaks what it is told to, for one account: what the server itself cannot be
 * asked for (lost connections, expired tokens, floods, codes by e-mail, which only the network's own entry asks for).
 */
export interface AtprotoGateway {
  url: string;
  /** Where the server is; known once it has been started with the gateway's address. */
  target: string;
  know(did: string, handle: string): void;
  setFault(did: string, fault: SiteFault, detail: FaultDetail): void;
  clearFaults(): void;
  /** Ends the access tokens given so far; what renews them goes on. */
  expireAccess(did: string): void;
  code(did: string): string;
  /** What the server has answered with success. */
  counts(did: string): { logins: number; changes: number; refreshes: number };
  close(): Promise<void>;
}

interface Seen {
  logins: number;
  changes: number;
  refreshes: number;
  accessTokens: string[];
  refreshTokens: string[];
  code: string;
}

function refuse(response: ServerResponse, status: number, error: string, message: string, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error, message }));
}

function subjectOf(token: string | undefined): string | null {
  try {
    return (JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub;
  } catch {
    return null;
  }
}

export async function startAtprotoGateway(port = 0): Promise<AtprotoGateway> {
  const dids = new Map<string, string>();
  const accounts = new Map<string, Seen>();
  const dead = new Set<string>();
  let broken: { did: string; fault: SiteFault; detail: FaultDetail; left: number } | null = null;

  const seen = (did: string): Seen => {
    const fresh: Seen = { logins: 0, changes: 0, refreshes: 0, accessTokens: [], refreshTokens: [], code: '' };
    const found = accounts.get(did) ?? fresh;
    accounts.set(did, found);
    return found;
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const isLogIn = path.includes('createSession');
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const sent = isLogIn ? (JSON.parse(body.toString()) as { identifier: string; authFactorToken?: string }) : null;
    const did = sent ? (dids.get(sent.identifier) ?? null) : subjectOf(token);
    let forward: Buffer = body;

    if (token && dead.has(token)) return refuse(response, 400, 'ExpiredToken', 'Token has expired');
    const fault = broken && broken.did === did && broken.left > 0 ? broken : null;
    const drops = fault && isChange(path) && /^drop-/.test(fault.fault) ? fault.fault : null;
    if (fault && drops) fault.left -= 1;
    if (drops === 'drop-before') return void request.socket.destroy();
    if (fault?.fault === 'slow') await sleep(fault.detail.ms ?? 1_000);
    if (fault?.fault === 'error') return refuse(response, 500, 'InternalServerError', 'Internal Server Error');
    if (fault?.fault === 'throttle') {
      const headers = { 'retry-after': String(fault.detail.seconds ?? 1) };
      return refuse(response, 429, 'RateLimitExceeded', 'Rate Limit Exceeded', headers);
    }
    if (fault?.fault === 'challenge' && sent && did) {
      if (sent.authFactorToken === undefined) {
        seen(did).code = `T${Math.random().toString(36).slice(2, 7)}-${accounts.size}`;
        return refuse(response, 401, 'AuthFactorTokenRequired', 'A sign in code has been sent to your email address');
      }
      if (sent.authFactorToken !== seen(did).code) return refuse(response, 400, 'InvalidToken', 'Token is invalid');
      const { authFactorToken: _code, ...rest } = sent;
      forward = Buffer.from(JSON.stringify(rest));
    }

    // How the body came here is the connection's business; it is sent on whole.
    const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);
    const headers = Object.entries(request.headers).filter(([name]) => !own.has(name)) as [string, string][];
    const hasBody = request.method === 'POST' && forward.length > 0;
    const answer = await fetch(new URL(path, gateway.target), {
      method: request.method ?? 'GET',
      headers,
      ...(hasBody ? { body: new Uint8Array(forward) } : {}),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.ok && did) note(did, path, bytes);
    if (drops === 'drop-after') return void request.socket.destroy();
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, type ? { 'content-type': type } : {});
    response.end(bytes);
  }

  function note(did: string, path: string, bytes: Buffer): void {
    const account = seen(did);
    if (isChange(path)) account.changes += 1;
    if (!/createSession|refreshSession/.test(path)) return;
    if (path.includes('createSession')) account.logins += 1;
    else account.refreshes += 1;
    const { accessJwt, refreshJwt } = JSON.parse(bytes.toString()) as { accessJwt: string; refreshJwt: string };
    // Two of one second are the same text.
    dead.delete(accessJwt);
    account.accessTokens.push(accessJwt);
    account.refreshTokens.push(refreshJwt);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 120_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const gateway: AtprotoGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    know: (did, name) => dids.set(name, did),
    setFault(did, fault, detail) {
      broken = { did, fault, detail, left: detail.count ?? Number.POSITIVE_INFINITY };
      if (fault !== 'expire-session') return;
      for (const token of [...seen(did).accessTokens, ...seen(did).refreshTokens]) dead.add(token);
    },
    clearFaults() {
      broken = null;
    },
    expireAccess(did) {
      for (const token of seen(did).accessTokens) dead.add(token);
    },
    code: (did) => seen(did).code,
    counts(did) {
      const { logins, changes, refreshes } = seen(did);
      return { logins, changes, refreshes };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return gateway;
}
