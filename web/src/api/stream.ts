import { createEventParser, type StreamEvent } from '../../../contracts/event-stream.ts';
import { giveUpReads, reportUnauthorized } from './client.ts';

export type StreamStatus = 'connecting' | 'live' | 'offline';

/** The server sends a comment every 15 seconds; a stream that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;
/** How long the server may take to begin. */
const BEGIN_MS = 8_000;
/** How often the clock is looked at. By the clock, as timers stand still while a machine sleeps. */
const LOOK_MS = 2_000;
/** A clock that went on for so long between two looks: the machine slept, and its connections with it. */
const SLEPT_MS = 15_000;
/** Who has missed more than this begins at the present, and reads everything anew. */
const REPLAY_MS = 600_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** Browsers allow six connections a site: a tab that nobody looks at gives its own back. */
const HIDDEN_MS = 10_000;

export interface StreamOptions {
  onEvent(event: StreamEvent): void;
  /** `live` again without another state in between: something may have been missed. */
  onStatus(status: StreamStatus): void;
}

/**
 * Keeps one stream of events open: comes back after every loss behind the last event that it saw, at once when the
 * network returns or the machine wakes. One that died without a word, as after a change of networks, is found by its
 * silence. @returns a function that closes it.
 */
export function openStream({ onEvent, onStatus }: StreamOptions): () => void {
  let closed = false;
  let lastId = '';
  let retryMs = FIRST_RETRY_MS;
  let connection: AbortController | undefined;
  let wake: () => void = () => undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let heardAt = Date.now();
  let askedAt = heardAt;
  let patienceMs = BEGIN_MS;
  let lookedAt = Date.now();
  /** The connection was given up here, for another one at once. */
  let renewed = false;

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
    if (Date.now() - heardAt > REPLAY_MS) lastId = '';
    connection = abort;
    renewed = false;
    askedAt = Date.now();
    patienceMs = BEGIN_MS;
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
      const parse = parserOf();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let begun = false; ; ) {
        const { done, value } = await reader.read();
        if (done) return 'lost';
        heardAt = Date.now();
        if (!begun) {
          // From its first word on the stream misses nothing.
          begun = true;
          patienceMs = SILENCE_MS;
          retryMs = FIRST_RETRY_MS;
          onStatus('live');
        }
        parse(value);
      }
    } catch {
      return 'lost';
    } finally {
      connection = undefined;
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
      if (document.hidden || renewed) continue;
      onStatus('offline');
      await sleep(retryMs * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  /** The connection is dead, and so are those of all that is being read. */
  const giveUp = (): void => {
    connection?.abort();
    giveUpReads();
  };
  const renew = (): void => {
    renewed = true;
    giveUp();
    wake();
  };
  const look = (): void => {
    const now = Date.now();
    const slept = now - lookedAt > SLEPT_MS;
    lookedAt = now;
    if (document.hidden) return;
    if (slept) renew();
    else if (connection && now - Math.max(heardAt, askedAt) > patienceMs) giveUp();
  };

  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => connection?.abort(), HIDDEN_MS);
    else {
      look();
      wake();
    }
  };
  const onOnline = (): void => wake();
  const onOffline = (): void => connection?.abort();
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) renew();
  };

  const looking = setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', onVisibility);
  // A page that the browser had frozen, or brings back as it was left.
  document.addEventListener('resume', renew);
  window.addEventListener('pageshow', onShow);
  window.addEventListener('online', onOnline);
  window.addEventListener('offline', onOffline);
  onStatus('connecting');
  void run();

  return () => {
    closed = true;
    clearTimeout(hiding);
    clearInterval(looking);
    document.removeEventListener('visibilitychange', onVisibility);
    document.removeEventListener('resume', renew);
    window.removeEventListener('pageshow', onShow);
    window.removeEventListener('online', onOnline);
    window.removeEventListener('offline', onOffline);
    connection?.abort();
    wake();
  };
}
