import { type SpanContext, trace } from '@opentelemetry/api';
import { makeWorkflowExporter, OpenTelemetryActivityInboundInterceptor } from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { Tracing } from '../config/tracing.ts';
import { workflowFields } from './log-fields.ts';
import type { WorkflowSpanSinks } from './role.ts';

const HEADER = '_tracer-data';

/** The ids of a workflow, as spans carry them. */
function workflowAttributes(ids: Parameters<typeof workflowFields>[0]): Record<string, string> {
  const { taskId, accountTaskId, kind, workflowId, runId } = workflowFields(ids);
  const own = {
    ...{ 'flotilla.task_id': taskId, 'flotilla.account_task_id': accountTaskId, 'flotilla.kind': kind },
    ...{ temporalWorkflowId: workflowId, run_id: runId },
  };
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * A span for every activity of a workflow that is traced. Others have none: each of them would be a trace of its own, and
 * the workflows that look after the system run for ever.
 */
export const traceActivities: ActivityInterceptorsFactory = (context) => {
  const traced = new OpenTelemetryActivityInboundInterceptor(context);
  const { info } = context;
  let own: SpanContext | undefined;
  return {
    inbound: {
      execute(input, next) {
        if (input.headers[HEADER] === undefined) return next(input);
        return traced.execute(input, (same) => {
          const span = trace.getActiveSpan();
          span?.setAttributes({
            ...workflowAttributes({ ...info.workflowExecution, workflowType: info.workflowType }),
            'flotilla.step': info.activityType,
            'flotilla.attempt': info.attempt,
          });
          own = span?.spanContext();
          return next(same);
        });
      },
    },
    outbound: {
      // The SDK's own lines, that of a failure among them, are logged when the span has ended.
      getLogAttributes: (input, next) => next(own ? { trace_id: own.traceId, span_id: own.spanId, ...input } : input),
    },
  };
};

/** Takes the spans that workflows hand out of their sandbox. What is known of a workflow is more than ids: memos, names. */
export function workflowSpans({ processor, resource }: Tracing): InjectedSinks<WorkflowSpanSinks> {
  const { fn } = makeWorkflowExporter(processor, resource).export;
  return {
    exporter: { export: { fn: (info, spans) => fn(workflowAttributes(info) as unknown as typeof info, spans) } },
  };
}
