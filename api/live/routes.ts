import type { Request } from 'express';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import {
  HOST_MESSAGE_BYTES,
  HOST_SOCKET,
  LIVE_MODES,
  VIEW_MESSAGE_BYTES,
  VIEW_SOCKET,
} from '../../contracts/live-view.ts';
import { say } from '../../contracts/said.ts';
import type { Actor } from '../actor.ts';
import type { Deps } from '../deps.ts';
import { queryOne } from '../door/sql.ts';
import { forbidden, tooMany } from '../problem.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { endView } from './hub.ts';
import { serveTakeOver } from './take-over.ts';
import { guardSocket, socketAcceptor } from './upgrade.ts';

/** Views that one person or token may have open. */
const MOST_VIEWS = 8;
const VIEW_GUARD = { access: 'operator', method: 'get', tags: ['Live view'] } as const;
const HOST_GUARD = { access: 'worker', method: 'get', tags: ['Worker link'] } as const;
const acceptView = socketAcceptor(VIEW_MESSAGE_BYTES);
const acceptHost = socketAcceptor(HOST_MESSAGE_BYTES);
const SWITCHED = { 101: { description: 'The connection is a web socket from now on' } } as const;
const open = new Map<string, number>();

/**
 * A browser sends its cookie with web sockets that other sites open, and asks nobody: its `Origin` must be ours.
 * @throws Problem 403
 */
function checkOrigin(req: Request, actor: Actor, { env }: Pick<Deps, 'env'>): void {
  if (actor.via !== 'cookie') return;
  const origin = req.get('origin') ?? '';
  const host = URL.canParse(origin) ? new URL(origin).host : '';
  if (origin === new URL(env.publicUrl).origin || (host !== '' && host === req.get('host'))) return;
  throw forbidden('Live views are opened from the dashboard only.');
}

function countView(actor: Actor, socket: WebSocket): void {
  open.set(actor.id, (open.get(actor.id) ?? 0) + 1);
  socket.on('close', () => {
    const left = (open.get(actor.id) ?? 1) - 1;
    if (left > 0) open.set(actor.id, left);
    else open.delete(actor.id);
  });
}

export const liveRoutes: Route[] = [
  route({
    path: `${VIEW_SOCKET}{accountTaskId}` as `/${string}`,
    operationId: 'openLiveView',
    summary: 'Look at the browser of an account task, or take over a parked one',
    description:
      'A web socket that carries JSON: pictures of the page to you, `ack` for each of them back. With ' +
      '`mode=take-over` also `input` and, when the checkpoint is passed, `finish`. The messages are those of ' +
      '`contracts/live-view.ts`. Take-overs are in the audit log.',
    ...VIEW_GUARD,
    params: z.object({ accountTaskId: z.uuid() }),
    query: z.object({ mode: z.enum(LIVE_MODES).default('watch') }),
    responses: { ...SWITCHED, 426: { description: 'The request does not ask for a web socket' } },
    async handler({ params: { accountTaskId }, query: { mode }, req, res, actor, deps }) {
      checkOrigin(req, actor, deps);
      if ((open.get(actor.id) ?? 0) >= MOST_VIEWS) {
        throw tooMany(say('order.live-views', { count: MOST_VIEWS }), 5);
      }
      const socket = await acceptView(req);
      countView(actor, socket);
      guardSocket(socket, { req, deps }, VIEW_GUARD);
      if (mode === 'take-over') {
        const requestId = String(res.locals.requestId ?? '');
        void serveTakeOver(deps, socket, { accountTaskId, actor, address: req.ip ?? null, requestId });
        return 'streamed';
      }
      const found = await queryOne(deps.db, `SELECT id FROM "AccountTask" WHERE id = $1::uuid`, accountTaskId);
      if (found) deps.live.watch(socket, accountTaskId);
      else endView(socket, 'failed', 'There is no such account task.');
      return 'streamed';
    },
  }),
  route({
    path: HOST_SOCKET,
    operationId: 'connectLiveHost',
    summary: 'The socket over which a browser host is asked for live views',
    description: 'A web socket that carries the messages of `contracts/live-view.ts`.',
    ...HOST_GUARD,
    responses: { ...SWITCHED, 426: { description: 'The request does not ask for a web socket' } },
    async handler({ req, deps }) {
      const socket = await acceptHost(req);
      guardSocket(socket, { req, deps }, HOST_GUARD);
      deps.live.addHost(socket);
      return 'streamed';
    },
  }),
];
