import { z } from 'zod';
import { platformProfiles } from '../activities/platforms/profiles.ts';
import { CAPABILITIES } from '../contracts/platform.ts';
import { say } from '../contracts/said.ts';
import type { AnyKind } from '../kinds/define.ts';
import { kindList, kindTypeSuffix } from '../kinds/index.ts';
import type { Deps } from './deps.ts';
import { createBulkTask, refuseCanary } from './door/create.ts';
import { secondsPerPost } from './door/estimate.ts';
import { readLoads } from './door/loads.ts';
import { prepare } from './door/prepare.ts';
import { createdSchema, dryRunSchema, orderSchema } from './door/schemas.ts';
import { forecastFinish } from './forecast.ts';
import { flagQuery } from './pages.ts';
import type { Route } from './route.ts';
import { route } from './route.ts';
import { saidOf } from './said.ts';

const SHOWN_PLANS = 100;
const SHOWN_REFUSALS = 1_000;
const ORDER_BYTES = 16 * 1024 ** 2;
const platformPaces = Object.fromEntries(
  Object.values(platformProfiles).map(({ name, title, limits }) => [name, { title, ...limits }]),
);

async function dryRun(deps: Deps, kind: AnyKind, order: z.output<ReturnType<typeof orderSchema>>) {
  const startAt = order.startAt ? new Date(order.startAt) : new Date();
  const ordered = {
    kind,
    params: order.params,
    accounts: order.accounts,
    date: startAt,
    minGapSeconds: order.pace?.minGapSeconds,
  };
  const prepared = await prepare(deps.db, ordered);
  const { canary } = order;
  const warnings = canary === undefined ? prepared.warnings : [...prepared.warnings, say('order.canary-forecast')];
  if (prepared.planned.length > 0) refuseCanary(prepared, canary);
  const seconds = await secondsPerPost(deps.db, kind);
  const { finishAt, boundBy } = forecastFinish({
    startAt,
    readAt: new Date(),
    window: order.window,
    secondsPerPost: seconds,
    accounts: await readLoads(deps.db, ordered, prepared.planned),
    platforms: platformPaces,
  });
  return {
    total: prepared.planned.length,
    plans: prepared.planned.slice(0, SHOWN_PLANS).map(({ account, plan }, place) => ({
      accountId: account.id,
      username: account.username,
      plan,
      canary: place < (canary ?? 0),
    })),
    refused: prepared.refused
      .slice(0, SHOWN_REFUSALS)
      .map((refusal) => ({ ...refusal, ...saidOf({ reason: refusal.reason }) })),
    refusedTotal: prepared.refused.length,
    canary: canary ?? null,
    warnings,
    ...saidOf({
      'forecast.boundBy': boundBy,
      ...Object.fromEntries(warnings.map((warning, place) => [`warnings.${place}`, warning])),
    }),
    forecast: { finishAt: finishAt.toISOString(), secondsPerPost: seconds, boundBy },
  };
}

/** The front door of one kind: its own schema, so that validation, OpenAPI and forms all show the kind's params. */
function createRoute(kind: AnyKind): Route {
  const body = orderSchema(kind);
  return route({
    method: 'post',
    path: `/api/bulk/${kind.name}`,
    operationId: `create${kindTypeSuffix(kind.name)}Task`,
    summary: `${kind.title}: make a bulk task`,
    description:
      'Everything is checked before anything is written. With `dryRun=true` the checks, the plans and a forecast come ' +
      'back and nothing is written. An account that cannot take part refuses the whole, unless `skipRefused` is set. ' +
      'With `canary` so many accounts go first, and the others once it is approved.',
    tags: ['Bulk tasks'],
    access: 'operator',
    idempotent: 'own',
    maxBodyBytes: ORDER_BYTES,
    query: z.object({ dryRun: flagQuery.default(false).meta({ description: 'Only check and show the plans' }) }),
    body,
    examples: Object.fromEntries(
      kind.examples.map(({ title, params }) => [title, { accounts: { tag: 'example' }, params }]),
    ),
    responses: {
      200: { description: 'Dry run: what would be done', schema: dryRunSchema },
      201: { description: 'The task was written', schema: createdSchema },
    },
    async handler({ query, body: order, idempotencyKey, actor, deps }) {
      if (query.dryRun) return { status: 200, body: await dryRun(deps, kind, order) };
      const created = await createBulkTask(deps, { kind, order, idempotencyKey, actor: actor.id, by: actor.name });
      return { status: 201, body: created, headers: { location: `/api/bulk/${kind.name}/${created.id}` } };
    },
  });
}

const kindSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  needs: z.array(z.enum(CAPABILITIES)),
  counters: z.array(z.string()),
  params: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema (draft 2020-12) of the params' }),
  examples: z.array(z.object({ title: z.string(), params: z.unknown() })),
});

function describeKind(kind: AnyKind): z.input<typeof kindSchema> {
  return {
    name: kind.name,
    title: kind.title,
    description: kind.description ?? '',
    needs: [...kind.needs],
    counters: [...kind.counters],
    params: z.toJSONSchema(kind.params, { io: 'input' }) as Record<string, unknown>,
    examples: kind.examples.map(({ title, params }) => ({ title, params })),
  };
}

export const doorRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/kinds',
    operationId: 'listKinds',
    summary: 'The kinds of bulk tasks, each with the schema of its params',
    tags: ['Bulk tasks'],
    access: 'viewer',
    responses: { 200: { description: 'All kinds', schema: z.object({ items: z.array(kindSchema) }) } },
    handler: async () => ({ status: 200, body: { items: kindList.map(describeKind) } }),
  }),
  ...kindList.map(createRoute),
];
