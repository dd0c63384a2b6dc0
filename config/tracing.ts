import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Env } from './env.ts';
import type { Logger } from './logger.ts';

export interface TracingOptions {
  env: Env;
  log: Logger;
  /** What the spans say they come from, unless `OTEL_SERVICE_NAME` says else. */
  service: string;
  /** Of this instance, as a tracing backend shows it: the host's name. */
  instance: string;
  /** Masked wherever they stand in a text of a span. */
  secrets: readonly string[];
}

/** Where the spans of this process go. */
export interface Tracing {
  resource: Resource;
  processor: SpanProcessor;
  /** Headers for a call to another part, so that it goes on with the trace that is open here; none outside of one. */
  headers(): Record<string, string>;
  /** Sends what is waiting, and ends tracing in this process. */
  close(): Promise<void>;
}

const isTraced = (env: Env): boolean =>
  env.OTEL_SDK_DISABLED !== 'true' &&
  (env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined;

/** Tracing for this process, or nothing, and nothing of the OpenTelemetry SDK loaded, where no endpoint is set. */
export async function startTracing(options: TracingOptions): Promise<Tracing | undefined> {
  if (!isTraced(options.env)) return undefined;
  const { openTracing } = await import('./tracing-provider.ts');
  return openTracing(options);
}
