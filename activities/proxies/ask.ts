import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { say } from '../../contracts/said.ts';
import type { ProxyAddress } from './address.ts';
import { bounded } from './bounded.ts';
import { type CheckerAnswer, type CheckerTargets, checkerAnswerSchema } from './checker.ts';
import {
  authorization,
  type Limits,
  openProxy,
  secure,
  silent,
  tunnelHttp,
  tunnelSocks,
  wantsCredentials,
} from './dial.ts';
import { brokenFault, type FaultStage, ProxyFault } from './fault.ts';

/** The checker's answers are a hundred bytes; more comes from somebody else. */
const LONGEST_ANSWER = 4_096;

interface Question {
  socket: Socket;
  stage: FaultStage;
  url: URL;
  /** Path, or whole address for a proxy. */
  path: string;
  headers: Record<string, string>;
  nonce: string;
}

/** One request over an open connection, held against what only the checker can say. */
function ask({ socket, stage, url, path, headers, nonce }: Question, proxy: ProxyAddress, limits: Limits) {
  const notTheChecker = (why: string) => new ProxyFault(stage, 'answer', say('proxy.not-checker', { why }));

  function wrongStatus(status: number): ProxyFault | null {
    if (status === 407) return wantsCredentials(proxy);
    if (status >= 500) {
      const why = say('proxy.no-checker', { status });
      return new ProxyFault(stage, 'denied', why);
    }
    return status === 200 ? null : notTheChecker(`status ${status}`);
  }

  function read(
    response: IncomingMessage,
    done: (answer: CheckerAnswer) => void,
    fail: (error: unknown) => void,
  ): void {
    const wrong = wrongStatus(response.statusCode ?? 0);
    if (wrong) {
      fail(wrong);
      return;
    }
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_ANSWER) fail(notTheChecker('it is far too long'));
    });
    response.once('error', (error) => fail(brokenFault(stage, error)));
    response.once('end', () => {
      const answer = parse(text);
      if (!answer) fail(notTheChecker('it has another form'));
      else if (answer.nonce !== nonce) fail(notTheChecker('it answers another request'));
      else done(answer);
    });
  }

  return bounded<CheckerAnswer>(
    { ms: limits.answerMs, signal: limits.signal, late: silent(stage) },
    (done, fail) => {
      const asked = httpRequest({
        createConnection: () => socket,
        path,
        headers: { host: url.host, connection: 'close', 'user-agent': 'Flotilla proxy check', ...headers },
      });
      asked.once('response', (response) => read(response, done, fail));
      asked.on('error', (error) => fail(brokenFault(stage, error)));
      asked.end();
    },
    () => socket.destroy(),
  );
}

function parse(text: string): CheckerAnswer | null {
  try {
    return checkerAnswerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The question's address: each has a word of its own, so that no cache and no page made beforehand can answer it. */
function question(target: URL): { url: URL; nonce: string } {
  const nonce = randomBytes(16).toString('hex');
  const url = new URL(target);
  url.searchParams.set('nonce', nonce);
  return { url, nonce };
}

/** Asks the checker over plain HTTP through the proxy. @throws ProxyFault */
export async function askHttp(proxy: ProxyAddress, { http }: CheckerTargets, limits: Limits): Promise<CheckerAnswer> {
  const { url, nonce } = question(http);
  const isSocks = proxy.protocol === 'socks5';
  const socket = isSocks ? await tunnelSocks(proxy, url, 'http', limits) : await openProxy(proxy, limits);
  try {
    const path = isSocks ? url.pathname + url.search : url.href;
    const headers = isSocks ? {} : authorization(proxy);
    return await ask({ socket, stage: 'http', url, path, headers, nonce }, proxy, limits);
  } finally {
    socket.destroy();
  }
}

/** Asks the checker over HTTPS, through CONNECT or SOCKS5. @throws ProxyFault */
export async function askHttps(
  proxy: ProxyAddress,
  { https, ca }: CheckerTargets,
  limits: Limits,
): Promise<CheckerAnswer> {
  const { url, nonce } = question(https);
  const tunnel =
    proxy.protocol === 'socks5' ? await tunnelSocks(proxy, url, 'https', limits) : await tunnelHttp(proxy, url, limits);
  try {
    const socket = await secure(tunnel, url, ca, limits);
    return await ask(
      { socket, stage: 'https', url, path: url.pathname + url.search, headers: {}, nonce },
      proxy,
      limits,
    );
  } finally {
    tunnel.destroy();
  }
}
