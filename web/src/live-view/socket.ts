import { useCallback, useEffect, useRef, useState } from 'react';
import {
  type FromPerson,
  type LiveEnd,
  type LiveFrame,
  type LiveInput,
  type LiveMode,
  toPersonSchema,
  VIEW_SOCKET,
} from '../../../contracts/live-view.ts';
import type { Said } from '../../../contracts/said.ts';

export type Phase =
  | { is: 'connecting' | 'waiting' | 'saving' }
  | { is: 'open'; note: string | null; said?: Said[] | undefined }
  | { is: 'ended'; reason: LiveEnd | 'broken'; message: string; said?: Said[] | undefined };

interface LiveSocket {
  phase: Phase;
  send(input: LiveInput): void;
  finish(): void;
  /** Begins anew after an end. */
  again(): void;
}

function addressOf(accountTaskId: string, mode: LiveMode): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${VIEW_SOCKET}${accountTaskId}?mode=${mode}`;
}

/**
 * The socket of one live view. `draw` gets each picture; once it has resolved the next one is asked for, so that a slow
 * line shows fewer pictures and not older ones.
 */
export function useLiveSocket(
  accountTaskId: string,
  mode: LiveMode,
  draw: (frame: LiveFrame) => Promise<void>,
): LiveSocket {
  const [phase, setPhase] = useState<Phase>({ is: 'connecting' });
  const [attempt, setAttempt] = useState(0);
  const socket = useRef<WebSocket | null>(null);
  const drawing = useRef(draw);
  drawing.current = draw;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens a new socket
  useEffect(() => {
    const mine = new WebSocket(addressOf(accountTaskId, mode));
    socket.current = mine;
    let ended = false;
    const end = (reason: LiveEnd | 'broken', message: string, said?: Said[]): void => {
      if (ended) return;
      ended = true;
      setPhase({ is: 'ended', reason, message, said });
    };
    mine.onmessage = ({ data }) => {
      const parsed = toPersonSchema.safeParse(JSON.parse(String(data)));
      if (!parsed.success) return;
      const message = parsed.data;
      switch (message.type) {
        case 'frame':
          void drawing.current(message).finally(() => tell(mine, { type: 'ack', n: message.n }));
          return;
        case 'opened':
          setPhase({ is: 'open', note: message.note, said: message.said });
          return;
        case 'waiting':
          setPhase({ is: 'waiting' });
          return;
        default:
          end(message.reason, message.message, message.said);
      }
    };
    mine.onclose = () => end('broken', '');
    setPhase({ is: 'connecting' });
    return () => {
      ended = true;
      mine.close();
    };
  }, [accountTaskId, mode, attempt]);

  const send = useCallback((input: LiveInput) => {
    if (socket.current) tell(socket.current, { type: 'input', input });
  }, []);
  const finish = useCallback(() => {
    if (!socket.current) return;
    setPhase({ is: 'saving' });
    tell(socket.current, { type: 'finish' });
  }, []);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  return { phase, send, finish, again };
}

function tell(socket: WebSocket, message: FromPerson): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
