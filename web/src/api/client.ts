import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from '../../../contracts/openapi.d.ts';
import { toApiError, unreachable } from './problem.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

let csrf = '';
let onUnauthorized: () => void = () => undefined;

/** What the header `x-csrf-token` is from now on. */
export function setCsrf(token: string): void {
  csrf = token;
}

export const csrfHeader = (): Record<string, string> => (csrf ? { 'x-csrf-token': csrf } : {});

/** Called whenever the server no longer knows who we are. */
export function setUnauthorizedListener(listener: () => void): void {
  onUnauthorized = listener;
}

export const reportUnauthorized = (): void => onUnauthorized();

const session: Middleware = {
  onRequest({ request }) {
    if (!SAFE_METHODS.includes(request.method) && csrf) request.headers.set('x-csrf-token', csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/api/auth/sign-in' && schemaPath !== '/api/auth/me')
      onUnauthorized();
  },
  onError: () => unreachable(),
};

/** Reads that have not been answered yet. */
const reads = new Set<AbortController>();

/**
 * Gives up what is being read; queries ask again. Over a connection that died without a word no answer ever comes, and
 * six of those leave a browser with none for the site.
 */
export function giveUpReads(): void {
  for (const read of reads) read.abort();
}

async function readOrChange(request: Request): Promise<Response> {
  if (!SAFE_METHODS.includes(request.method)) return fetch(request);
  const read = new AbortController();
  reads.add(read);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, read.signal]) });
  } finally {
    reads.delete(read);
  }
}

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin', fetch: readOrChange });
api.use(session);

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The data of an answer.
 * @throws ApiError for every other answer, and when there is none
 */
export async function unwrap<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok) throw await toApiError(response.status, error);
  return data as NonNullable<Data>;
}
