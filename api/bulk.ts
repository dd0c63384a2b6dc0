import { z } from 'zod';
import { type Aggregate, aggregateSchema, retryOnlySchema } from '../contracts/bulk.ts';
import { fingerprintPattern } from '../contracts/fingerprint-pattern.ts';
import { ACCOUNT_TASK_STATES, BULK_STATES } from '../contracts/states.ts';
import { kindList, kindTypeSuffix } from '../kinds/index.ts';
import { instant } from './account-filter.ts';
import type { Deps } from './deps.ts';
import { readAccountTask, toAccountTaskItem } from './door/account-task.ts';
import { listTasks, readTask } from './door/list.ts';
import * as orders from './door/orders.ts';
import { listAccountTasks, readAggregate } from './door/read.ts';
import * as schemas from './door/schemas.ts';
import { startTask } from './door/start.ts';
import { headOf, kindOf } from './door/tasks.ts';
import { listOf, offsetQuery, pageOf, pageQuery } from './pages.ts';
import { badRequest } from './problem.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOf, saidShape } from './said.ts';

const toldAggregateSchema = aggregateSchema.extend(saidShape);
const told = (aggregate: Aggregate): z.input<typeof toldAggregateSchema> => ({
  ...aggregate,
  ...saidOf({ stateReason: aggregate.stateReason }),
});

const TAGS = ['Bulk tasks'];
const taskParams = z.object({ kind: z.string().meta({ description: 'Name of a kind' }), id: z.uuid() });

/** How an order to a task that exists can fail. */
const orderRefusals = {
  409: { description: 'The task does not take this order in its present state' },
  503: { description: 'No orchestrator answers, or Temporal cannot be reached' },
};

const listQuery = z.object({
  state: listOf(BULK_STATES),
  q: z.string().max(100).optional().meta({ description: 'Part of the name' }),
  scheduleId: z.uuid().optional().meta({ description: 'Ordered by this schedule' }),
  createdBy: z.string().max(200).optional().meta({ description: 'Who ordered it, as a task names them' }),
  createdFrom: instant.optional().meta({ description: 'Not before' }),
  createdTo: instant.optional().meta({ description: 'Before' }),
  ...pageQuery,
});
const taskPage = pageOf(schemas.taskItemSchema);

const listRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk',
    operationId: 'listBulkTasks',
    summary: 'Bulk tasks of all kinds, newest first',
    tags: TAGS,
    access: 'viewer',
    query: listQuery.extend({ kind: listOf(kindList.map(({ name }) => name)) }),
    responses: { 200: { description: 'One page', schema: taskPage } },
    handler: async ({ query: { state, kind, ...filter }, deps }) => ({
      status: 200,
      body: await listTasks(deps.db, { ...filter, kinds: kind, states: state }),
    }),
  }),
  ...kindList.map((kind) =>
    route({
      method: 'get',
      path: `/api/bulk/${kind.name}`,
      operationId: `list${kindTypeSuffix(kind.name)}Tasks`,
      summary: `${kind.title}: bulk tasks, newest first`,
      tags: TAGS,
      access: 'viewer',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: taskPage } },
      handler: async ({ query: { state, ...filter }, deps }) => ({
        status: 200,
        body: await listTasks(deps.db, { ...filter, kinds: [kind.name], states: state }),
      }),
    }),
  ),
];

const readRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}',
    operationId: 'getBulkTask',
    summary: 'One bulk task with its params and totals',
    tags: TAGS,
    access: 'viewer',
    params: taskParams,
    responses: { 200: { description: 'The task', schema: schemas.taskSchema } },
    handler: async ({ params: { kind, id }, deps }) => ({
      status: 200,
      body: await readTask(deps, kindOf(kind).name, id),
    }),
  }),
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/aggregate',
    operationId: 'getBulkTaskAggregate',
    summary: 'Live totals of a bulk task',
    description: 'Of its workflow while it runs. Before and after, and when no worker can answer, of the ledger.',
    tags: TAGS,
    access: 'viewer',
    params: taskParams,
    responses: { 200: { description: 'Totals and counters', schema: toldAggregateSchema } },
    handler: async ({ params: { kind, id }, deps }) => ({
      status: 200,
      body: told(await readAggregate(deps, kindOf(kind).name, id)),
    }),
  }),
];

/** By how they failed. */
export const failureFilter = {
  errorType: z.string().max(50).optional(),
  fingerprint: z
    .string()
    .regex(fingerprintPattern, 'Must be 16 hexadecimal digits')
    .optional()
    .meta({ description: 'Of the cause, as `failures` and the error log name it' }),
};

/** The cursor of account tasks is the place of the last one shown. */
function placeOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw badRequest('The cursor is not one that a list gave out.', [
    { path: 'cursor', message: 'Leave it out to start at the first page' },
  ]);
}

const accountTaskRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/accounts',
    operationId: 'listAccountTasks',
    summary: 'Account tasks of a bulk task, in their order',
    tags: TAGS,
    access: 'viewer',
    params: taskParams,
    query: z.object({
      state: listOf(ACCOUNT_TASK_STATES),
      q: z.string().max(100).optional().meta({ description: 'Part of a user name' }),
      ...failureFilter,
      ...pageQuery,
      ...offsetQuery,
    }),
    responses: { 200: { description: 'One page', schema: pageOf(schemas.accountTaskItemSchema) } },
    async handler({ params: { kind, id }, query: { state, cursor, ...filter }, deps }) {
      const { limit } = filter;
      await headOf(deps.db, kind, id);
      const afterOrdinal = placeOf(cursor);
      const rows = await listAccountTasks(deps.db, id, { ...filter, states: state, afterOrdinal });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        status: 200,
        body: {
          items: shown.map(toAccountTaskItem),
          nextCursor: rows.length > limit && last ? String(last.ordinal) : null,
        },
      };
    },
  }),
  route({
    method: 'get',
    path: '/api/bulk/{kind}/{id}/accounts/{accountTaskId}',
    operationId: 'getAccountTask',
    summary: 'One account task with counters, plan, timeline, posts and evidence',
    tags: TAGS,
    access: 'viewer',
    params: taskParams.extend({ accountTaskId: z.uuid() }),
    responses: { 200: { description: 'The account task', schema: schemas.accountTaskSchema } },
    handler: async ({ params, deps }) => ({
      status: 200,
      body: await readAccountTask(deps, { ...params, kind: kindOf(params.kind).name }),
    }),
  }),
];

interface OrderRoute {
  name: string;
  operationId: string;
  summary: string;
  description?: string;
  give(deps: Deps, request: orders.OrderRequest): Promise<orders.OrderAnswer>;
}

const orderRoute = ({ name, give, ...texts }: OrderRoute): Route =>
  route({
    method: 'post',
    path: `/api/bulk/{kind}/{id}/${name}`,
    ...texts,
    tags: TAGS,
    access: 'operator',
    params: taskParams,
    responses: { 202: { description: 'The order was taken', schema: schemas.stateAnswerSchema }, ...orderRefusals },
    handler: async ({ params: { kind, id }, actor, deps }) => ({
      status: 202,
      body: await give(deps, { kind, id, by: actor.name }),
    }),
  });

const orderRoutes: Route[] = [
  orderRoute({
    name: 'start',
    operationId: 'startBulkTask',
    summary: 'Start a draft, or a scheduled task before its time',
    description: 'The state is `scheduled` while Temporal cannot be reached; the task then starts as soon as it can.',
    give: startTask,
  }),
  orderRoute({
    name: 'pause',
    operationId: 'pauseBulkTask',
    summary: 'Start no further account tasks until resumed',
    give: orders.pauseTask,
  }),
  orderRoute({
    name: 'resume',
    operationId: 'resumeBulkTask',
    summary: 'Go on after a pause',
    give: orders.resumeTask,
  }),
  orderRoute({
    name: 'approve',
    operationId: 'approveBulkTask',
    summary: 'Let the others follow the canary',
    description: 'Once the first accounts have ended. Of a paused task the others follow when it is resumed.',
    give: orders.approveTask,
  }),
  orderRoute({
    name: 'cancel',
    operationId: 'cancelBulkTask',
    summary: 'Cancel what has not ended',
    give: orders.cancelTask,
  }),
  route({
    method: 'post',
    path: '/api/bulk/{kind}/{id}/retry-failed',
    operationId: 'retryFailedAccountTasks',
    summary: 'Try the failed account tasks again, or some of them',
    description:
      'Of a running task, or of an ended one, which then runs again. Without a body all of them; else those that fit all ' +
      'that is given: a type of error, a cause, up to 1,000 ids.',
    tags: TAGS,
    access: 'operator',
    params: taskParams,
    body: retryOnlySchema,
    examples: { all: {}, throttled: { type: 'Throttled' } },
    responses: {
      202: { description: 'The order was taken', schema: schemas.stateAnswerSchema.extend({ retried: z.int() }) },
      ...orderRefusals,
    },
    handler: async ({ params: { kind, id }, body, actor, deps }) => ({
      status: 202,
      body: await orders.retryFailedOf(deps, { kind, id, only: body, by: actor.name }),
    }),
  }),
  route({
    method: 'post',
    path: '/api/bulk/{kind}/{id}/window',
    operationId: 'setBulkTaskWindow',
    summary: 'Set how many account tasks run at once',
    tags: TAGS,
    access: 'operator',
    params: taskParams,
    body: z.object({ window: schemas.windowSchema }).strict(),
    examples: { wider: { window: 50 } },
    responses: { 202: { description: 'The order was taken', schema: schemas.stateAnswerSchema }, ...orderRefusals },
    handler: async ({ params: { kind, id }, body: { window }, actor, deps }) => ({
      status: 202,
      body: await orders.setTaskWindow(deps, { kind, id, window, by: actor.name }),
    }),
  }),
];

const resolveRoute = route({
  method: 'post',
  path: '/api/bulk/{kind}/{id}/accounts/{accountTaskId}/resolve',
  operationId: 'resolveAccountTask',
  summary: 'Answer a parked account task',
  description:
    'A parked account task waits for a person: a challenge of the platform, or a post of which nobody can tell whether it was made. `retry` goes on from where it was, after the cause was settled on the platform; `skip` ends it.',
  tags: TAGS,
  access: 'operator',
  params: taskParams.extend({ accountTaskId: z.uuid() }),
  body: z.object({ action: z.enum(['retry', 'skip']) }).strict(),
  examples: { again: { action: 'retry' }, without: { action: 'skip' } },
  responses: {
    202: { description: 'The answer was taken', schema: z.object({ id: z.uuid(), action: z.enum(['retry', 'skip']) }) },
    ...orderRefusals,
  },
  handler: async ({ params, body: { action }, actor, deps }) => ({
    status: 202,
    body: await orders.resolveAccountTask(deps, { ...params, action, by: actor.name }),
  }),
});

export const bulkRoutes: Route[] = [...listRoutes, ...readRoutes, ...accountTaskRoutes, ...orderRoutes, resolveRoute];
