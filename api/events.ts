import type { Response } from 'express';
import { z } from 'zod';
import { parseEventId, type Subscriber } from './event-hub.ts';
import { badRequest } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { endWhenRefused } from './stream-guard.ts';

export { createEventHub, type EventHub } from './event-hub.ts';

const HEARTBEAT_MS = 15_000;
/** What may wait in this process for one client before it counts as too slow. */
const MAX_WAITING_BYTES = 1_048_576;
/** What a client waits before it comes back, milliseconds. */
const RECONNECT_MS = 2_000;

const tags = ['Events'];

const streams = new Set<Response>();
let heartbeat: NodeJS.Timeout | undefined;

function keepAlive(res: Response): void {
  streams.add(res);
  heartbeat ??= setInterval(() => {
    for (const stream of streams) stream.write(': still here\n\n');
  }, HEARTBEAT_MS).unref();
  res.on('close', () => {
    streams.delete(res);
    if (streams.size === 0) {
      clearInterval(heartbeat);
      heartbeat = undefined;
    }
  });
}

function subscriberOf(res: Response, more: Pick<Subscriber, 'taskId' | 'after'>): Subscriber {
  return {
    ...more,
    begun: () => {
      if (res.destroyed) return;
      // The first word a client hears: from here on it misses nothing.
      res.write(`retry: ${RECONNECT_MS}\n\n`);
      keepAlive(res);
    },
    send(frames) {
      if (res.destroyed) return false;
      res.write(frames);
      return res.writableLength < MAX_WAITING_BYTES;
    },
    drained: () =>
      new Promise((done) => {
        if (res.destroyed || !res.writableNeedDrain) return done();
        res.once('drain', done).once('close', done);
      }),
    // Destroyed, not ended: a client that does not read would keep the rest in memory.
    end: () => res.destroy(),
  };
}

export const eventsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/events',
    operationId: 'streamEvents',
    summary: 'Live events of bulk tasks and account tasks',
    description:
      'Server-sent events. The id of each event can be given back as `Last-Event-ID` or `after`, and the stream goes ' +
      'on behind it with nothing missed. Without it the stream begins now.',
    tags,
    access: 'viewer',
    query: z.object({
      taskId: z.uuid().optional().meta({ description: 'Only events of this bulk task' }),
      after: z.string().max(50).optional().meta({ description: 'Id of the last event already seen' }),
    }),
    responses: { 200: { description: 'A stream that does not end by itself', contentType: 'text/event-stream' } },
    async handler({ query, req, res, deps }) {
      // A browser that reconnects repeats the first address, so its header is the newer of the two.
      const given = req.get('last-event-id') || query.after;
      const after = given ? parseEventId(given) : undefined;
      if (given && !after) {
        throw badRequest('The stream cannot go on there.', [
          { path: 'after', message: 'Must be the id of an event, two numbers joined by a hyphen.' },
        ]);
      }
      res.status(200).set({
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      res.flushHeaders();
      endWhenRefused({ req, res, deps }, { access: 'viewer', method: 'get', tags });
      const unsubscribe = deps.events.subscribe(subscriberOf(res, { taskId: query.taskId, after }));
      res.on('close', unsubscribe);
      return 'streamed';
    },
  }),
];
