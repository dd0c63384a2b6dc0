import type { Deps } from '../deps.ts';
import { openWebhookKey } from '../secrets.ts';
import { messageOf } from './message.ts';
import { type Claimed, claimDue, recordAttempt } from './queue.ts';
import { type Attempt, createWebhookClient, type WebhookClient } from './send.ts';

const LOOK_MS = 1_000;
const MOST_AT_ONCE = 16;
const MOST_OF_ONE = 4;

type SenderDeps = Pick<Deps, 'db' | 'env' | 'log' | 'sealer' | 'addressGuard'>;

export interface WebhookSender {
  /** Sends all that is due now and waits for it. @returns how many attempts were made */
  sendDue(): Promise<number>;
  /** Breaks off attempts that are under way; they are made again after a minute. */
  close(): Promise<void>;
}

const UNREADABLE: Attempt = {
  status: null,
  error: 'The key of this webhook cannot be opened any more. Add the webhook anew.',
  answer: null,
  durationMs: 0,
  retryAfterMs: null,
  gone: false,
};

/** One attempt, from its claim to its record. */
async function attempt(deps: SenderDeps, client: WebhookClient, claimed: Claimed, signal: AbortSignal): Promise<void> {
  const { db, env, log, sealer } = deps;
  const body = JSON.stringify(messageOf(claimed, env));
  let key: string | null = null;
  try {
    key = openWebhookKey(sealer, claimed.webhookId, claimed.secret);
  } catch {
    log.error({ webhookId: claimed.webhookId }, 'the key of a webhook cannot be opened');
  }
  const { url, messageId } = claimed;
  const done = key === null ? UNREADABLE : await client.send({ url, key, messageId, body }, signal);
  // Nobody knows how it went; the claim runs out and it is sent again under the same id.
  if (signal.aborted) return;
  const disabled = await recordAttempt(db, claimed, done);
  log.debug({ webhookId: claimed.webhookId, event: claimed.event, status: done.status }, 'a webhook was called');
  if (disabled) log.warn({ webhookId: disabled.id, reason: disabled.disabledReason }, 'a webhook was disabled');
}

/** What several processes may do side by side: each takes other messages. `run` unless told not to looks every second. */
export function startWebhookSender(deps: SenderDeps, { run = true }: { run?: boolean } = {}): WebhookSender {
  const client = createWebhookClient(deps.addressGuard);
  const closing = new AbortController();
  const underWay = new Map<Promise<void>, string>();
  let looking: Promise<number> | undefined;

  function busy(): string[] {
    const counts = new Map<string, number>();
    for (const id of underWay.values()) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...counts].filter(([, n]) => n >= MOST_OF_ONE).map(([id]) => id);
  }

  function begin(claimed: Claimed): void {
    const work = attempt(deps, client, claimed, closing.signal)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'an attempt was not recorded and is made again'))
      .finally(() => {
        underWay.delete(work);
        // A place is free, so there may be more to do at once.
        if (run) look();
      });
    underWay.set(work, claimed.webhookId);
  }

  async function take(): Promise<number> {
    const most = MOST_AT_ONCE - underWay.size;
    if (most <= 0 || closing.signal.aborted) return 0;
    const claimed = await claimDue(deps.db, { each: MOST_OF_ONE, busy: busy(), most });
    claimed.forEach(begin);
    return claimed.length;
  }

  function look(): void {
    looking ??= take()
      .catch((error: unknown) => {
        deps.log.warn({ err: error }, 'messages for webhooks could not be read; tried again in a second');
        return 0;
      })
      .finally(() => {
        looking = undefined;
      });
  }

  const timer = run ? setInterval(look, LOOK_MS) : undefined;
  return {
    async sendDue() {
      let made = 0;
      for (let taken = await take(); taken > 0; taken = await take()) {
        made += taken;
        await Promise.all(underWay.keys());
      }
      return made;
    },
    async close() {
      clearInterval(timer);
      closing.abort();
      await looking;
      await Promise.all(underWay.keys());
      await client.close();
    },
  };
}
