import { z } from 'zod';
import type { Deps } from './deps.ts';
import { decodeCursor, pageOf, pageQuery, toPage } from './pages.ts';
import { conflict, notFound } from './problem.ts';
import type { Route } from './route.ts';
import { idParams, route } from './route.ts';
import * as changes from './schedules-change.ts';
import * as store from './schedules-store.ts';
import { fireNow, nextRunsOf, settleSoon } from './schedules-temporal.ts';

const tags = ['Schedules'];
const SHOWN_RUNS = 5;
const ORDER_BYTES = 16 * 1024 ** 2;

async function shown(deps: Deps, id: string) {
  const row = await store.scheduleOf(deps.db, id);
  const [next] = await nextRunsOf(deps, [row]);
  return store.toScheduleItem(row, next ?? { times: [], reason: null });
}

const orderRoute = (name: 'pause' | 'resume', summary: string, description: string): Route =>
  route({
    method: 'post',
    path: `/api/schedules/{id}/${name}`,
    operationId: `${name}Schedule`,
    summary,
    description,
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      200: { description: 'The schedule', schema: store.scheduleItemSchema },
      404: { description: 'No such schedule' },
      409: { description: 'It does not fit its state' },
    },
    async handler({ params: { id }, deps }) {
      await changes.setPaused(deps, id, name === 'pause');
      return { status: 200, body: await shown(deps, id) };
    },
  });

export const schedulesRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/schedules',
    operationId: 'listSchedules',
    summary: 'Schedules, newest first, with their next and last runs',
    tags,
    access: 'viewer',
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', schema: pageOf(store.scheduleItemSchema) } },
    async handler({ query: { cursor, limit }, deps }) {
      const rows = await store.pageOfSchedules(deps.db, cursor === undefined ? undefined : decodeCursor(cursor), limit);
      const runs = await nextRunsOf(deps, rows.slice(0, limit));
      const next = new Map(rows.slice(0, limit).map((row, place) => [row.id, runs[place]]));
      const toItem = (row: store.ScheduleRow) =>
        store.toScheduleItem(row, next.get(row.id) ?? { times: [], reason: null });
      return { status: 200, body: toPage(rows, limit, toItem) };
    },
  }),
  route({
    method: 'post',
    path: '/api/schedules',
    operationId: 'createSchedule',
    summary: 'Order a bulk task at a time, or again and again',
    description:
      'The order is checked as the door would check it now. At each run the accounts are selected anew, so a tag means ' +
      'whoever has it then.',
    tags,
    access: 'operator',
    idempotent: 'own',
    maxBodyBytes: ORDER_BYTES,
    body: changes.createSchema,
    examples: {
      weekdays: {
        name: 'Morning sessions',
        kind: 'login',
        order: { accounts: { tag: 'crew' }, params: {}, skipRefused: true },
        spec: { cron: '0 9 * * 1-5' },
        timeZone: 'Europe/Berlin',
        overlap: 'skip',
      },
    },
    responses: {
      201: { description: 'The schedule', schema: store.scheduleItemSchema },
      422: { description: 'The order or the time cannot be carried out' },
    },
    async handler({ body, idempotencyKey, actor, deps }) {
      const id = await changes.createSchedule(deps, body, idempotencyKey, actor.id);
      return { status: 201, body: await shown(deps, id), headers: { location: `/api/schedules/${id}` } };
    },
  }),
  route({
    method: 'get',
    path: '/api/schedules/{id}',
    operationId: 'getSchedule',
    summary: 'One schedule with its next five times and its last ten tasks',
    tags,
    access: 'viewer',
    params: idParams,
    responses: {
      200: { description: 'The schedule', schema: store.scheduleSchema },
      404: { description: 'No such schedule' },
    },
    async handler({ params: { id }, deps }) {
      const row = await store.scheduleOf(deps.db, id);
      const [next = { times: [], reason: null }] = await nextRunsOf(deps, [row]);
      const [order, tasks] = await Promise.all([store.orderOf(deps.db, id), store.tasksOf(deps.db, id)]);
      const nextRuns = next.times.slice(0, SHOWN_RUNS).map((time) => time.toISOString());
      const temporalUrl = store.temporalScheduleUrl(deps.env, id);
      return { status: 200, body: { ...store.toScheduleItem(row, next), order, tasks, nextRuns, temporalUrl } };
    },
  }),
  route({
    method: 'patch',
    path: '/api/schedules/{id}',
    operationId: 'changeSchedule',
    summary: 'Change a schedule from its next run on',
    tags,
    access: 'operator',
    params: idParams,
    body: changes.patchSchema,
    examples: { later: { name: 'Noon sessions', spec: { cron: '0 12 * * 1-5' } } },
    maxBodyBytes: ORDER_BYTES,
    responses: {
      200: { description: 'Changed', schema: store.scheduleItemSchema },
      404: { description: 'No such schedule' },
      422: { description: 'The order or the time cannot be carried out' },
    },
    async handler({ params: { id }, body, deps }) {
      await changes.changeSchedule(deps, id, body);
      return { status: 200, body: await shown(deps, id) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/schedules/{id}',
    operationId: 'deleteSchedule',
    summary: 'Delete a schedule; tasks that it ordered stay and go on',
    tags,
    access: 'operator',
    params: idParams,
    responses: { 204: { description: 'Deleted' }, 404: { description: 'No such schedule' } },
    async handler({ params: { id }, deps }) {
      const { count } = await deps.db.schedule.deleteMany({ where: { id } });
      if (count === 0) throw notFound('There is no such schedule.');
      await settleSoon(deps, id);
      return { status: 204 };
    },
  }),
  orderRoute('pause', 'Start nothing more until resumed', 'Tasks that run already go on.'),
  orderRoute('resume', 'Go on after a pause', 'What the pause left out is not made up for.'),
  route({
    method: 'post',
    path: '/api/schedules/{id}/run-now',
    operationId: 'runScheduleNow',
    summary: 'Run it now, beside its times',
    description: 'Under its own overlap policy.',
    tags,
    access: 'operator',
    params: idParams,
    responses: {
      202: { description: 'The run begins', schema: z.object({ id: z.uuid() }) },
      404: { description: 'No such schedule' },
      409: { description: 'It is paused, or its last run has not ended and it skips what overlaps' },
      503: { description: 'Temporal cannot be reached' },
    },
    async handler({ params: { id }, deps }) {
      const row = await store.scheduleOf(deps.db, id);
      if (row.paused) throw conflict('A paused schedule starts nothing. Resume it first.');
      await fireNow(deps, row);
      return { status: 202, body: { id } };
    },
  }),
];
