import pg from 'pg';
import { outsideOfWork } from '../config/log-context.ts';
import type { Logger } from '../config/logger.ts';
import { toldData } from './said.ts';

/** Every writer of a TaskEvent notifies here; the payload is the bulk task's id, or empty. */
export const EVENT_CHANNEL = 'flotilla_events';

/** Place of an event: its transaction, then its row. Later events always come after, whatever order they commit in. */
export interface EventCursor {
  xid: bigint;
  id: bigint;
}

export interface Subscriber {
  /** Only events of this bulk task. */
  taskId?: string | undefined;
  /** Replays what came after this place first; without it the stream begins now. */
  after?: EventCursor | undefined;
  /** From now on nothing is missed; what was missed before `after` was named has been sent. */
  begun?(): void;
  /** Takes whole server-sent-event frames. @returns false when it cannot keep up: it is dropped and may resume. */
  send(frames: string): boolean;
  /** Resolves when what was sent has left this process. */
  drained(): Promise<void>;
  /** The stream cannot go on; the client comes back by itself. */
  end(): void;
}

export interface EventHub {
  /** @returns a function that unsubscribes. */
  subscribe(subscriber: Subscriber): () => void;
  /** How many listen, and whether its connection to the database stands; it has none while nobody has listened. */
  status(): { clients: number; connection: 'none' | 'open' | 'lost' };
  /** Ends all streams and closes the connection. */
  close(): Promise<void>;
}

interface EventRow {
  xid: string;
  id: string;
  taskId: string | null;
  accountTaskId: string | null;
  type: string;
  data: Record<string, unknown>;
  at: Date;
}

const PAGE = 1_000;
/** At most five reads a second, however many events come in. */
const READ_GAP_MS = 200;
/** Without a notification: notices events that an older open transaction held back. */
const IDLE_GAP_MS = 1_000;
const RECONNECT_MS = 1_000;
const MAX_ID = 9_223_372_036_854_775_807n;

/**
 * Rows are read strictly below the oldest transaction still open. Everything there is decided, so no event can appear
 * behind the cursor later: a transaction that commits late holds the stream back instead of being missed.
 */
const READ = `
  WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin)
  SELECT e.xid::text AS xid, e.id::text AS id, e."taskId", e."accountTaskId", e.type, e.data, e.at
  FROM "TaskEvent" e, horizon
  WHERE (e.xid, e.id) > ($1::bigint, $2::bigint) AND (e.xid, e.id) <= ($3::bigint, $4::bigint)
    AND e.xid < horizon.xmin AND ($5::uuid IS NULL OR e."taskId" = $5::uuid)
  ORDER BY e.xid, e.id LIMIT ${PAGE}`;

const NOW = `SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text AS xid`;
const END: EventCursor = { xid: MAX_ID, id: MAX_ID };

const isBefore = (a: EventCursor, b: EventCursor): boolean => a.xid < b.xid || (a.xid === b.xid && a.id < b.id);
const placeOf = (row: EventRow): EventCursor => ({ xid: BigInt(row.xid), id: BigInt(row.id) });

/** `<xid>-<id>`, as sent in `id:` and given back in `Last-Event-ID`. Undefined when it is not such a text. */
export function parseEventId(text: string): EventCursor | undefined {
  const match = /^(\d{1,19})-(\d{1,19})$/.exec(text.trim());
  if (!match) return undefined;
  const cursor = { xid: BigInt(match[1] ?? 0), id: BigInt(match[2] ?? 0) };
  return cursor.xid > MAX_ID || cursor.id > MAX_ID ? undefined : cursor;
}

