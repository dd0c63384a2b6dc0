import { createReadStream } from 'node:fs';
import { type FileHandle, open, truncate } from 'node:fs/promises';

export interface Journal<Entry> {
  /**
   * Appends entries in one piece. Resolves when they are written, with `sync` when they are on the disk; calls that
   * arrive meanwhile share the next write.
   */
  append(entries: readonly Entry[], options: { sync: boolean }): Promise<void>;
  /** Forgets everything, on disk too, after what is already waiting was written. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface Waiting<Entry> {
  entries: readonly Entry[];
  sync: boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Opens an append-only file of JSON lines and hands every stored entry to `apply`, then every new one as soon as it
 * is written: nothing is visible in memory that a crash could still take back.
 *
 * @throws when a line other than a torn last one is not JSON.
 */
export async function openJournal<Entry>(path: string, apply: (entry: Entry) => void): Promise<Journal<Entry>> {
  await replay(path, apply);
  const file: FileHandle = await open(path, 'a');
  let waiting: Waiting<Entry>[] = [];
  let turn: Promise<void> = Promise.resolve();
  let broken: unknown = null;

  async function writeWaiting(): Promise<void> {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      if (broken !== null) throw broken;
      const lines = batch.flatMap(({ entries }) => entries.map((entry) => `${JSON.stringify(entry)}\n`));
      await file.appendFile(lines.join(''));
      if (batch.some(({ sync }) => sync)) await file.datasync();
    } catch (error) {
      // What part of the batch reached the file is unknown, so nothing may follow it.
      broken = error;
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { entries, resolve } of batch) {
      for (const entry of entries) apply(entry);
      resolve();
    }
  }

  function inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = turn.then(step);
    turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  return {
    append: (entries, { sync }) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ entries, sync, resolve, reject });
        void inTurn(writeWaiting);
      }),
    clear: () =>
      inTurn(async () => {
        await writeWaiting();
        await file.truncate(0);
        await file.datasync();
      }),
    close: () =>
      inTurn(async () => {
        await writeWaiting();
        await file.close();
      }),
  };
}

async function replay<Entry>(path: string, apply: (entry: Entry) => void): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let lineNumber = 0;
  let wholeBytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
        lineNumber += 1;
        apply(parseLine<Entry>(rest.toString('utf8', start, end), path, lineNumber));
        start = end + 1;
      }
      wholeBytes += start;
      rest = rest.subarray(start);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // A line without its end was cut off by a crash before anybody was told of it.
  if (rest.length > 0) await truncate(path, wholeBytes);
}

function parseLine<Entry>(line: string, path: string, lineNumber: number): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (cause) {
    throw new Error(`Line ${lineNumber} of the journal ${path} is damaged.`, { cause });
  }
}
