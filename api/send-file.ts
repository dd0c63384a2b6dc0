import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { MediaStore } from '../activities/media/store.ts';
import { notFound, Problem } from './problem.ts';

export interface FileToSend {
  store: MediaStore;
  sha256: string;
  contentType: string;
  fileName: string;
}

/** What assets and variants may be: videos and pictures, some of them named as applications. */
export const MEDIA_TYPES = ['video/*', 'image/*', 'application/*'] as const;

/** The answers of a route that sends a stored file of one of these types. */
export const fileResponses = (contentType: string | readonly string[]) => ({
  200: { description: 'The bytes', contentType },
  206: { description: 'The range that was asked for', contentType },
  304: { description: 'The client has it already' },
  404: { description: 'No such file' },
  416: { description: 'The range is outside of the file' },
});

type Range = { start: number; end: number };

/**
 * The one byte range that a request asks for (RFC 9110, 14.1.2), both ends included; undefined for the whole file.
 * Several ranges at once are answered with the whole file, as the standard allows.
 */
export function parseRange(header: string | undefined, bytes: number): Range | undefined | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || bytes === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - suffix), end: bytes - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? bytes - 1 : Math.min(Number(match[2]), bytes - 1);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  return start >= bytes ? 'unsatisfiable' : { start, end };
}

/**
 * For answers that hold what somebody uploaded: opened as a page of its own it has no origin, runs no script and loads
 * nothing, whatever a browser takes it for.
 */
export const UPLOADED_CONTENT = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
} as const;

/** Half a surrogate pair, as some file systems allow, cannot be encoded. */
const wellFormed = (text: string): string => Buffer.from(text).toString('utf8');

/** A file's name as a header value that no name can break out of (RFC 6266). */
export function contentDisposition(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%;]/g, '_');
  const encoded = encodeURIComponent(wellFormed(fileName)).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `inline; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Answers with a stored file: whole, in a range, or not at all when the client has it already. */
export async function sendFile(
  req: Request,
  res: Response,
  file: FileToSend,
  signal: AbortSignal,
): Promise<'streamed'> {
  const bytes = await file.store.sizeOf(file.sha256);
  if (bytes === null) throw notFound('The bytes of this file are gone from the disk. Upload it again.');
  const etag = `"${file.sha256}"`;
  const known = (req.get('if-none-match') ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  res.set({ etag, 'accept-ranges': 'bytes', 'cache-control': 'private, max-age=3600', ...UPLOADED_CONTENT });
  if (known) {
    res.status(304).end();
    return 'streamed';
  }
  const ifRange = req.get('if-range');
  const range = ifRange !== undefined && ifRange !== etag ? undefined : parseRange(req.get('range'), bytes);
  if (range === 'unsatisfiable') {
    const headers = { 'content-range': `bytes */${bytes}` };
    throw new Problem(416, `The range is outside of the file, which has ${bytes} bytes.`, { headers });
  }
  res.status(range ? 206 : 200).set({
    'content-type': file.contentType,
    'content-disposition': contentDisposition(file.fileName),
    'content-length': String(range ? range.end - range.start + 1 : bytes),
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${bytes}` } : {}),
  });
  if (req.method === 'HEAD' || bytes === 0) {
    res.end();
    return 'streamed';
  }
  try {
    await pipeline(file.store.open(file.sha256, range ?? {}), res, { signal });
  } catch (error) {
    // A player that seeks closes its connection in the middle; that is no fault.
    if (!signal.aborted && !res.destroyed) throw error;
  }
  return 'streamed';
}
