import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { maskForLog } from './logger.ts';

/** Attributes that leave the process; whatever else a library puts into a span stays here. */
const KEPT = new Set([
  ...['http.request.method', 'http.route', 'http.response.status_code', 'url.scheme', 'error.type'],
  ...['flotilla.request_id', 'flotilla.operation', 'flotilla.actor'],
  ...['flotilla.task_id', 'flotilla.account_task_id', 'flotilla.kind', 'flotilla.step', 'flotilla.attempt'],
  ...['temporalWorkflowId', 'temporalActivityId', 'temporalUpdateId', 'run_id'],
]);
/** Of an exception; its stack shows sources and sometimes values. */
const KEPT_OF_EVENTS = new Set(['exception.type', 'exception.message']);
const LONGEST_TEXT = 1_000;

/**
 * An exporter that is given spans with ids only: attributes by a list of names, texts without secrets.
 * @param secrets masked wherever they stand
 */
export function maskedExporter(exporter: SpanExporter, secrets: readonly string[]): SpanExporter {
  function maskText(text: string): string {
    const clean = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[masked]'), text);
    return String(maskForLog(clean)).slice(0, LONGEST_TEXT);
  }

  function kept(attributes: Attributes, names: ReadonlySet<string>): Attributes {
    const own = Object.entries(attributes).filter(([name]) => names.has(name));
    return Object.fromEntries(own.map(([name, value]) => [name, typeof value === 'string' ? maskText(value) : value]));
  }

  function masked(span: ReadableSpan): ReadableSpan {
    const { message } = span.status;
    // The rest, among it methods that know their own span, is that of the span.
    return Object.create(span, {
      name: { value: maskText(span.name) },
      attributes: { value: kept(span.attributes, KEPT) },
      events: {
        value: span.events.map((event) => ({ ...event, attributes: kept(event.attributes ?? {}, KEPT_OF_EVENTS) })),
      },
      status: { value: { ...span.status, ...(message === undefined ? {} : { message: maskText(message) }) } },
    }) as ReadableSpan;
  }

  return {
    export: (spans, done) => exporter.export(spans.map(masked), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
