import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type WebhookMessage, webhookMessageSchema } from '../../contracts/webhooks.ts';

export interface Received {
  /** `webhook-id` */
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Verified with the library and held against the schema. @throws when it is not signed with the key */
  verified(key: string): WebhookMessage;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** How it answers from now on; 204 unless given. */
  answers(answer: (response: ServerResponse, nth: number) => void): void;
  close(): Promise<void>;
}

/** A real receiver on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let answer = (response: ServerResponse, _nth: number) => {
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { headers } = request;
      const verified = (key: string) =>
        webhookMessageSchema.parse(new Webhook(key).verify(body, headers as Record<string, string>));
      received.push({ id: String(headers['webhook-id']), headers, body, verified });
      answer(response, received.length);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers(next) {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
