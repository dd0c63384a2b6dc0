import { context, DiagLogLevel, diag, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Env } from './env.ts';
import { setTraceFields } from './log-context.ts';
import type { Logger } from './logger.ts';
import { maskedExporter } from './trace-mask.ts';
import type { Tracing, TracingOptions } from './tracing.ts';

/** How long the last spans may take to be sent, milliseconds: the process is to end. */
const LAST_SPANS_MS = 3_000;
/** A collector that is away is told of once in so long, milliseconds. */
const TELL_AGAIN_MS = 60_000;

/** The address for traces as it stands, or the common one with their path below it. */
function addressOf({ OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces }: Env): string {
  return traces ?? `${(all ?? '').replace(/\/+$/, '')}/v1/traces`;
}

/** OpenTelemetry's own complaints, in our log. */
function tellComplaints(log: Logger): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (message: string): void => {
    if (performance.now() - toldAt < TELL_AGAIN_MS) return;
    toldAt = performance.now();
    log.warn({ reason: message.slice(0, 500) }, 'traces cannot be sent');
  };
  const quiet = () => undefined;
  diag.setLogger({ error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
}

/** The ids of the span that is open, as log lines carry them. */
function openSpan(): { traceId: string; spanId: string } | Record<string, never> {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : {};
}

/**
 * Registers the process-wide provider. Headers and timeouts, the queue and the sampler are read from the standard
 * variables by the libraries themselves.
 * Only the trace's own ids go from part to part: baggage is whatever a stranger puts into it, and would end in histories.
 */
export function openTracing({ env, log, service, instance, secrets }: TracingOptions): Tracing {
  tellComplaints(log);
  const named = new Resource({
    'service.name': env.OTEL_SERVICE_NAME ?? service,
    'service.namespace': 'flotilla',
    'service.instance.id': instance,
  });
  const resource = Resource.default()
    .merge(named)
    .merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const processor = new BatchSpanProcessor(maskedExporter(new OTLPTraceExporter({ url: addressOf(env) }), secrets));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  setTraceFields(openSpan);
  return {
    resource,
    processor,
    headers() {
      const carrier: { traceparent?: string } = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent === undefined ? {} : { traceparent: carrier.traceparent };
    },
    async close() {
      const late = new Promise<void>((done) => setTimeout(done, LAST_SPANS_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      setTraceFields(() => ({}));
      for (const api of [trace, context, propagation, diag]) api.disable();
    },
  };
}
