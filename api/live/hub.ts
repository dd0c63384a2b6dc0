import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Logger } from '../../config/logger.ts';
import type { FromHost, FromPerson, LiveEnd, ToHost, ToPerson } from '../../contracts/live-view.ts';
import { fromHostSchema, fromPersonSchema, toPersonSchema } from '../../contracts/live-view.ts';
import { read } from '../../contracts/said.ts';

/** What a person's socket may have waiting, bytes; a picture on top is left out. */
const BACKLOG_BYTES = 2 * 1024 ** 2;

/** What a take-over ended with. */
export interface TakeOverEnd {
  reason: LiveEnd;
  message: string;
  /** The host that had the page, if one did. */
  host: string | null;
}

export type TakeOverOrder = Omit<Extract<ToHost, { type: 'take-over' }>, 'type' | 'view'>;

/** The meeting place of browser hosts and the people who look at their pages, in this process. */
export interface LiveHub {
  addHost(socket: WebSocket): void;
  /** Shows what steps do for an account task, for as long as the socket is open. */
  watch(socket: WebSocket, accountTaskId: string): void;
  /** Gives a page to a person. @returns what it ended with, once the host has let go of the account */
  takeOver(socket: WebSocket, order: TakeOverOrder): Promise<TakeOverEnd>;
  /** Browser hosts that are connected now. */
  hosts(): number;
  close(): void;
}

interface Host {
  socket: WebSocket;
  name: string;
}

interface View {
  id: string;
  watches: string | null;
  host: Host | null;
  person: WebSocket;
  hear(message: FromHost, from: Host): void;
  lostHost(): void;
}

function tell(socket: WebSocket, message: ToPerson | ToHost): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (message.type === 'frame' && socket.bufferedAmount > BACKLOG_BYTES) return;
  socket.send(JSON.stringify(message));
}

const codesOf = (text: string | null) => {
  const said = text === null ? undefined : read(text);
  return said ? { said } : {};
};

/** What a host said, without what is between it and the API. */
function pass(person: WebSocket, message: FromHost): void {
  const codes = message.type === 'opened' ? codesOf(message.note) : {};
  tell(person, toPersonSchema.parse({ ...message, ...codes }));
}

export function createLiveHub(log: Logger): LiveHub {
  const hosts = new Set<Host>();
  const views = new Map<string, View>();
  const people = new Set<WebSocket>();

  /** Hands what a person says to `take`, until their socket closes. A message that is none closes it. */
  function listen(person: WebSocket, take: (message: FromPerson) => void): void {
    people.add(person);
    person.on('close', () => people.delete(person));
    person.on('message', (data) => {
      try {
        take(fromPersonSchema.parse(JSON.parse(String(data))));
      } catch {
        person.close(1008, 'That is no message of a live view.');
      }
    });
  }

  function order(host: Host | null, message: ToHost): void {
    if (host) tell(host.socket, message);
  }

  function takeMessage(data: unknown, from: Host): void {
    const parsed = fromHostSchema.safeParse(JSON.parse(String(data)));
    if (!parsed.success) {
      log.warn({ host: from.name }, 'a host said something about live views that this version does not know');
      return;
    }
    const message = parsed.data;
    if (message.type !== 'hello') {
      views.get(message.view)?.hear(message, from);
      return;
    }
    from.name = message.host;
    hosts.add(from);
    for (const { id, watches } of views.values()) {
      if (watches !== null) order(from, { type: 'watch', view: id, accountTaskId: watches });
    }
  }

  return {
    addHost(socket) {
      const host: Host = { socket, name: '' };
      socket.on('message', (data) => {
        try {
          takeMessage(data, host);
        } catch {
          socket.close(1008, 'That is no message of a browser host.');
        }
      });
      socket.on('close', () => {
        hosts.delete(host);
        for (const view of [...views.values()]) if (view.host === host) view.lostHost();
      });
    },

    watch(person, accountTaskId) {
      const view: View = {
        id: randomUUID(),
        watches: accountTaskId,
        host: null,
        person,
        hear(message, from) {
          if (message.type === 'opened') view.host = from;
          else if (view.host !== from) return;
          if (message.type === 'waiting') view.host = null;
          if (message.type === 'opened' || message.type === 'frame' || message.type === 'waiting')
            pass(person, message);
        },
        lostHost() {
          view.host = null;
          tell(person, { type: 'waiting' });
        },
      };
      views.set(view.id, view);
      tell(person, { type: 'waiting' });
      for (const host of hosts) order(host, { type: 'watch', view: view.id, accountTaskId });
      listen(person, (message) => {
        if (message.type === 'ack') order(view.host, { ...message, view: view.id });
      });
      person.on('close', () => {
        views.delete(view.id);
        for (const host of hosts) order(host, { type: 'close', view: view.id });
      });
    },

    takeOver(person, request) {
      return new Promise((resolve) => {
        const untried = [...hosts];
        const view: View = {
          id: randomUUID(),
          watches: null,
          host: null,
          person,
          hear(message, from) {
            if (from !== view.host) return;
            if (message.type === 'full') ask();
            else if (message.type === 'ended') end(message.reason, message.message);
            else if (message.type === 'opened' || message.type === 'frame') pass(person, message);
          },
          lostHost: () => end('host-gone', 'The host with the browser is not connected any more.'),
        };

        function end(reason: LiveEnd, message: string): void {
          if (!views.delete(view.id)) return;
          resolve({ reason, message, host: view.host?.name ?? null });
        }

        function ask(): void {
          const hadHost = view.host !== null;
          view.host = untried.shift() ?? null;
          if (view.host) order(view.host, { ...request, type: 'take-over', view: view.id });
          else if (hadHost) end('host-gone', 'All browser hosts have as many people as they take; try again later.');
          else end('host-gone', 'No browser host is connected. Start one, and try again.');
        }

        views.set(view.id, view);
        listen(person, (message) => order(view.host, { ...message, view: view.id }));
        person.on('close', () => order(view.host, { type: 'close', view: view.id }));
        ask();
      });
    },

    hosts: () => hosts.size,
    close() {
      for (const socket of [...people, ...[...hosts].map((host) => host.socket)]) socket.terminate();
    },
  };
}

/** The last word to a person. */
export function endView(person: WebSocket, reason: LiveEnd, message: string): void {
  tell(person, { type: 'ended', reason, message, ...codesOf(message) });
  person.close(1000);
}
