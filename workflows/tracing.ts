import type { SpanContext } from '@opentelemetry/api';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { SdkFlags } from '@temporalio/workflow/lib/flags.js';
import { getActivator } from '@temporalio/workflow/lib/global-attributes.js';

/** Where the interceptors keep the place in the trace, as W3C trace context has it. */
const HEADER = '_tracer-data';
/** The last field of `traceparent`: its lowest bit says that the trace is recorded. */
const FLAGS = /-([0-9a-f]{2})$/;

function isRecorded({ [HEADER]: payload }: Headers): boolean {
  if (!payload) return false;
  const { traceparent = '' } = defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload);
  return (Number.parseInt(FLAGS.exec(traceparent)?.[1] ?? '0', 16) & 1) === 1;
}

/**
 * Spans of a workflow, where its start says that it belongs to a trace that is recorded.
 *
 * The interceptors take random numbers and turns of the event loop, and with them the order of commands may become
 * another one. So whether they are at work must be read from the history, never from the worker's settings: a workflow
 * that was begun untraced stays so, and one that was begun traced is replayed the same way when tracing is off. The flag
 * of the SDK, which is kept in the history too, tells runs whose first tasks were done by code that did not trace yet.
 */
export function interceptors(): WorkflowInterceptors {
  let traced: { inbound: OpenTelemetryInboundInterceptor; outbound: OpenTelemetryOutboundInterceptor } | undefined;
  let run: SpanContext | undefined;
  let dispose = (): void => undefined;

  function begin(): NonNullable<typeof traced> {
    // Each workflow evaluates what it imports anew: only traced ones pay for it.
    const otel =
      require('@temporalio/interceptors-opentelemetry/lib/workflow/index.js') as typeof import('@temporalio/interceptors-opentelemetry/lib/workflow/index.js');
    const internals = new otel.OpenTelemetryInternalsInterceptor();
    dispose = () => void internals.dispose({}, () => undefined);
    return {
      inbound: new otel.OpenTelemetryInboundInterceptor(),
      outbound: new otel.OpenTelemetryOutboundInterceptor(),
    };
  }

  function openSpan(): SpanContext | undefined {
    const { trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
    return trace.getActiveSpan()?.spanContext();
  }

  const isTraced = (headers: Headers): boolean =>
    isRecorded(headers) && getActivator().hasFlag(SdkFlags.OpenTelemetryInterceptorsInstrumentsAllMethods);

  return {
    inbound: [
      {
        execute(input, next) {
          if (!isTraced(input.headers)) return next(input);
          traced = begin();
          return traced.inbound.execute(input, (same) => {
            run = openSpan();
            return next(same);
          });
        },
        // News of accounts come as signals without a trace of their own; an order that a person gave has one.
        handleSignal: (input, next) =>
          traced && isRecorded(input.headers) ? traced.inbound.handleSignal(input, next) : next(input),
        handleUpdate: (input, next) =>
          traced && isRecorded(input.headers) ? traced.inbound.handleUpdate(input, next) : next(input),
        // Queries and the validation of updates leave nothing in the history, so they must not draw random numbers.
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => (traced ? traced.outbound.scheduleActivity(input, next) : next(input)),
        scheduleLocalActivity: (input, next) =>
          traced ? traced.outbound.scheduleLocalActivity(input, next) : next(input),
        startChildWorkflowExecution: (input, next) =>
          traced ? traced.outbound.startChildWorkflowExecution(input, next) : next(input),
        continueAsNew: (input, next) => (traced ? traced.outbound.continueAsNew(input, next) : next(input)),
        signalWorkflow: (input, next) => (traced ? traced.outbound.signalWorkflow(input, next) : next(input)),
        // The SDK's own lines, that of a failure among them, are logged when the span has ended.
        getLogAttributes: (input, next) => next(run ? { trace_id: run.traceId, span_id: run.spanId, ...input } : input),
      },
    ],
    internals: [
      {
        dispose(input, next) {
          dispose();
          next(input);
        },
      },
    ],
  };
}
