import { createEventParser, type StreamEvent } from '../../../contracts/event-stream.ts';
import { reportUnauthorized } from './client.ts';

export type StreamStatus = 'connecting' | 'live' | 'offline';

/** The server sends a comment every 15 seconds; a stream that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** Browsers allow six connections a site: a tab that nobody looks at gives its own back. */
const HIDDEN_MS = 10_000;

export interface StreamOptions {
  onEvent(event: StreamEvent): void;
  onStatus(status: StreamStatus): void;
}

/**
 * Keeps one stream of events open: comes back after every loss behind the last event that it saw, at once when the
 * network returns. @returns a function that closes it.
 */
export function openStream({ onEvent, onStatus }: StreamOptions): () => void {
  let closed = false;
  let lastId = '';
  let retryMs = FIRST_RETRY_MS;
  let connection: AbortController | undefined;
  let wake: () => void = () => undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const sleep = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });

  const parserOf = () =>
    createEventParser((event) => {
      if (event.id) lastId = event.id;
      onEvent(event);
    });

  async function read(): Promise<'signed-out' | 'lost'> {
    const abort = new AbortController();
    connection = abort;
    let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const response = await fetch('/api/events', {
        headers: { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (response.status === 401) return 'signed-out';
      // A place that the server does not know any more: begin at the present, the pages refresh on `live`.
      if (response.status === 400) lastId = '';
      if (!response.ok || !response.body) return 'lost';
      onStatus('live');
      retryMs = FIRST_RETRY_MS;
      const parse = parserOf();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return 'lost';
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
        parse(value);
      }
    } catch {
      return 'lost';
    } finally {
      clearTimeout(watchdog);
      abort.abort();
    }
  }

  async function run(): Promise<void> {
    while (!closed) {
      if (document.hidden) {
        await sleep(3_600_000);
        continue;
      }
      const end = await read();
      if (closed) return;
      if (end === 'signed-out') {
        reportUnauthorized();
        return;
      }
      if (document.hidden) continue;
      onStatus('offline');
      await sleep(retryMs * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => connection?.abort(), HIDDEN_MS);
    else wake();
  };
  const onOnline = (): void => wake();
  const onOffline = (): void => connection?.abort();

  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', onOnline);
  window.addEventListener('offline', onOffline);
  onStatus('connecting');
  void run();

  return () => {
    closed = true;
    clearTimeout(hiding);
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', onOnline);
    window.removeEventListener('offline', onOffline);
    connection?.abort();
    wake();
  };
}
