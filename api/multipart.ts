import { createHash, type Hash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { say } from '../contracts/said.ts';
import { badRequest, Problem, tooLarge } from './problem.ts';

export interface ReceivedPart {
  /** The bytes as they arrive; fails when the client goes away. */
  stream: Readable;
  /** The client's name of the file, without any folder. */
  fileName: string;
  /** Aborted when the request cannot be completed: stop and leave nothing behind. */
  signal: AbortSignal;
}

export interface MultipartOptions {
  /** Largest file, bytes. A larger request is refused before its bytes are read, where the client tells its length. */
  maxBytes: number;
  /** What the limit is called in the refusal. */
  what: string;
}

/** The largest list that can be imported. */
export const LARGEST_IMPORT_BYTES = 100 * 1024 ** 2;

/** Room for the boundaries, headers and text fields around the file. */
const ENVELOPE_BYTES = 2 * 1024 ** 2;

const asMegabytes = (bytes: number): string => `${Math.round((bytes / 1024 ** 2) * 10) / 10} MB`;

export function fileTooLarge(options: MultipartOptions): Problem {
  return tooLarge(say('import.large', { what: options.what, most: asMegabytes(options.maxBytes) }));
}

const digests = new WeakMap<Request, string>();

/** The bytes as they go by; a failure of their source is theirs too. */
function tapped(source: Readable, hash: Hash): Readable {
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  source.on('error', (error) => tap.destroy(error));
  return source.pipe(tap);
}

/**
 * A hash of what the form of a named call held: its fields, and its file's name and bytes. Undefined before it has arrived
 * whole.
 */
export const formDigestOf = (req: Request): string | undefined => digests.get(req);

function parserOf(req: Request, options: MultipartOptions) {
  if (!req.is('multipart/form-data'))
    throw new Problem(415, 'Send the file as multipart/form-data, in a part named file.');
  if (Number(req.headers['content-length'] ?? 0) > options.maxBytes + ENVELOPE_BYTES) throw fileTooLarge(options);
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      // One byte over the limit tells a file that is too large from one that just fits.
      limits: { files: 1, fileSize: options.maxBytes + 1, fields: 20, fieldSize: 1024 ** 2, parts: 22 },
    });
  } catch {
    throw badRequest('The multipart request has no usable boundary.');
  }
}

/**
 * Reads a multipart request with exactly one file, in a part named `file`, and hands its bytes on as they arrive.
 * Text fields may come before or after the file.
 * @throws Problem 400, 413 or 415; whatever `onFile` throws
 */
export async function receiveFile<T>(
  req: Request,
  options: MultipartOptions,
  onFile: (part: ReceivedPart) => Promise<T>,
): Promise<{ file: T; fields: Record<string, string> }> {
  const parser = parserOf(req, options);
  const fields: Record<string, string> = {};
  const controller = new AbortController();
  let received: Promise<T> | undefined;
  let problem: Problem | undefined;

  const stop = (reason: Problem, stream?: Readable) => {
    problem ??= reason;
    controller.abort(problem);
    stream?.destroy(problem);
  };

  const isNamed = req.get('idempotency-key') !== undefined;
  const bytes = createHash('sha256');
  let sentName = '';
  parser.on('field', (name, value) => {
    fields[name] = value;
  });
  parser.on('file', (name, stream, info) => {
    if (name !== 'file') {
      stop(badRequest('The file must be in a part named file.', [{ path: name, message: 'Unknown part' }]));
      stream.resume();
      return;
    }
    stream.on('limit', () => stop(fileTooLarge(options), stream));
    controller.signal.addEventListener('abort', () => stream.destroy(problem));
    // Browsers write a quote in a file's name as %22 (HTML, multipart/form-data encoding).
    const fileName = (info.filename ?? '').split(/[\\/]/).at(-1)?.replaceAll('%22', '"') || 'file';
    sentName = fileName;
    const read = isNamed ? tapped(stream, bytes) : stream;
    received = onFile({ stream: read, fileName, signal: controller.signal });
    // Awaited below; until then a failure must not count as unhandled. The rest of the request is read and dropped.
    received.catch(() => {
      if (read !== stream) stream.unpipe();
      stream.on('error', () => undefined);
      stream.resume();
    });
  });
  parser.on('filesLimit', () => stop(badRequest('Send one file a request.')));

  const parsed = new Promise<void>((done) => {
    parser.on('close', done);
    parser.on('error', () => {
      stop(badRequest('The multipart request is cut short or malformed.'));
      done();
    });
    req.on('aborted', () => {
      stop(badRequest('The client went away before the file was complete.'));
      done();
    });
  });
  req.pipe(parser);
  controller.signal.addEventListener('abort', () => {
    req.unpipe(parser);
    req.resume();
  });
  return await settle();

  async function settle() {
    const outcome = await Promise.race([
      parsed.then(() => undefined),
      // A file that is refused at once need not arrive to its end.
      new Promise<{ error: unknown }>((fail) => {
        parser.on('file', () => received?.catch((error: unknown) => fail({ error })));
        controller.signal.addEventListener('abort', () => fail({ error: problem }));
      }),
    ]);
    const file = await received?.catch((error: unknown) => {
      req.unpipe(parser);
      req.resume();
      throw problem ?? error;
    });
    if (problem ?? outcome) throw problem ?? outcome?.error;
    if (received === undefined) {
      throw badRequest('The request holds no file.', [{ path: 'file', message: 'A part named file is missing' }]);
    }
    const form = JSON.stringify([Object.entries(fields).sort(), sentName, bytes.digest('hex')]);
    if (isNamed) digests.set(req, createHash('sha256').update(form).digest('hex'));
    return { file: file as T, fields };
  }
}
