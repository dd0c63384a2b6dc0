import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import { z } from 'zod';
import { refusalOf } from './client.ts';
import type { Context } from './context.ts';
import { existingFile } from './files.ts';
import { clean, type Output } from './output.ts';

/** A file as a multipart body, in pieces: files are larger than what fits into memory. */
async function* multipart(
  boundary: string,
  path: string,
  fields: Readonly<Record<string, string>>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for (const [name, value] of Object.entries(fields)) {
    yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  }
  // A quote in a file's name is written as %22 (HTML, multipart/form-data encoding).
  const name = basename(path)
    .replaceAll('"', '%22')
    .replace(/[\r\n]/g, ' ');
  yield Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  );
  for await (const chunk of createReadStream(path)) {
    yield chunk as Buffer;
    onBytes((chunk as Buffer).length);
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function startBar(out: Output, title: string, bytes: number): { add(bytes: number): void; stop(): void } {
  if (!out.live) return { add: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `{bar} {percentage} %  ${clean(title).replaceAll('{', '(')}`,
    barsize: 30,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(Math.max(1, bytes), 0);
  return { add: (more) => bar.increment(more), stop: () => bar.stop() };
}

/** Sends one file with a bar of its progress. @returns the parsed answer */
export async function sendFile<Schema extends z.ZodType>(
  { address, send, out }: Context,
  { path, to, fields = {} }: { path: string; to: string; fields?: Record<string, string> },
  schema: Schema,
): Promise<z.output<Schema>> {
  const boundary = `flotilla-${randomUUID()}`;
  const bar = startBar(out, basename(path), statSync(path).size);
  try {
    const body = Readable.toWeb(Readable.from(multipart(boundary, path, fields, bar.add)));
    const init = { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
    const response = await send(to, { ...init, body, duplex: 'half' } as RequestInit);
    const parsed = schema.safeParse(await response.json());
    if (!parsed.success) throw refusalOf(response.status, undefined, address);
    return parsed.data;
  } finally {
    bar.stop();
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const mediaSchema = z.looseObject({
  id: z.uuid(),
  kind: z.string(),
  sha256: z.string(),
  fileName: z.string(),
  bytes: z.number(),
});
export type UploadedMedia = z.output<typeof mediaSchema> & { uploaded: boolean };

/**
 * Brings files into the library, each content once: what the library has by its hash is not sent again.
 * @returns what the library has of each, in the order of `paths`
 */
export async function uploadFiles(
  context: Context,
  paths: readonly string[],
  tags: readonly string[] = [],
): Promise<UploadedMedia[]> {
  const known = new Map<string, UploadedMedia>();
  const found: UploadedMedia[] = [];
  for (const path of paths.map(existingFile)) {
    const sha256 = await hashOf(path);
    let media = known.get(sha256);
    if (!media) {
      const { items } = await context.unwrap(context.api.GET('/api/media', { params: { query: { sha256 } } }));
      const there = items.find((item) => item.sha256 === sha256);
      const fields = tags.length > 0 ? { tags: tags.join(';') } : {};
      media = there
        ? { ...there, uploaded: false }
        : { ...(await sendFile(context, { path, to: '/api/media', fields }, mediaSchema)), uploaded: true };
      known.set(sha256, media);
      if (!context.out.json && media.uploaded) context.out.note(`${clean(basename(path))} is uploaded.`);
    }
    found.push(media);
  }
  return found;
}
