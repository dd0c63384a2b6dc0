import type { DetailedError, HttpResponse } from 'tus-js-client';
import { api, csrfHeader, reportUnauthorized, unwrap } from './client.ts';
import { toApiError, unreachable } from './problem.ts';
import type { Media } from './types.ts';

const ENDPOINT = '/api/media/uploads';
/** After each of these the upload is tried again; a success begins anew. Together about a quarter of an hour. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000, ...Array.from({ length: 30 }, () => 30_000)];
/** What another try may mend: no answer, a busy or failing server, and a place that has moved on. */
const mayPass = (status: number | undefined): boolean =>
  status === undefined || status === 409 || status === 423 || status === 429 || status >= 500;

const jsonOf = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};
async function errorOf(error: Error | DetailedError): Promise<Error> {
  const answer = 'originalResponse' in error ? error.originalResponse : undefined;
  if (!answer) return unreachable();
  if (answer.getStatus() === 401) reportUnauthorized();
  return toApiError(answer.getStatus(), jsonOf(answer.getBody()));
}

/** All bytes are there, but the answer that names the file was lost: asked for again. */
async function askAgain(url: string, bytes: number): Promise<string> {
  const headers = {
    ...csrfHeader(),
    'tus-resumable': '1.0.0',
    'upload-offset': String(bytes),
    'content-type': 'application/offset+octet-stream',
  };
  const answer = await fetch(url, { method: 'PATCH', headers }).catch(() => {
    throw unreachable();
  });
  const id = answer.headers.get('media-id');
  if (!answer.ok || !id) throw await toApiError(answer.status, await answer.json().catch(() => undefined));
  return id;
}

export interface ResumableOptions {
  signal: AbortSignal;
  /** How far it is, 0 to 1. */
  onProgress(share: number): void;
  /** The connection was lost; it is tried again by itself. */
  onInterrupted(): void;
}

/**
 * Sends one file, going on where it was cut: after a lost connection by itself, after a reload when the same file is
 * chosen again. Aborting the signal also removes what the server holds of it.
 * @throws ApiError; the signal's reason when it was aborted
 */
export async function sendResumable(
  file: File,
  { signal, onProgress, onInterrupted }: ResumableOptions,
): Promise<Media> {
  const { Upload } = await import('tus-js-client');
  signal.throwIfAborted();
  const { url, last } = await new Promise<{ url: string; last: HttpResponse }>((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: ENDPOINT,
      metadata: { filename: file.name },
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(csrfHeader())) request.setHeader(name, value);
      },
      onShouldRetry: (error) => {
        const retry = mayPass(error.originalResponse?.getStatus());
        if (retry) onInterrupted();
        return retry;
      },
      onProgress: (sent, total) => onProgress(total > 0 ? sent / total : 0),
      onError: (error) => void errorOf(error).then(reject),
      onSuccess: ({ lastResponse }) => resolve({ url: upload.url ?? '', last: lastResponse }),
    });
    const begin = async (): Promise<void> => {
      const [earlier] = await upload.findPreviousUploads();
      if (signal.aborted) return;
      if (earlier) upload.resumeFromPreviousUpload(earlier);
      upload.start();
    };
    signal.addEventListener(
      'abort',
      () => {
        // What cannot be removed now is swept by the server.
        upload.abort(true).catch(() => undefined);
        reject(signal.reason);
      },
      { once: true },
    );
    begin().catch(reject);
  });
  onProgress(1);
  const id = last.getHeader('media-id') ?? (await askAgain(url, file.size));
  return await unwrap(api.GET('/api/media/{id}', { params: { path: { id } } }));
}
