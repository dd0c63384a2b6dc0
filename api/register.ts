import { finished } from 'node:stream/promises';
import type { Express, Request, RequestHandler, Response } from 'express';
import express from 'express';
import type { z } from 'zod';
import { addLogFields } from '../config/log-context.ts';
import { say } from '../contracts/said.ts';
import type { Actor } from './actor.ts';
import { ANONYMOUS } from './actor.ts';
import { audited } from './audit/hook.ts';
import { checkAccess } from './auth.ts';
import type { Deps } from './deps.ts';
import { fieldErrors } from './field-errors.ts';
import { answerOnce, type NamedCall } from './idempotency.ts';
import { formDigestOf, LARGEST_IMPORT_BYTES, receiveFile } from './multipart.ts';
import { temporalWebOrigin } from './payloads/temporal-web.ts';
import { badRequest, Problem, toProblem } from './problem.ts';
import { problemsOf } from './problem-statuses.ts';
import type { Answer, Route } from './route.ts';
import { idempotencyKeySchema } from './route.ts';
import { checkKeepable, type Part } from './safe-input.ts';

/** Large enough for a bulk task that names 100,000 accounts by id. */
const DEFAULT_BODY_BYTES = 16 * 1024 ** 2;

/** Literal segments before parameters, so that `/accounts/tags` is never read as an account's id. */
function specificity(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '~' : segment))
    .join('/');
}

function parse(schema: z.ZodType, value: unknown, where: Part): unknown {
  checkKeepable(value, where);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badRequest(say(`request.${where}`), fieldErrors(parsed.error));
  return parsed.data;
}

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

function jsonReader(route: Route): (req: Request, res: Response) => Promise<unknown> {
  const read = express.json({ limit: route.maxBodyBytes ?? DEFAULT_BODY_BYTES });
  return async (req, res) => {
    if (!hasBody(req)) return {};
    if (!req.is('json')) throw new Problem(415, 'The request body must be JSON, with content-type application/json.');
    await new Promise<void>((done, fail) => read(req, res, (error) => (error ? fail(error) : done())));
    return req.body;
  };
}

/** Aborts when the client is gone before the answer is complete. */
function clientSignal(res: Response): AbortSignal {
  const controller = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Holds an answer against its declaration and sends what the schema lets through. A mismatch is a fault of ours:
 * outside production it fails the request, in production it is logged and the answer goes out.
 */
function send(route: Route, answer: Answer, res: Response, deps: Deps): void {
  const spec = route.responses[answer.status];
  let body = answer.body;
  const fault = (what: string) => {
    const message = `${route.operationId} answered ${answer.status} ${what}`;
    if (process.env.NODE_ENV !== 'production') throw new Error(message);
    deps.log.error({ operationId: route.operationId }, message);
  };
  if (!spec) fault('without declaring it');
  if (spec?.schema) {
    const parsed = spec.schema.safeParse(body);
    if (parsed.success) body = parsed.data;
    else fault(`unlike its schema: ${JSON.stringify(fieldErrors(parsed.error))}`);
  }
  res.status(answer.status);
  if (answer.headers) res.set(answer.headers);
  if (body === undefined) res.end();
  else res.json(body);
}

/** What tells one form from another when a named call comes again: it is read to its end, and nothing is kept. */
function formOf(req: Request, deps: Deps): NonNullable<NamedCall['form']> {
  const maxBytes = Math.max(LARGEST_IMPORT_BYTES, deps.env.FLOTILLA_MEDIA_MAX_BYTES);
  return {
    known: () => formDigestOf(req),
    async read() {
      await receiveFile(req, { maxBytes, what: 'file' }, ({ stream }) => finished(stream.resume()));
      return formDigestOf(req);
    },
  };
}

/**
 * Holds the status of a refusal against the declaration, as `send` does with answers: outside production one that the
 * documentation does not name becomes a fault of ours, so that every test that meets it fails.
 */
function documented(route: Route, deps: Deps): (error: unknown) => unknown {
  const statuses = new Set(problemsOf(route).keys());
  return (error) => {
    const problem = toProblem(error);
    if (!problem || statuses.has(problem.status)) return error;
    const message = `${route.operationId} refused with ${problem.status} without declaring it`;
    if (process.env.NODE_ENV !== 'production') return new Error(message, { cause: error });
    deps.log.error({ operationId: route.operationId }, message);
    return error;
  };
}

function toHandler(route: Route, deps: Deps): RequestHandler {
  const readJson = route.body ? jsonReader(route) : undefined;
  const handle = audited(route);
  const trustedOrigin = route.temporalWeb ? temporalWebOrigin(deps.env) : undefined;
  const asDocumented = documented(route, deps);
  const answer: RequestHandler = async (req, res) => {
    res.locals.route = route.path;
    res.locals.operation = route.operationId;
    addLogFields({ operation: route.operationId });
    const actor = (res.locals.actor as Actor | undefined) ?? ANONYMOUS;
    checkAccess(req, actor, route, trustedOrigin);
    const params = route.params ? parse(route.params, req.params, 'path') : {};
    const query = route.query ? parse(route.query, req.query, 'query') : {};
    const key = route.idempotent ? req.get('idempotency-key') : undefined;
    if (key !== undefined && !idempotencyKeySchema.safeParse(key).success) {
      throw badRequest('The header Idempotency-Key must be 1 to 200 printable characters without spaces.');
    }
    // A route that takes both reads the multipart form itself.
    const isForm = route.multipart !== undefined && req.is('multipart/form-data');
    const body = route.body && readJson && !isForm ? parse(route.body, await readJson(req, res), 'body') : undefined;
    const signal = clientSignal(res);
    const work = () => handle({ params, query, body, idempotencyKey: key, req, res, actor, deps, signal });
    const once = key !== undefined && route.idempotent === true;
    const headers = route.keyedHeaders?.map((name) => req.get(name) ?? null);
    const request = { params, query, body, ...(headers ? { headers } : {}) };
    const call: NamedCall = { actor, operationId: route.operationId, key: key ?? '', request };
    if (isForm) call.form = formOf(req, deps);
    const done = once ? await answerOnce(deps, call, work) : await work();
    if (done !== 'streamed') send(route, done, res, deps);
  };
  return async (req, res, next) => {
    try {
      await answer(req, res, next);
    } catch (error) {
      throw asDocumented(error);
    }
  };
}

/** Puts every route on the app; a known path with another method answers 405. */
export function registerRoutes(app: Express, routes: readonly Route[], deps: Deps): void {
  const byPath = new Map<string, Route[]>();
  for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  const paths = [...byPath.keys()].sort((a, b) => (specificity(a) < specificity(b) ? -1 : 1));
  for (const path of paths) {
    const expressPath = path.replace(/\{(\w+)\}/g, ':$1');
    const group = byPath.get(path) ?? [];
    for (const route of group) app[route.method](expressPath, toHandler(route, deps));
    const methods = group.map((route) => route.method.toUpperCase());
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    app.options(expressPath, (_req, res) => {
      res.status(204).set({ allow }).end();
    });
    app.all(expressPath, (req) => {
      throw new Problem(405, `${req.method} is not offered here; ${allow} is.`, { headers: { allow } });
    });
  }
}
