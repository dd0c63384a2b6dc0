import type { Env } from '../../config/env.ts';
import type { MessageType, WebhookMessage } from '../../contracts/webhooks.ts';

export interface StoredMessage {
  event: MessageType;
  payload: Record<string, unknown>;
  createdAt: Date;
}

/** Where the dashboard shows more of it. */
function pageOf({ event, payload }: StoredMessage): string | null {
  if (event === 'host.lost') return '/hosts';
  if (event === 'challenge.waiting') return '/inbox';
  return typeof payload.taskId === 'string' ? `/tasks/${String(payload.kind)}/${payload.taskId}` : null;
}

/** The body that is sent, the same at each attempt. */
export function messageOf(stored: StoredMessage, { publicUrl }: Pick<Env, 'publicUrl'>): WebhookMessage {
  const page = pageOf(stored);
  const url = page === null ? {} : { url: publicUrl.replace(/\/$/, '') + page };
  const message = {
    type: stored.event,
    timestamp: stored.createdAt.toISOString(),
    data: { ...stored.payload, ...url },
  };
  // The statements that leave alerts write these fields; their tests hold them against the schema.
  return message as WebhookMessage;
}
