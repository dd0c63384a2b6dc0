import WebSocket from 'ws';
import type { LiveViews } from '../activities/browser/live-views.ts';
import type { HostLink } from '../activities/link.ts';
import type { Logger } from '../config/logger.ts';
import { type FromHost, HOST_MESSAGE_BYTES, HOST_SOCKET, toHostSchema } from '../contracts/live-view.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The API pings every 15 s; without a word for so long the socket is taken for dead, milliseconds. */
const SILENCE_MS = 45_000;
/** Pictures that wait for a slow line, bytes; what comes on top is left out. */
const BACKLOG_BYTES = 8 * 1024 ** 2;

export interface LiveLinkOptions {
  link: Pick<HostLink, 'socketTo'>;
  hostName: string;
  views: LiveViews;
  log: Logger;
}

/** Keeps a socket to the API open, over which this host is asked for live views. When it breaks, its views end. */
export function keepLiveLink({ link, hostName, views, log }: LiveLinkOptions): { close(): void } {
  const { url, headers } = link.socketTo(HOST_SOCKET);
  let closed = false;
  let socket: WebSocket | null = null;
  let retry: NodeJS.Timeout | undefined;
  let wait = FIRST_WAIT_MS;

  function connect(): void {
    const mine = new WebSocket(url, {
      headers,
      maxPayload: HOST_MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    socket = mine;
    const silence = setTimeout(() => mine.terminate(), SILENCE_MS);
    const send = (message: FromHost): void => {
      if (mine.readyState !== WebSocket.OPEN) return;
      if (message.type === 'frame' && mine.bufferedAmount > BACKLOG_BYTES) return;
      mine.send(JSON.stringify(message));
    };
    mine.on('open', () => {
      wait = FIRST_WAIT_MS;
      send({ type: 'hello', host: hostName });
    });
    mine.on('ping', () => silence.refresh());
    mine.on('message', (data) => {
      silence.refresh();
      try {
        views.take(toHostSchema.parse(JSON.parse(String(data))), send);
      } catch {
        log.warn('the API asked for something that this version does not know');
      }
    });
    mine.on('error', (error) => log.debug({ reason: error.message }, 'live socket'));
    mine.on('close', () => {
      clearTimeout(silence);
      views.closeAll();
      if (closed) return;
      retry = setTimeout(connect, wait * (0.75 + Math.random() / 2));
      retry.unref();
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }

  connect();
  return {
    close() {
      closed = true;
      clearTimeout(retry);
      socket?.close();
      views.closeAll();
    },
  };
}
