import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Logger } from '../config/logger.ts';
import { say } from '../contracts/said.ts';
import { codeOf, paramsSchema } from './said.ts';

/** One wrong field of a request: its path as in the JSON (`accounts.ids.3`), and what is wrong in words. */
export interface FieldError {
  path: string;
  message: string;
}

/** The body of every error answer, as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().optional().meta({ description: 'Stable name of the sentence in `detail`' }),
    params: paramsSchema.optional().meta({ description: 'The values in the sentence' }),
    errors: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          code: z.string().optional(),
          params: paramsSchema.optional(),
        }),
      )
      .optional(),
    requestId: z.string().optional(),
    traceId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'An error answer (RFC 9457).' });

export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Does not fit the present state',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  422: 'Not processable',
  426: 'Upgrade required',
  429: 'Too many requests',
  431: 'Request header fields too large',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Not available',
};

/** An error that is meant for the client: its detail is sent as it stands, so it must hold no secret. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;

  constructor(status: number, detail: string, more: { errors?: FieldError[]; headers?: Record<string, string> } = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

export const badRequest = (detail: string, errors: FieldError[] = []): Problem => new Problem(400, detail, { errors });
export const unauthorized = (detail = 'Sign in, or send a valid bearer token.'): Problem =>
  new Problem(401, detail, { headers: { 'www-authenticate': 'Bearer' } });
export const forbidden = (detail: string): Problem => new Problem(403, detail);
export const notFound = (detail: string): Problem => new Problem(404, detail);
export const conflict = (detail: string, errors: FieldError[] = []): Problem => new Problem(409, detail, { errors });
export const tooLarge = (detail: string): Problem => new Problem(413, detail);
export const unprocessable = (detail: string, errors: FieldError[] = []): Problem =>
  new Problem(422, detail, { errors });
export const unavailable = (detail: string): Problem => new Problem(503, detail);

/** @param retryAfterSeconds told to the client in `Retry-After`. */
export const tooMany = (detail: string, retryAfterSeconds: number): Problem =>
  new Problem(429, detail, { headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) } });

/** A problem's body as text, with what its status is called. */
export function problemText(
  status: number,
  detail: string,
  more: { errors?: FieldError[]; requestId?: string | undefined; traceId?: unknown } = {},
): { title: string; text: string } {
  const title = TITLES[status] ?? 'Error';
  const { errors = [], requestId, traceId } = more;
  const body = { type: 'about:blank', title, status, detail, ...codeOf(detail) };
  const told = errors.map((error) => ({ ...error, ...codeOf(error.message) }));
  const named = { ...(requestId ? { requestId } : {}), ...(traceId ? { traceId } : {}) };
  return { title, text: JSON.stringify({ ...body, ...(told.length > 0 ? { errors: told } : {}), ...named }) };
}

/** Names the request, and the trace where one is recorded, so that both can be found. */
export function sendProblem(res: Response, problem: Problem, requestId?: string): void {
  const traceId: unknown = res.locals.traceId;
  res.status(problem.status).set(problem.headers).type('application/problem+json');
  const { errors } = problem;
  res.send(problemText(problem.status, problem.message, { errors, requestId, traceId }).text);
}

/** Errors of Express's body parser carry a `type`, those of its router only a status. */
function fromExpress(error: unknown): Problem | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  if (!('type' in error)) return error.status === 400 ? badRequest('The address is not validly encoded.') : undefined;
  if (error.type === 'entity.too.large') {
    const most = 'limit' in error && typeof error.limit === 'number' ? error.limit : null;
    return tooLarge(most === null ? say('request.large') : say('request.large-limit', { most }));
  }
  if (error.type === 'entity.parse.failed') return badRequest('The request body is not valid JSON.');
  if (error.type === 'encoding.unsupported' || error.type === 'charset.unsupported') {
    return new Problem(415, 'The request body must be UTF-8 JSON, plain or gzip-encoded.');
  }
  const status = error.status;
  return typeof status === 'number' && status >= 400 && status < 500
    ? new Problem(status, 'The request body could not be read.')
    : undefined;
}

/** What a client may read of any thrown value; `undefined` means that it is a fault of ours. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  return fromExpress(error);
}

/** Unknown paths, of the API and of the dashboard's files. */
export const pathNotFound: RequestHandler = (req, _res, next) => {
  next(notFound(say('none.path', { method: req.method, path: `${req.baseUrl}${req.path}` })));
};

/** The last middleware: answers every error as a problem, and logs ours under the request's id. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    const requestId = String(res.locals.requestId ?? '');
    const known = toProblem(error);
    if (!known) log.error({ err: error, requestId, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) {
      next(error);
      return;
    }
    sendProblem(res, known ?? new Problem(500, say('request.fault', { id: requestId })), requestId);
  };
}
