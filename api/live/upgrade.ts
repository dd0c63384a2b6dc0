import type { Server } from 'node:http';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express, Request } from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import type { Guarded } from '../actor.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../problem.ts';
import { cutWhenRefused } from '../stream-guard.ts';

interface Pending {
  socket: Duplex;
  head: Buffer;
  response: ServerResponse;
}

const pending = new WeakMap<IncomingMessage, Pending>();

/** A peer that does not answer a ping until the next one is gone, milliseconds. */
const PING_MS = 15_000;

/**
 * Sends requests for a web socket through the app like any other: allow-list, sign-in, rates and rights are held
 * against them by the same code, and a refusal is an ordinary answer.
 */
export function letUpgradesThrough(server: Server, app: Express): void {
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const response = new ServerResponse(req);
    response.shouldKeepAlive = false;
    // Types say Socket; a TLS or plain one is what comes here.
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
    response.on('finish', () => socket.end());
    socket.on('error', () => socket.destroy());
    pending.set(req, { socket, head, response });
    app(req, response);
  });
}

/**
 * Makes a web socket of a request that asks for one.
 * @param maxPayload bytes of one message at most; more closes the socket
 * @returns what does so. It throws Problem 426 when the request does not ask for a web socket
 */
export function socketAcceptor(maxPayload: number): (req: IncomingMessage) => Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false, clientTracking: false });
  return (req) => {
    const held = pending.get(req);
    if (!held || req.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw new Problem(426, 'This address takes web sockets only.', { headers: { upgrade: 'websocket' } });
    }
    pending.delete(req);
    const { socket, head, response } = held;
    response.detachSocket(socket as Parameters<ServerResponse['detachSocket']>[0]);
    return new Promise((resolve) => {
      server.handleUpgrade(req, socket, head, (accepted) => {
        keepAlive(accepted);
        accepted.on('error', () => accepted.terminate());
        resolve(accepted);
      });
    });
  };
}

/** Cuts a socket once whoever opened it may not have it any more, like an event stream. */
export function guardSocket(
  socket: WebSocket,
  call: { req: Request; deps: Pick<Deps, 'db' | 'env' | 'keys' | 'log'> },
  guard: Guarded,
  everyMs?: number,
): void {
  cutWhenRefused({ on: socket.on.bind(socket), cut: () => socket.terminate() }, call, guard, everyMs);
}

function keepAlive(socket: WebSocket): void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) {
      answered = false;
      socket.ping();
    }
  }, PING_MS).unref();
  socket.on('close', () => clearInterval(timer));
}
