import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { type LogFields, withLogFields } from '../config/log-context.ts';
import { idsOfWorkflow } from '../contracts/bulk.ts';
import { kindOfWorkflowType } from '../contracts/timings.ts';

interface WorkflowIds {
  workflowId?: string | undefined;
  runId?: string | undefined;
  workflowType?: string | undefined;
}

/** `upload` for `bulkUpload` and `accountUpload`; nothing for workflows of no kind. */
function kindOf(workflowType = ''): string | undefined {
  return /^(?:bulk|account)[A-Z]/.test(workflowType) ? kindOfWorkflowType(workflowType) : undefined;
}

/** The ids under which a line about a workflow is found. */
export function workflowFields({ workflowId, runId, workflowType }: WorkflowIds): LogFields {
  const kind = kindOf(workflowType);
  return { ...idsOfWorkflow(workflowId), ...(kind && { kind }), workflowId, runId, workflowType };
}

/** Every line that is logged within an activity, a local one too, says what it is about. */
export const logActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: (input, next) =>
      withLogFields(
        {
          ...workflowFields({ ...info.workflowExecution, workflowType: info.workflowType }),
          step: info.activityType,
          attempt: info.attempt,
        },
        () => next(input),
      ),
  },
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What the SDK says of its own line or of a workflow's, in our names. Whoever has a task's token may end the task. */
export function temporalFields(meta: Readonly<Record<string, unknown>>): LogFields {
  const { error, taskToken: _taskToken, workflowRunId, activityType, trace_id, span_id, trace_flags, ...rest } = meta;
  const { workflowId, workflowType, runId = workflowRunId } = rest;
  return {
    ...rest,
    ...workflowFields({ workflowId: textOf(workflowId), runId: textOf(runId), workflowType: textOf(workflowType) }),
    ...(activityType === undefined ? {} : { step: activityType }),
    ...(trace_id === undefined ? {} : { traceId: trace_id, spanId: span_id }),
    ...(error === undefined ? {} : { reason: String(error) }),
  };
}
