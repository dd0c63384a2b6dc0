import { statfs } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { WORKER_ROLES } from '../contracts/queues.ts';
import { say } from '../contracts/said.ts';
import type { Deps } from './deps.ts';
import { queryOne } from './door/sql.ts';
import { clientWithin, hasPoller } from './door/temporal.ts';
import { errorsPart, eventsPart, retentionPart, webhooksPart } from './health-parts.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOf, saidShape } from './said.ts';
import { listWorkers } from './workers.ts';

const STATUSES = ['ok', 'degraded', 'down'] as const;
type Status = (typeof STATUSES)[number];

const PART_MS = 3_000;
/** Below this share of free space, or this many bytes, rendering and evidence soon fail. */
const LOW_DISK_SHARE = 0.05;
const LOW_DISK_BYTES = 1024 ** 3;

const partSchema = z.object({
  name: z
    .string()
    .meta({ description: '`postgres`, `temporal`, `disk`, `events`, `retention`, `errors`, or `workers/<role>`' }),
  status: z.enum(STATUSES),
  detail: z.string().meta({ description: 'What it means, in a sentence' }),
  ...saidShape,
  ms: z.int().optional().meta({ description: 'How long the part took to answer' }),
  workers: z.int().optional().meta({ description: 'Workers that are there' }),
  lost: z.int().optional().meta({ description: 'Workers that were not heard of lately' }),
  freeBytes: z.number().optional(),
  totalBytes: z.number().optional(),
});
const healthSchema = z.object({
  status: z.enum(STATUSES).meta({ description: 'The worst of the parts' }),
  checkedAt: z.iso.datetime(),
  parts: z.array(partSchema),
});
type Part = z.input<typeof partSchema>;

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${PART_MS / 1_000} seconds`)), PART_MS);
  });
  try {
    return { value: await Promise.race([work(), late]), ms: Math.round(performance.now() - startedAt) };
  } finally {
    clearTimeout(timer);
  }
}

const down = (name: string, detail: string): Part => ({ name, status: 'down', detail });

async function postgresPart(deps: Deps): Promise<Part> {
  try {
    const { ms } = await timed(() => queryOne(deps.db, 'SELECT 1 AS one'));
    return { name: 'postgres', status: 'ok', detail: 'Postgres answers.', ms };
  } catch (error) {
    deps.log.warn({ err: error }, 'Postgres does not answer');
    return down('postgres', 'Postgres does not answer: nothing can be read or written.');
  }
}

async function temporalPart(deps: Deps): Promise<{ part: Part; client?: Client }> {
  try {
    const { value: client, ms } = await timed(async () => {
      const found = await clientWithin(deps, PART_MS);
      await found.workflowService.getSystemInfo({});
      return found;
    });
    return { part: { name: 'temporal', status: 'ok', detail: 'Temporal answers.', ms }, client };
  } catch (error) {
    deps.log.warn({ err: error }, 'Temporal does not answer');
    return { part: down('temporal', 'Temporal does not answer: tasks stand still until it does, and lose nothing.') };
  }
}

async function diskPart(deps: Deps): Promise<Part> {
  try {
    const { bavail, bsize, blocks } = await statfs(deps.env.FLOTILLA_DATA);
    const [freeBytes, totalBytes] = [bavail * bsize, blocks * bsize];
    const low = freeBytes < LOW_DISK_BYTES || freeBytes < totalBytes * LOW_DISK_SHARE;
    const free = (freeBytes / 1024 ** 3).toFixed(1);
    return {
      name: 'disk',
      status: low ? 'degraded' : 'ok',
      detail: say(low ? 'health.disk-low' : 'health.disk', { free }),
      freeBytes,
      totalBytes,
    };
  } catch {
    return down('disk', 'The data folder cannot be read.');
  }
}

/** What is read from Postgres can be as little known as Postgres answers. */
async function readPart(name: string, read: () => Promise<Part>): Promise<Part> {
  try {
    return (await timed(read)).value;
  } catch {
    return { name, status: 'degraded', detail: 'Not known, because Postgres does not answer in time.' };
  }
}

/** A role works when one of its processes reports here and its queue is polled in Temporal. */
async function workerPart(
  role: (typeof WORKER_ROLES)[number],
  known: { here: number; lost: number },
  client: Client | undefined,
): Promise<Part> {
  const polled = client
    ? await timed(() => hasPoller(client, role, 'activity')).then(
        ({ value }) => value,
        () => undefined,
      )
    : undefined;
  const name = `workers/${role}`;
  const counts = { workers: known.here, lost: known.lost };
  if (known.here === 0 && !polled) return { ...down(name, say('health.workers-none', { role })), ...counts };
  const of = (status: Status, detail: string): Part => ({ name, status, detail, ...counts });
  if (polled === false) return of('degraded', say('health.workers-idle', { role }));
  if (polled === undefined) return of('degraded', say('health.workers-unknown', { role }));
  if (known.here === 0) return of('degraded', say('health.workers-strange', { role }));
  if (known.lost > 0) return of('degraded', say('health.workers-lost', { count: known.lost, role }));
  return of('ok', say('health.workers', { count: known.here, role }));
}

/** Lost ones are told of for an hour; after that they were taken away on purpose. */
const FORGOTTEN_MS = 3_600_000;

type Health = z.input<typeof healthSchema>;

const toldPart = (part: Part): Part => ({ ...part, ...saidOf({ detail: part.detail }) });

async function measureHealth(deps: Deps): Promise<Health> {
  const [postgres, temporal, disk, retention, errors, webhooks, workers] = await Promise.all([
    postgresPart(deps),
    temporalPart(deps),
    diskPart(deps),
    readPart('retention', () => retentionPart(deps)),
    readPart('errors', () => errorsPart(deps)),
    readPart('webhooks', () => webhooksPart(deps)),
    timed(() => listWorkers(deps.db)).then(
      ({ value }) => value,
      () => [],
    ),
  ]);
  const roles = await Promise.all(
    WORKER_ROLES.map((role) => {
      const own = workers.filter((worker) => worker.role === role);
      const here = own.filter(({ state }) => state === 'ready' || state === 'draining').length;
      const lost = own.filter((one) => one.state === 'lost' && Date.now() - one.heartbeatAt.getTime() < FORGOTTEN_MS);
      return workerPart(role, { here, lost: lost.length }, temporal.client);
    }),
  );
  const parts = [postgres, temporal.part, disk, eventsPart(deps), retention, errors, webhooks, ...roles];
  const worst = Math.max(...parts.map((part) => STATUSES.indexOf(part.status)));
  return { status: STATUSES[worst] ?? 'down', checkedAt: new Date().toISOString(), parts: parts.map(toldPart) };
}

const POLL_MS = 1_000;
const measured = new WeakMap<Deps, { startedAt: number; health: Promise<Health> }>();

/** The health, measured at most once a second for all that ask: whoever comes in between shares the answer. */
export function checkHealth(deps: Deps): Promise<Health> {
  const last = measured.get(deps);
  if (last && performance.now() - last.startedAt < POLL_MS) return last.health;
  const health = measureHealth(deps);
  measured.set(deps, { startedAt: performance.now(), health });
  // A failure is told to those that share it, and forgotten.
  health.catch(() => measured.delete(deps));
  return health;
}

const healthAnswer = { 200: { description: 'Each part, and the worst of them as the whole', schema: healthSchema } };

export const systemRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/system/health',
    operationId: 'getSystemHealth',
    summary: 'Health of each part: Postgres, Temporal, disk, events, retention, errors, workers by role',
    tags: ['System'],
    access: 'viewer',
    responses: healthAnswer,
    handler: async ({ deps }) => ({ status: 200, body: await checkHealth(deps) }),
  }),
  route({
    method: 'post',
    path: '/api/system/health/poll',
    audit: false,
    operationId: 'pollSystemHealth',
    summary: 'Check each part now',
    description: 'At most one measurement is made in a second; callers within it share it.',
    tags: ['System'],
    access: 'operator',
    responses: healthAnswer,
    handler: async ({ deps }) => ({ status: 200, body: await checkHealth(deps) }),
  }),
];
