import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createMediaStore } from './store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const MB = 1024 ** 2;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const temps = () => readdir(join(folder, 'tmp')).catch(() => []);
const streamOf = (bytes: Buffer) => Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('receiving a file', () => {
  it('names it by its hash', async () => {
    const store = createMediaStore(folder);
    const bytes = randomBytes(3 * MB);
    const stored = await store.receive(streamOf(bytes), { maxBytes: 10 * MB });
    const sha256 = hashOf(bytes);
    expect(stored).toEqual({ sha256, bytes: 3 * MB, path: join(folder, sha256.slice(0, 2), sha256) });
    expect(hashOf(await readFile(stored.path))).toBe(sha256);
    expect(await store.has(sha256)).toBe(true);
    expect(await temps()).toEqual([]);
  });

  it('keeps the same bytes once, even when they come at the same time', async () => {
    const store = createMediaStore(folder);
    const bytes = randomBytes(MB);
    const all = await Promise.all([1, 2, 3].map(() => store.receive(streamOf(bytes), { maxBytes: MB })));
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    expect(await readdir(join(folder, hashOf(bytes).slice(0, 2)))).toHaveLength(1);
    expect(await temps()).toEqual([]);
  });

  it('refuses what is too large with a sentence, and keeps nothing', async () => {
    const store = createMediaStore(folder);
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(64 * 1024);
      })(),
    );
    await expect(store.receive(endless, { maxBytes: 2 * MB })).rejects.toMatchObject({
      type: 'MediaRejected',
      message: 'The file is larger than 2 MB, the most that is taken here.',
    });
    expect(await readdir(folder)).toEqual(['tmp']);
    expect(await temps()).toEqual([]);
  });

  it('keeps nothing of an upload that broke off', async () => {
    const store = createMediaStore(folder);
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(MB);
        throw new Error('connection lost');
      })(),
    );
    await expect(store.receive(broken, { maxBytes: 10 * MB })).rejects.toThrow('connection lost');
    expect(await temps()).toEqual([]);
  });

  it('keeps nothing when it is told to stop', async () => {
    const store = createMediaStore(folder);
    const stop = new AbortController();
    const waiting = new Readable({ read() {} });
    waiting.push(Buffer.alloc(1000));
    const received = store.receive(waiting, { maxBytes: MB, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('cancelled')), 50);
    await expect(received).rejects.toThrow('cancelled');
    expect(await temps()).toEqual([]);
  });

  it('never leads out of its folder', () => {
    const store = createMediaStore(folder);
    expect(() => store.pathOf('../../etc/passwd')).toThrow(RangeError);
    expect(() => store.open('A'.repeat(64))).toThrow(RangeError);
  });
});

describe('reading a file', () => {
  it('gives a range with both ends', async () => {
    const store = createMediaStore(folder);
    const bytes = randomBytes(1000);
    const { sha256 } = await store.receive(streamOf(bytes), { maxBytes: MB });
    expect(await readAll(store.open(sha256, { start: 100, end: 199 }))).toEqual(bytes.subarray(100, 200));
    expect(await readAll(store.open(sha256, { start: 990 }))).toEqual(bytes.subarray(990));
    expect(await readAll(store.open(sha256))).toEqual(bytes);
  });
});

