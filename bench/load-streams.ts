import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

export interface StreamLoad {
  url: string;
  authorization: string;
  pool: pg.Pool;
  taskId: string;
  streams: number;
  seconds: number;
  eventsPerSecond: number;
  /** Looked at every second; its largest answer is told. */
  whileFlowing(): number;
}

export interface StreamLoadResult {
  openedSeconds: number;
  /** Events that were written, and that each stream has to have. */
  events: number;
  /** Streams that got every event once and in order. */
  complete: number;
  /** From the row in the database to the client, milliseconds. */
  lagP50: number;
  lagP99: number;
  mostMemory: number;
}

/** Writes that happen at once share a notification, as the ledger's do. */
const WRITES_PER_SECOND = 10;
/** What is still on its way after the last event. */
const LAST_ONES_MS = 10_000;
/** Opened together at most: more would only wait in the kernel's queue. */
const OPENED_AT_ONCE = 50;

interface Listener {
  /** The number of the last event; -1 before the first. */
  last: number;
  /** An event came twice, late or not at all. */
  broken: boolean;
  close(): void;
}

const EVENT = /"n":(\d+).*?"at":"([^"]+)"/;

function listen(response: IncomingMessage, lags: number[]): Listener {
  const listener: Listener = { last: -1, broken: false, close: () => response.destroy() };
  let rest = '';
  response.setEncoding('utf8').on('data', (piece: string) => {
    const frames = (rest + piece).split('\n\n');
    rest = frames.pop() ?? '';
    const now = Date.now();
    for (const frame of frames) {
      const [, number, at] = EVENT.exec(frame) ?? [];
      if (number === undefined || at === undefined) continue;
      if (Number(number) !== listener.last + 1) listener.broken = true;
      listener.last = Number(number);
      lags.push(now - Date.parse(at));
    }
  });
  response.on('error', () => undefined);
  return listener;
}

const open = ({ url, authorization, taskId }: StreamLoad, lags: number[]): Promise<Listener> =>
  new Promise((done, fail) => {
    const request = get(`${url}?taskId=${taskId}`, { agent: false, headers: { authorization } }, (response) => {
      if (response.statusCode === 200) done(listen(response, lags));
      else fail(new Error(`The stream was refused with ${response.statusCode}.`));
    });
    request.on('error', fail);
  });

async function openAll(load: StreamLoad, lags: number[]): Promise<Listener[]> {
  const listeners: Listener[] = [];
  while (listeners.length < load.streams) {
    const next = Math.min(OPENED_AT_ONCE, load.streams - listeners.length);
    listeners.push(...(await Promise.all(Array.from({ length: next }, () => open(load, lags)))));
  }
  return listeners;
}

const WRITE = `
  WITH written AS (
    INSERT INTO "TaskEvent" ("taskId", type, data)
    SELECT $1::uuid, 'bench', jsonb_build_object('n', n) FROM generate_series($2::int, $3::int) n
    RETURNING "taskId"
  ) SELECT pg_notify('flotilla_events', $1::text) FROM written LIMIT 1`;

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;

/** Many streams of one API at once, while events flow at an even rate. */
export async function streamToMany(load: StreamLoad): Promise<StreamLoadResult> {
  const lags: number[] = [];
  const begun = performance.now();
  const listeners = await openAll(load, lags);
  const openedSeconds = (performance.now() - begun) / 1_000;
  // Each begins at its own present: the first event must come after all of them.
  await sleep(2_000);
  const perWrite = load.eventsPerSecond / WRITES_PER_SECOND;
  const events = load.eventsPerSecond * load.seconds;
  let mostMemory = load.whileFlowing();
  const start = performance.now();
  for (let n = 0, write = 0; n < events; n += perWrite, write += 1) {
    await load.pool.query(WRITE, [load.taskId, n, n + perWrite - 1]);
    if (write % WRITES_PER_SECOND === 0) mostMemory = Math.max(mostMemory, load.whileFlowing());
    await sleep(Math.max(0, start + (write + 1) * (1_000 / WRITES_PER_SECOND) - performance.now()));
  }
  const isComplete = ({ last, broken }: Listener): boolean => !broken && last === events - 1;
  const until = Date.now() + LAST_ONES_MS;
  while (!listeners.every(isComplete) && Date.now() < until) await sleep(100);
  const complete = listeners.filter(isComplete).length;
  for (const listener of listeners) listener.close();
  lags.sort((a, b) => a - b);
  return { openedSeconds, events, complete, lagP50: quantile(lags, 0.5), lagP99: quantile(lags, 0.99), mostMemory };
}