function toFrame(row: EventRow): string {
  const data = {
    ...(toldData(row.data) as Record<string, unknown>),
    taskId: row.taskId,
    accountTaskId: row.accountTaskId,
    at: row.at.toISOString(),
  };
  return `id: ${row.xid}-${row.id}\nevent: ${row.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Reads task events once and hands them to any number of subscribers, over one database connection of its own that
 * comes back by itself. Nothing is read while nobody listens.
 */
export function createEventHub({ databaseUrl, log }: { databaseUrl: string; log: Logger }): EventHub {
  const live = new Set<Subscriber>();
  const everyone = new Set<Subscriber>();
  let client: Promise<pg.Client> | undefined;
  let cursor: EventCursor | undefined;
  let running = false;
  let closed = false;
  let notified = false;
  let ring = (): void => undefined;
  let connected: 'none' | 'open' | 'lost' = 'none';

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'flotilla-events',
      keepAlive: true,
    });
    const lost = (error?: Error): void => {
      if (client === undefined) return;
      client = undefined;
      connected = 'lost';
      if (!closed) log.warn({ err: error }, 'the event connection was lost and is made again');
    };
    fresh.on('error', lost);
    fresh.on('end', () => lost());
    fresh.on('notification', () => {
      notified = true;
      ring();
    });
    await fresh.connect();
    await fresh.query(`LISTEN ${EVENT_CHANNEL}`);
    connected = 'open';
    return fresh;
  }

  function connection(): Promise<pg.Client> {
    // Whoever reads first makes the connection; it serves all.
    client ??= outsideOfWork(connect).catch((error) => {
      client = undefined;
      connected = 'lost';
      throw error;
    });
    return client;
  }

  async function read(from: EventCursor, to: EventCursor, taskId: string | undefined): Promise<EventRow[]> {
    const values = [from.xid, from.id, to.xid, to.id].map(String);
    const result = await (await connection()).query<EventRow>(READ, [...values, taskId ?? null]);
    return result.rows;
  }

  async function present(): Promise<EventCursor> {
    const { rows } = await (await connection()).query<{ xid: string }>(NOW);
    return { xid: BigInt(rows[0]?.xid ?? 0), id: MAX_ID };
  }

  async function livePlace(): Promise<EventCursor> {
    const found = cursor ?? (await present());
    // Two may have asked at once: the first answer is the one that all go by.
    cursor ??= found;
    return cursor;
  }

  function drop(subscriber: Subscriber): void {
    if (!everyone.delete(subscriber)) return;
    live.delete(subscriber);
    subscriber.end();
  }

  function fanOut(rows: readonly EventRow[]): void {
    const all = rows.map((row) => ({ taskId: row.taskId, frame: toFrame(row) }));
    const byTask = new Map<string | undefined, string>();
    for (const subscriber of live) {
      let frames = byTask.get(subscriber.taskId);
      if (frames === undefined) {
        const wanted = subscriber.taskId;
        frames = all
          .filter((event) => !wanted || event.taskId === wanted)
          .map(({ frame }) => frame)
          .join('');
        byTask.set(wanted, frames);
      }
      if (frames && !subscriber.send(frames)) drop(subscriber);
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      ring = () => {
        clearTimeout(timer);
        // Even when woken, keep the gap between two reads.
        setTimeout(done, READ_GAP_MS);
        ring = () => undefined;
      };
    });

  async function run(): Promise<void> {
    running = true;
    while (!closed && everyone.size > 0) {
      try {
        const from = await livePlace();
        notified = false;
        const rows = await read(from, END, undefined);
        const last = rows.at(-1);
        if (last) cursor = placeOf(last);
        fanOut(rows);
        // More may follow at once after a full page, and soon after a notification that came before its commit was due.
        await pause(rows.length > 0 || notified ? READ_GAP_MS : IDLE_GAP_MS);
      } catch (error) {
        if (closed) break;
        log.warn({ err: error }, 'events could not be read; tried again');
        await pause(RECONNECT_MS);
      }
    }
    running = false;
    // Whoever comes next begins at its own present, not where the last one left.
    cursor = undefined;
  }

  /** Replays up to the live cursor and joins the live stream in the same turn, so that no event falls between. */
  async function attach(subscriber: Subscriber): Promise<void> {
    let at = subscriber.after;
    while (everyone.has(subscriber)) {
      const goal = await livePlace();
      if (!at || !isBefore(at, goal)) {
        live.add(subscriber);
        subscriber.begun?.();
        return;
      }
      const rows = await read(at, goal, subscriber.taskId);
      if (rows.length > 0 && !subscriber.send(rows.map(toFrame).join(''))) await subscriber.drained();
      const last = rows.at(-1);
      at = rows.length === PAGE && last ? placeOf(last) : goal;
    }
  }

  return {
    subscribe(subscriber) {
      everyone.add(subscriber);
      if (!running) void run();
      attach(subscriber).catch((error) => {
        if (!closed) log.warn({ err: error }, 'a stream of events could not begin');
        drop(subscriber);
      });
      return () => {
        everyone.delete(subscriber);
        live.delete(subscriber);
      };
    },

    status: () => ({ clients: everyone.size, connection: connected }),

    async close() {
      closed = true;
      ring();
      for (const subscriber of [...everyone]) drop(subscriber);
      const open = client;
      client = undefined;
      await (await open?.catch(() => undefined))?.end().catch(() => undefined);
    },
  };
}