describe('sweeping', () => {
  it('removes what ended processes left, and nothing that is being written', async () => {
    const store = createMediaStore(folder);
    await mkdir(join(folder, 'tmp'), { recursive: true });
    await writeFile(join(folder, 'tmp', '999999999-dead'), 'half');
    await writeFile(join(folder, 'tmp', `${process.pid}-earlier-life`), 'half');
    await writeFile(join(folder, 'tmp', `${process.ppid}-alive`), 'half');
    const upload = new Readable({ read() {} });
    upload.push('first half, ');
    const received = store.receive(upload, { maxBytes: MB });
    while ((await temps()).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(await createMediaStore(folder).sweep()).toBe(2);
    upload.push('second half');
    upload.push(null);
    expect((await received).bytes).toBe(23);
    expect(await temps()).toEqual([`${process.ppid}-alive`]);
  });

  it('removes what is older than a day whoever wrote it', async () => {
    await mkdir(join(folder, 'tmp'), { recursive: true });
    const path = join(folder, 'tmp', `${process.ppid}-old`);
    await writeFile(path, 'half');
    await utimes(path, new Date(0), new Date(0));
    expect(await createMediaStore(folder).sweep()).toBe(1);
  });
});

describe('fetching by hash', () => {
  const bytes = randomBytes(MB);
  const sha256 = hashOf(bytes);

  it('fetches once however many ask', async () => {
    const store = createMediaStore(folder);
    let fetched = 0;
    const fetchBytes = async () => {
      fetched += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return streamOf(bytes);
    };
    const paths = await Promise.all(Array.from({ length: 20 }, () => store.ensure(sha256, fetchBytes)));
    expect(new Set(paths)).toEqual(new Set([store.pathOf(sha256)]));
    await store.ensure(sha256, fetchBytes);
    expect(fetched).toBe(1);
  });

  it('refuses bytes with another hash, and tries again the next time', async () => {
    const store = createMediaStore(folder);
    await expect(store.ensure(sha256, async () => streamOf(randomBytes(100)))).rejects.toMatchObject({
      type: 'Unavailable',
      message: 'The file arrived damaged: its bytes do not have the expected hash.',
    });
    expect(await temps()).toEqual([]);
    expect(await store.has(sha256)).toBe(false);
    await store.ensure(sha256, async () => streamOf(bytes));
    expect(await store.has(sha256)).toBe(true);
  });

  it('goes on for those who still wait when one gives up', async () => {
    const store = createMediaStore(folder);
    const impatient = new AbortController();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const fetchBytes = async () => {
      await gate;
      return streamOf(bytes);
    };
    const first = store.ensure(sha256, fetchBytes, { signal: impatient.signal });
    const second = store.ensure(sha256, fetchBytes);
    impatient.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    open();
    expect(await second).toBe(store.pathOf(sha256));
  });

  it('stops when the last one gives up', async () => {
    const store = createMediaStore(folder);
    const impatient = new AbortController();
    let told: AbortSignal | undefined;
    const fetched = store.ensure(
      sha256,
      (_hash, signal) => {
        told = signal;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      { signal: impatient.signal },
    );
    setTimeout(() => impatient.abort(new Error('gave up')), 20);
    await expect(fetched).rejects.toThrow('gave up');
    expect(told?.aborted).toBe(true);
  });

  it('says so when there is nothing to fetch it with', async () => {
    await expect(createMediaStore(folder).acquire(sha256)).rejects.toMatchObject({ type: 'Unavailable' });
  });
});

describe('making room', () => {
  const files = Array.from({ length: 5 }, () => randomBytes(MB));
  const give = (index: number) => async () => streamOf(files[index]!);
  const hash = (index: number) => hashOf(files[index]!);

  async function age(store: { pathOf(sha256: string): string }, index: number, minutes: number): Promise<void> {
    const then = new Date(Date.now() - minutes * 60_000);
    await utimes(store.pathOf(hash(index)), then, then);
  }

  it('removes what was used longest ago', async () => {
    const store = createMediaStore(folder, { evictAboveBytes: 2 * MB });
    await store.ensure(hash(0), give(0));
    await store.ensure(hash(1), give(1));
    await age(store, 0, 10);
    await age(store, 1, 20);
    await store.ensure(hash(2), give(2));
    expect(await Promise.all([0, 1, 2].map((index) => store.has(hash(index))))).toEqual([true, false, true]);
  });

  it('counts a look as use', async () => {
    const store = createMediaStore(folder, { evictAboveBytes: 2 * MB });
    await store.ensure(hash(0), give(0));
    await store.ensure(hash(1), give(1));
    await age(store, 0, 20);
    await age(store, 1, 10);
    await store.ensure(hash(0), give(0));
    await store.ensure(hash(2), give(2));
    expect(await Promise.all([0, 1, 2].map((index) => store.has(hash(index))))).toEqual([true, false, true]);
  });

  it('never removes what is held, until every holder has let go', async () => {
    const store = createMediaStore(folder, { evictAboveBytes: MB });
    const one = await store.acquire(hash(0), give(0));
    const other = await store.acquire(hash(0), give(0));
    await age(store, 0, 60);
    await store.ensure(hash(1), give(1));
    one.release();
    one.release();
    await store.ensure(hash(2), give(2));
    expect(await store.has(hash(0))).toBe(true);
    other.release();
    await age(store, 0, 60);
    await store.ensure(hash(3), give(3));
    expect(await store.has(hash(0))).toBe(false);
  });

  it('does not happen where the files can be got nowhere else', async () => {
    const store = createMediaStore(folder);
    for (const index of [0, 1, 2]) await store.ensure(hash(index), give(index));
    expect(await Promise.all([0, 1, 2].map((index) => store.has(hash(index))))).toEqual([true, true, true]);
  });
});
