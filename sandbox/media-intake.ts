import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { Request } from 'express';
import type { StoredMedia } from './events.ts';
import { inspectMedia } from './media-check.ts';
import type { Store } from './store.ts';

export interface ReceivedFile {
  tempPath: string;
  sha256: string;
  bytes: number;
  /** There was more than the limit; the rest was thrown away. */
  tooLarge: boolean;
}

export interface ReceivedForm {
  fields: Map<string, string>;
  file: ReceivedFile | null;
  /** Removes the received file where it was not kept. */
  discard(): Promise<void>;
}

/**
 * Reads a multipart body whole: text fields, and the first file onto disk.
 * @throws when the body is not multipart or the connection breaks before its end
 */
export async function receiveForm(request: Request, store: Store, maxBytes: number): Promise<ReceivedForm> {
  const fields = new Map<string, string>();
  const parts: Readable[] = [];
  let arriving: Promise<ReceivedFile> | null = null;
  const tempPath = join(store.incomingFolder, randomUUID());
  const parser = busboy({
    headers: request.headers,
    defParamCharset: 'utf8',
    limits: { fileSize: maxBytes, files: 1, fields: 20, fieldSize: 20_000 },
  });
  parser.on('field', (name, value) => fields.set(name, value));
  parser.on('file', (_name, part) => {
    parts.push(part);
    arriving = writeFile(part, tempPath);
    // Its failure is met below; until then it must not count as unhandled.
    arriving.catch(() => undefined);
  });
  const discard = () => rm(tempPath, { force: true });
  try {
    await pipeline(request, parser);
    const file: ReceivedFile | null = await (arriving as Promise<ReceivedFile> | null);
    return { fields, file: file !== null && file.bytes > 0 ? file : null, discard };
  } catch (error) {
    for (const part of parts) part.destroy();
    await Promise.resolve(arriving).catch(() => undefined);
    await discard();
    throw error;
  }
}

async function writeFile(part: Readable & { truncated?: boolean }, tempPath: string): Promise<ReceivedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(part, measure, createWriteStream(tempPath));
  return { tempPath, sha256: hash.digest('hex'), bytes, tooLarge: part.truncated === true };
}

/** Keeps a received file under its content hash, durably; null when it is no media the site can process. */
export async function keepMedia(file: ReceivedFile, store: Store): Promise<StoredMedia | null> {
  const type = await inspectMedia(file.tempPath);
  if (type === null) return null;
  const fileName = `${file.sha256}.${type.extension}`;
  const handle = await open(file.tempPath, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(file.tempPath, join(store.mediaFolder, fileName));
  return { sha256: file.sha256, kind: type.kind, fileName };
}
