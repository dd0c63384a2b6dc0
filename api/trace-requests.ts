import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ClientInterceptors } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import type { RequestHandler, Response } from 'express';
import type { Actor } from './actor.ts';

/** What machines ask again and again: these are spans of a trace that is open already, but never begin one. */
const ROUTINE = /^\/(health|events|worker\/.*|workers\/register|workers\/[^/]+\/(heartbeat|metrics|errors))$/;

function end(span: Span, method: string, { locals, statusCode, writableFinished }: Response): void {
  const route = locals.route as string | undefined;
  const actor = locals.actor as Actor | undefined;
  if (route) span.updateName(`${method} ${route}`);
  span.setAttributes({
    ...(route && { 'http.route': route, 'flotilla.operation': String(locals.operation) }),
    ...(actor && { 'flotilla.actor': actor.id }),
    ...(writableFinished ? { 'http.response.status_code': statusCode } : { 'error.type': 'client_closed_request' }),
  });
  if (statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/**
 * A span for each request, by the conventions of OpenTelemetry for HTTP servers, named by the route's template. Neither
 * address nor query nor body is in it: they may hold signatures and passwords.
 */
export const traceRequests: RequestHandler = (req, res, next) => {
  const { traceparent } = req.headers;
  if (traceparent === undefined && ROUTINE.test(req.path)) {
    next();
    return;
  }
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
  const { method, protocol } = req;
  const attributes = {
    ...{ 'http.request.method': method, 'url.scheme': protocol },
    'flotilla.request_id': String(res.locals.requestId),
  };
  const span = trace.getTracer('flotilla-api').startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
  const { traceId, ...own } = span.spanContext();
  if (span.isRecording() && isSpanContextValid({ traceId, ...own })) res.locals.traceId = traceId;
  res.once('close', () => end(span, method, res));
  context.with(trace.setSpan(parent, span), () => next());
};

/** A span for each call of a workflow, and its ids in the call's headers. */
export const clientInterceptors = (): ClientInterceptors => ({
  workflow: [new OpenTelemetryWorkflowClientInterceptor()],
});
