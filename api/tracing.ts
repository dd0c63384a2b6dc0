import { hostname } from 'node:os';
import type { ClientInterceptors } from '@temporalio/client';
import type { RequestHandler } from 'express';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { startTracing } from '../config/tracing.ts';

/** Traces of the API's process. */
export interface ApiTracing {
  /** Opens a span for a request under `/api`. */
  requests: RequestHandler;
  /** Hand the trace on to the workflows that are started and asked. */
  clientInterceptors: ClientInterceptors;
  close(): Promise<void>;
}

/** Traces where an endpoint is set; nothing of OpenTelemetry is loaded else. */
export async function startApiTracing(
  env: Env,
  log: Logger,
  secrets: readonly (string | undefined)[],
): Promise<ApiTracing | undefined> {
  const known = secrets.filter((secret): secret is string => Boolean(secret));
  const instance = env.FLOTILLA_HOST_NAME ?? hostname();
  const tracing = await startTracing({ env, log, service: 'flotilla-api', instance, secrets: known });
  if (!tracing) return undefined;
  const { traceRequests, clientInterceptors } = await import('./trace-requests.ts');
  return { requests: traceRequests, clientInterceptors: clientInterceptors(), close: tracing.close };
}
