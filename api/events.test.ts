import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { addEvent } from './door/timeline.ts';
import { eventsRoutes } from './events.ts';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes: eventsRoutes, env: { FLOTILLA_TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => api.stop());

interface Received {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

interface Stream {
  received: Received[];
  /** Resolves when the condition holds; the test's own time limit ends a wait in vain. */
  until(condition: () => boolean): Promise<void>;
  ended: Promise<void>;
  /** Resolves with the first word, whatever it is. */
  begun: Promise<void>;
  close(): void;
}

async function listen(query = '', headers: Record<string, string> = {}): Promise<Stream> {
  const controller = new AbortController();
  const answer = await fetch(`${api.url}/api/events${query}`, {
    headers: { authorization: `Bearer ${api.deps.keys.adminToken}`, ...headers },
    signal: controller.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const received: Received[] = [];
  let ring = (): void => undefined;
  let begin = (): void => undefined;
  const begun = new Promise<void>((done) => {
    begin = done;
  });
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      begin();
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const match = /^id: (.+)\nevent: (.+)\ndata: (.+)$/.exec(frame);
        if (match) received.push({ id: match[1]!, event: match[2]!, data: JSON.parse(match[3]!) });
      }
      ring();
    }
  };
  const ended = read().catch(() => undefined);
  return {
    received,
    ended,
    begun,
    async until(condition) {
      while (!condition()) await new Promise<void>((done) => (ring = done));
    },
    close: () => controller.abort(),
  };
}

const say = (n: number, taskId: string = randomUUID()) =>
  addEvent(api.deps.db, { taskId, accountTaskId: null, type: 'bulk-task', data: { n } });
const numbers = (stream: Stream) => stream.received.map(({ data }) => data.n);

/** The hub's own place is set by its first read: an event that comes back proves that the stream is live. */
async function listenLive(query = ''): Promise<Stream> {
  const stream = await listen(query);
  const taskId = new URLSearchParams(query).get('taskId') ?? randomUUID();
  const nudge = setInterval(() => void say(-1, taskId), 50);
  await stream.until(() => stream.received.length > 0);
  clearInterval(nudge);
  return stream;
}
const real = (stream: Stream) => numbers(stream).filter((n) => n !== -1);

describe('the stream of events', () => {
  it('carries what is committed, in order, with what it is about', async () => {
    const stream = await listenLive();
    const taskId = randomUUID();
    for (const n of [1, 2, 3]) await say(n, taskId);
    await stream.until(() => real(stream).length === 3);
    expect(real(stream)).toEqual([1, 2, 3]);
    expect(stream.received.at(-1)).toMatchObject({
      event: 'bulk-task',
      data: { taskId, accountTaskId: null, n: 3, at: expect.stringMatching(/Z$/) },
    });
    stream.close();
  });

  it('misses nothing from its first word on, also where nobody listened before', async () => {
    for (const n of [4, 5, 6]) {
      const stream = await listen();
      await stream.begun;
      await say(n);
      await stream.until(() => stream.received.length > 0);
      expect(numbers(stream)).toEqual([n]);
      stream.close();
      await stream.ended;
      // The next one begins alone again.
      await new Promise<void>((done) => {
        const look = setInterval(() => {
          if (api.deps.events.status().clients > 0) return;
          clearInterval(look);
          done();
        }, 10);
      });
    }
  });

  it('carries only one task where that is asked for', async () => {
    const taskId = randomUUID();
    const stream = await listenLive(`?taskId=${taskId}`);
    await say(10);
    await say(11, taskId);
    await stream.until(() => real(stream).length > 0);
    expect(real(stream)).toEqual([11]);
    stream.close();
  });

  it('goes on behind the last event that was seen, by header and by query', async () => {
    const first = await listenLive();
    await say(20);
    await first.until(() => real(first).includes(20));
    const { id } = first.received.at(-1)!;
    first.close();
    const taskId = randomUUID();
    for (const n of [21, 22]) await say(n, taskId);
    const byHeader = await listen('', { 'last-event-id': id });
    const byQuery = await listen(`?after=${id}&taskId=${taskId}`);
    for (const stream of [byHeader, byQuery]) await stream.until(() => real(stream).length >= 2);
    await say(23, taskId);
    for (const stream of [byHeader, byQuery]) {
      await stream.until(() => real(stream).length >= 3);
      expect(real(stream)).toEqual([21, 22, 23]);
      stream.close();
    }
  });

  it('does not miss an event whose transaction commits after later ones', async () => {
    const stream = await listenLive();
    const late = new pg.Client({ connectionString: api.deps.env.DATABASE_URL! });
    await late.connect();
    await late.query('BEGIN');
    await late.query(`INSERT INTO "TaskEvent" (type, data) VALUES ('bulk-task', '{"n": 30}')`);
    for (const n of [31, 32, 33]) await say(n);
    // The later ones are committed and told of, and still wait for the older transaction.
    await new Promise((done) => setTimeout(done, 1_500));
    expect(real(stream)).toEqual([]);
    await late.query('COMMIT');
    await late.end();
    await stream.until(() => real(stream).length === 4);
    expect(real(stream)).toEqual([30, 31, 32, 33]);
    stream.close();
  });

  it('misses and repeats nothing when many write at once and the client reconnects in between', async () => {
    let stream = await listenLive();
    const seen: unknown[] = [];
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const client = new pg.Client({ connectionString: api.deps.env.DATABASE_URL! });
      await client.connect();
      for (let n = 0; n < 25; n += 1) {
        await client.query('BEGIN');
        await client.query(`INSERT INTO "TaskEvent" (type, data) VALUES ('bulk-task', $1::jsonb)`, [
          JSON.stringify({ n: 1_000 + writer * 25 + n }),
        ]);
        await new Promise((done) => setTimeout(done, Math.random() * 20));
        await client.query(`SELECT pg_notify('flotilla_events', '')`);
        await client.query('COMMIT');
      }
      await client.end();
    });
    for (let reconnects = 0; reconnects < 4; reconnects += 1) {
      const before = real(stream).length;
      await stream.until(() => real(stream).length > before || seen.length + real(stream).length >= 200);
      stream.close();
      await stream.ended;
      seen.push(...real(stream));
      stream = await listen('', { 'last-event-id': stream.received.at(-1)!.id });
      if (seen.length >= 200) break;
    }
    await Promise.all(writers);
    await stream.until(() => seen.length + real(stream).length >= 200);
    seen.push(...real(stream));
    expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => 1_000 + n));
    stream.close();
  });

  it('goes on by itself after the database has cut the connection', async () => {
    const stream = await listenLive();
    await api.deps.db.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'flotilla-events'`;
    await say(40);
    await stream.until(() => real(stream).length === 1);
    expect(real(stream)).toEqual([40]);
    stream.close();
  });

  it('serves hundreds of clients', async () => {
    const streams = await Promise.all(
      Array.from({ length: 500 }, (_, n) => listen('', { 'x-forwarded-for': `10.0.0.${n % 100}` })),
    );
    const last = await listenLive();
    await say(50);
    await Promise.all([last, ...streams].map((stream) => stream.until(() => real(stream).includes(50))));
    for (const stream of [last, ...streams]) stream.close();
  });

  it('refuses a place that no event has', async () => {
    const answer = await api.call('/api/events?after=yesterday');
    expect(answer.status).toBe(400);
    expect((await api.call('/api/events', { token: null })).status).toBe(401);
  });
});
