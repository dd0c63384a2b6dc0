import pg from 'pg';
import { z } from 'zod';
import { type Receiver, startReceiver } from '../../api/webhooks/test-receiver.ts';
import { WEBHOOK_EVENTS, type WebhookEvent, type WebhookMessage } from '../../contracts/webhooks.ts';
import type { Bench } from './bench.ts';
import { until } from './wait.ts';

export interface Alerts extends Receiver {
  /** What has come of this event, each message once, its signature verified. */
  of(event: WebhookEvent): { id: string; message: WebhookMessage }[];
  /** Until a message of this event, about this bulk task or worker, has come. */
  untilTold(event: WebhookEvent, about: string, withinMs?: number): Promise<WebhookMessage>;
  /** As if it were time for the next attempt. */
  hurry(): Promise<void>;
}

/** A webhook of the bench for every event, with a real receiver behind it. */
export async function listenForAlerts(bench: Bench): Promise<Alerts> {
  const receiver = await startReceiver();
  const body = { name: 'Watch', url: receiver.url, events: WEBHOOK_EVENTS };
  const { key } = await bench.call('POST', '/api/webhooks', z.object({ key: z.string() }), body);

  function of(event: WebhookEvent) {
    const byId = new Map(receiver.received.map((one) => [one.id, one.verified(key)]));
    return [...byId].map(([id, message]) => ({ id, message })).filter(({ message }) => message.type === event);
  }

  return {
    ...receiver,
    of,
    async untilTold(event, about, withinMs = 30_000) {
      const found = async () => of(event).filter(({ message }) => JSON.stringify(message.data).includes(about));
      const [first, ...more] = await until(found, (messages) => messages.length > 0, {
        what: `${event} of ${about} was told`,
        withinMs,
      });
      if (!first || more.length > 0) throw new Error(`${event} of ${about} was told ${more.length + 1} times.`);
      return first.message;
    },
    async hurry() {
      const client = new pg.Client({ connectionString: bench.stack.databaseUrl });
      await client.connect();
      await client.query(`UPDATE "WebhookDelivery" SET "nextAt" = now() WHERE state = 'pending'`);
      await client.end();
    },
  };
}
