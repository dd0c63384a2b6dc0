import { setTimeout as sleep } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { until } from '../tests/support/wait.ts';
import { readEnv } from './env.ts';
import { createLogger } from './logger.ts';
import { maskedExporter } from './trace-mask.ts';
import { startTracing } from './tracing.ts';

function exported(work: (span: ReturnType<ReturnType<BasicTracerProvider['getTracer']>['startSpan']>) => void) {
  const kept = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(maskedExporter(kept, ['a-worker-token']));
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const span = provider.getTracer('t').startSpan('a step');
  work(span);
  span.end();
  return { span, sent: kept.getFinishedSpans()[0]! };
}

describe('a span that leaves the process', () => {
  it('keeps ids, and loses every attribute that nobody has named', () => {
    const { span, sent } = exported((open) =>
      open.setAttributes({ 'flotilla.task_id': 't-1', 'url.full': 'http://x/?signature=needle', memo: 'needle' }),
    );
    expect(sent.attributes).toEqual({ 'flotilla.task_id': 't-1' });
    expect(sent.spanContext()).toEqual(span.spanContext());
    expect(sent.name).toBe('a step');
  });

  it('tells of an error what it is, without secrets and without its stack', () => {
    const { sent } = exported((open) => {
      open.recordException(new TypeError('no a-worker-token for http://user:needle@proxy:1/'));
      open.setStatus({ code: 2, message: 'no a-worker-token for http://user:needle@proxy:1/' });
    });
    const message = 'no [masked] for http://[masked]@proxy:1/';
    expect(sent.events[0]?.attributes).toEqual({ 'exception.type': 'TypeError', 'exception.message': message });
    expect(sent.status).toEqual({ code: 2, message });
  });
});

describe('tracing', () => {
  beforeAll(() => {
    process.env.OTEL_BSP_SCHEDULE_DELAY = '10';
  });
  afterAll(() => {
    delete process.env.OTEL_BSP_SCHEDULE_DELAY;
  });

  const start = (env: Record<string, string>) =>
    startTracing({
      ...{
        env: readEnv(env),
        log: createLogger('t', 'silent'),
        service: 'flotilla-test',
        instance: 'here',
        secrets: [],
      },
    });

  it('is not there without an endpoint, nor when it is switched off', async () => {
    expect(await start({})).toBeUndefined();
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    expect(await start({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  });

  it('hands the place in the trace on, and nothing outside of one; a collector that is away is told of once', async () => {
    const lines: string[] = [];
    const log = createLogger('t', 'info', { write: (line) => lines.push(line) });
    const env = readEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SERVICE_NAME: 'mine' });
    const tracing = (await startTracing({ env, log, service: 'flotilla-test', instance: 'here', secrets: [] }))!;
    expect(tracing.resource.attributes).toMatchObject({ 'service.name': 'mine', 'service.instance.id': 'here' });
    expect(tracing.headers()).toEqual({});
    const span = trace.getTracer('t').startSpan('open');
    const { traceId, spanId } = span.spanContext();
    const headers = context.with(trace.setSpan(context.active(), span), tracing.headers);
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
    span.end();
    const complaints = async () => lines.filter((line) => line.includes('traces cannot be sent')).length;
    await until(complaints, (n) => n > 0, { what: 'the log tells of it', withinMs: 30_000 });
    trace.getTracer('t').startSpan('another').end();
    await sleep(500);
    await tracing.close();
    expect(await complaints()).toBe(1);
  });
});
