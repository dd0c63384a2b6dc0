import { setTimeout as sleep } from 'node:timers/promises';
import { createEventParser, type StreamEvent } from '../contracts/event-stream.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './failure.ts';

/** The server sends a comment every 15 seconds; a stream that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export interface Following {
  taskId: string;
  signal: AbortSignal;
  onEvent(event: StreamEvent): void;
  /** The stream is open, for the first time or again. */
  onLive(): void;
  onLost(): void;
}

/** Reads one connection until it ends. */
async function readStream(context: Context, following: Following, lastId: string, onId: (id: string) => void) {
  const abort = new AbortController();
  const end = (): void => abort.abort();
  following.signal.addEventListener('abort', end);
  let watchdog = setTimeout(end, SILENCE_MS);
  try {
    const response = await context.send(`/api/events?taskId=${following.taskId}`, {
      headers: { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) },
      signal: abort.signal,
    });
    following.onLive();
    const parse = createEventParser((event) => {
      if (event.id) onId(event.id);
      following.onEvent(event);
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, SILENCE_MS);
      parse(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  } finally {
    clearTimeout(watchdog);
    following.signal.removeEventListener('abort', end);
    abort.abort();
  }
}

/**
 * Follows the events of a bulk task until the signal: comes back after every loss behind the last event that it saw.
 * @throws CliError when the stream never opened, or when the token is not good any more
 */
export async function followEvents(context: Context, following: Following): Promise<void> {
  let lastId = '';
  let everLive = false;
  let retryMs = FIRST_RETRY_MS;
  const watched: Following = {
    ...following,
    onLive() {
      everLive = true;
      retryMs = FIRST_RETRY_MS;
      following.onLive();
    },
  };
  while (!following.signal.aborted) {
    try {
      await readStream(context, watched, lastId, (id) => {
        lastId = id;
      });
    } catch (error) {
      if (following.signal.aborted) return;
      const isFinal = error instanceof CliError && (!everLive || error.exitCode === EXIT.refused);
      if (isFinal) throw error;
      // A place that the server does not know any more: begin at the present.
      if (error instanceof CliError && error.status === 400) lastId = '';
    }
    if (following.signal.aborted) return;
    following.onLost();
    await sleep(retryMs * (0.75 + Math.random() / 2), undefined, { signal: following.signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }
}
