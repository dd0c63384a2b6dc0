import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { ADDRESS_REFUSED, type AddressGuard } from '../../config/address-guard.ts';
import { say } from '../../contracts/said.ts';
import { errorCode } from '../error-code.ts';
import { readRetryAfter } from './attempts.ts';

/** From the first look-up of the name to the head of the answer. */
export const ATTEMPT_MS = 15_000;
const KEPT_CHARACTERS = 1_000;
const READ_BYTES = 4_096;

export interface Outgoing {
  url: string;
  /** `whsec_…` */
  key: string;
  messageId: string;
  body: string;
}

/** How an attempt went. Without an error it was taken. */
export interface Attempt {
  status: number | null;
  error: string | null;
  /** The beginning of what was answered. */
  answer: string | null;
  durationMs: number;
  retryAfterMs: number | null;
  /** The receiver said that it wants no more: status 410. */
  gone: boolean;
}

export interface WebhookClient {
  send(message: Outgoing, signal: AbortSignal): Promise<Attempt>;
  close(): Promise<void>;
}

/** The three headers of the Standard Webhooks specification; the time is that of the attempt, against replays. */
export function signedHeaders({ key, messageId, body }: Outgoing, at = new Date()): Record<string, string> {
  const id = `msg_${messageId}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign(id, at, body),
  };
}

/** Our own words: texts of libraries can hold parts of the address, which is a key where it is a chat's. */
function wordsFor(error: unknown): string {
  const code = errorCode(error) ?? '';
  if (/TIMEOUT|ABORT/.test(code) || (error instanceof Error && error.name === 'TimeoutError')) {
    return say('webhook.late', { count: ATTEMPT_MS / 1_000 });
  }
  // The guard's own sentence, about a name that people gave.
  if (code === ADDRESS_REFUSED && error instanceof Error) return error.message;
  if (code === 'ENOTFOUND') return 'Its name is not known in the name system.';
  if (code === 'ECONNREFUSED') return 'The connection was refused: nothing listens there.';
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(code)) {
    return say('webhook.certificate', { code });
  }
  return code ? say('webhook.failed-code', { code }) : say('webhook.failed');
}

function wordsForStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return say('webhook.redirect', { status });
  return say('webhook.status', { status });
}

/** What Postgres can keep of a stranger's text, and no more than a person reads. */
const readable = (text: string): string =>
  text
    .replace(/[^\P{Cc}\n\t]|\p{Surrogate}/gu, '')
    .trim()
    .slice(0, KEPT_CHARACTERS)
    .replace(/\p{Surrogate}/gu, '');

async function beginning(body: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= READ_BYTES) break;
    }
  } catch {
    // The status is known by now; what was read of the text is enough.
  } finally {
    body.destroy();
  }
  return readable(Buffer.concat(chunks).toString('utf8'));
}

/** Sends messages to addresses that people gave: each connection is held against the guard, redirects are not followed. */
export function createWebhookClient(guard: Pick<AddressGuard, 'literalRefusal' | 'lookup'>): WebhookClient {
  const dispatcher = new Agent({
    connect: { lookup: (host, options, done) => guard.lookup(host, options, done), timeout: ATTEMPT_MS },
    keepAliveTimeout: 1_000,
    headersTimeout: ATTEMPT_MS,
    bodyTimeout: ATTEMPT_MS,
  });

  async function attempt(message: Outgoing, signal: AbortSignal): Promise<Omit<Attempt, 'durationMs'>> {
    const failed = (error: string) => ({ status: null, error, answer: null, retryAfterMs: null, gone: false });
    try {
      const url = new URL(message.url);
      // Literal addresses are never looked up, so they are asked about here.
      const why = guard.literalRefusal(url.hostname);
      if (why !== null) return failed(why);
      const { statusCode, headers, body } = await request(url, {
        method: 'POST',
        dispatcher,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
        headers: { 'content-type': 'application/json', 'user-agent': 'Flotilla', ...signedHeaders(message) },
        body: message.body,
      });
      const retryAfter = headers['retry-after'];
      return {
        status: statusCode,
        error: wordsForStatus(statusCode),
        answer: await beginning(body),
        retryAfterMs: readRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined),
        gone: statusCode === 410,
      };
    } catch (error) {
      return failed(wordsFor(error));
    }
  }

  return {
    async send(message, signal) {
      const startedAt = performance.now();
      const done = await attempt(message, signal);
      return { ...done, durationMs: Math.round(performance.now() - startedAt) };
    },
    close: () => dispatcher.destroy(),
  };
}
