import {
  type Client,
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { AGGREGATE_QUERY, type Aggregate, aggregateSchema } from '../../contracts/bulk.ts';
import { ORCHESTRATOR_QUEUE } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import { bulkWorkflowType } from '../../kinds/index.ts';
import type { Deps } from '../deps.ts';
import { conflict, unavailable } from '../problem.ts';

const START_MS = 5_000;
const UPDATE_MS = 10_000;
const QUERY_MS = 2_000;
/** A poll lasts a minute, so a worker that is there has asked within this time. */
const POLLER_ALIVE_MS = 90_000;
/** gRPC status codes: https://grpc.io/docs/guides/status-codes/ */
const INVALID_ARGUMENT = 3;

type WithTemporal = Pick<Deps, 'temporal' | 'log'>;

/** The client, or an error after `ms`: a Temporal that is away must not hold a request. */
export async function clientWithin(deps: WithTemporal, ms: number): Promise<Client> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('Temporal did not answer in time.')), ms);
  });
  try {
    return await Promise.race([deps.temporal(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const TASK_KIND = defineSearchAttributeKey('TaskKind', 'KEYWORD');
const BULK_TASK_ID = defineSearchAttributeKey('BulkTaskId', 'KEYWORD');
const TASK_STATE = defineSearchAttributeKey('TaskState', 'KEYWORD');
const attributesOf = new WeakMap<Client, Promise<Set<string>>>();

/** The search attributes that this namespace knows; none where that cannot be asked. */
function registeredAttributes(client: Client): Promise<Set<string>> {
  let known = attributesOf.get(client);
  if (!known) {
    known = client.connection.operatorService
      .listSearchAttributes({ namespace: client.options.namespace })
      .then(({ customAttributes }) => new Set(Object.keys(customAttributes ?? {})))
      .catch(() => {
        attributesOf.delete(client);
        return new Set<string>();
      });
    attributesOf.set(client, known);
  }
  return known;
}

export interface StartableTask {
  id: string;
  kind: string;
  name: string;
  workflowId: string;
  /** A task that has run before runs again for its failed account tasks. */
  startedAt: Date | null;
}

/**
 * Starts a bulk workflow with the task's id alone. May be repeated: a run that exists is not started twice.
 * @returns `running` when the run of this order exists, `later` when an earlier run is still closing
 */
export async function startBulkWorkflow(deps: WithTemporal, task: StartableTask): Promise<'running' | 'later'> {
  const again = task.startedAt !== null;
  const client = await clientWithin(deps, START_MS);
  return client.withDeadline(Date.now() + START_MS, async () => {
    const registered = await registeredAttributes(client);
    const attributes: SearchAttributePair[] = [];
    if (registered.has(TASK_KIND.name)) attributes.push({ key: TASK_KIND, value: task.kind });
    if (registered.has(BULK_TASK_ID.name)) attributes.push({ key: BULK_TASK_ID, value: task.id });
    // The state says to the workflow that it may use them all, those of its accounts too.
    if (SEARCH_ATTRIBUTES.every((name) => registered.has(name))) attributes.push({ key: TASK_STATE, value: 'running' });
    const start = (typedSearchAttributes: SearchAttributePair[]) =>
      client.workflow.start(bulkWorkflowType(task.kind), {
        args: [again ? { taskId: task.id, retryFailed: true } : { taskId: task.id }],
        workflowId: task.workflowId,
        taskQueue: ORCHESTRATOR_QUEUE,
        workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        memo: { name: task.name },
        typedSearchAttributes,
      });
    try {
      await start(attributes).catch((error) => {
        // Attributes were unregistered since they were looked up.
        if (attributes.length === 0 || !isInvalidArgument(error)) throw error;
        attributesOf.delete(client);
        return start([]);
      });
      return 'running';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return again ? 'later' : 'running';
      throw error;
    }
  });
}

function isInvalidArgument(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return isGrpcServiceError(cause) && cause.code === INVALID_ARGUMENT;
}

/** Whether a worker has asked the queue for work of late. */
export async function hasPoller(client: Client, taskQueue: string, type: 'workflow' | 'activity'): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: type === 'workflow' ? 1 : 2,
  });
  const since = Date.now() - POLLER_ALIVE_MS;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > since);
}

type OrderPart = Record<string, unknown> | undefined;

/**
 * Gives a running bulk workflow an order and waits until it has taken it.
 * @throws Problem 409 when the workflow refuses it or has ended, 503 when nobody answers
 */
export async function sendOrder<Result>(
  deps: WithTemporal,
  workflowId: string,
  update: string,
  ...order: [OrderPart, ...OrderPart[]]
): Promise<Result> {
  try {
    const client = await clientWithin(deps, START_MS);
    return await client.withDeadline(Date.now() + UPDATE_MS, async () => {
      if (!(await hasPoller(client, ORCHESTRATOR_QUEUE, 'workflow'))) {
        throw unavailable('No orchestrator is answering; the order was not taken.');
      }
      const handle = client.workflow.getHandle(workflowId);
      return handle.executeUpdate<Result, typeof order>(update, { args: order });
    });
  } catch (error) {
    throw orderProblem(error);
  } finally {
    // An answer from before the order is not for those who ask after it.
    asked.delete(workflowId);
  }
}

function orderProblem(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    return conflict(error.cause?.message ?? 'The task does not take this order now.');
  }
  if (error instanceof WorkflowNotFoundError) {
    return conflict('The run of this task has ended or has not begun; look at its state and give the order again.');
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return unavailable(
      'No orchestrator answered within 10 seconds, so it is not sure that the order was taken. Look at the task before you give it again.',
    );
  }
  if (isGrpcServiceError(error) || (error instanceof Error && isGrpcServiceError(error.cause))) {
    return unavailable('Temporal cannot be reached; the order was not taken.');
  }
  if (error instanceof Error && /Temporal did not answer|connect/i.test(error.message)) {
    return unavailable('Temporal cannot be reached; the order was not taken.');
  }
  return error;
}

/** Until when the workflows are not asked, after one of them gave no answer. */
let silentUntil = 0;
const SILENCE_MS = 5_000;

/** Questions that are out, by workflow: a dashboard that many have open asks each once at a time. */
const asked = new Map<string, Promise<Aggregate | undefined>>();

/** What the running workflow answers, or nothing when none can answer in time. Those who ask meanwhile share the answer. */
export function askAggregate(deps: WithTemporal, workflowId: string): Promise<Aggregate | undefined> {
  const out = asked.get(workflowId);
  if (out) return out;
  const answer = queryAggregate(deps, workflowId).finally(() => {
    if (asked.get(workflowId) === answer) asked.delete(workflowId);
  });
  asked.set(workflowId, answer);
  return answer;
}

async function queryAggregate(deps: WithTemporal, workflowId: string): Promise<Aggregate | undefined> {
  if (Date.now() < silentUntil) return undefined;
  try {
    const client = await clientWithin(deps, QUERY_MS);
    const answer = await client.withDeadline(Date.now() + QUERY_MS, () =>
      client.workflow.getHandle(workflowId).query<unknown>(AGGREGATE_QUERY),
    );
    const parsed = aggregateSchema.safeParse(answer);
    if (parsed.success) return parsed.data;
    deps.log.warn({ workflowId }, 'a bulk workflow answered its totals in an unknown shape');
    return undefined;
  } catch (error) {
    const isOfThisTask =
      error instanceof WorkflowNotFoundError ||
      error instanceof QueryNotRegisteredError ||
      error instanceof QueryRejectedError;
    if (!isOfThisTask) silentUntil = Date.now() + SILENCE_MS;
    return undefined;
  }
}
