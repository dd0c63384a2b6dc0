import { z } from 'zod';
import { say } from '../../contracts/said.ts';
import { retentionSchema, settingsSchema } from '../../contracts/settings.ts';
import { addressFault, allows, createAddressMatcher } from '../addresses.ts';
import type { Deps } from '../deps.ts';
import { badRequest, unprocessable } from '../problem.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { workerAddresses } from '../worker-addresses.ts';
import { saveSettings, settingsOf } from './store.ts';

const tags = ['Settings'];
const { allowedIps, rateLimitPerMinute } = settingsSchema.shape;

/** Every field of its own, so that what is left out stays as it is and gets no default. */
const changesSchema = z.strictObject({
  allowedIps: allowedIps.unwrap().optional(),
  rateLimitPerMinute: rateLimitPerMinute.unwrap().optional(),
  retention: z
    .strictObject({
      tasks: retentionSchema.shape.tasks.unwrap().optional(),
      errors: retentionSchema.shape.errors.unwrap().optional(),
      evidence: retentionSchema.shape.evidence.unwrap().optional(),
      metrics: retentionSchema.shape.metrics.unwrap().optional(),
      audit: retentionSchema.shape.audit.unwrap().optional(),
      webhookDeliveries: retentionSchema.shape.webhookDeliveries.unwrap().optional(),
    })
    .optional(),
});

const answerSchema = settingsSchema
  .extend({
    environment: z
      .object({ allowedIps: z.array(z.string()), rateLimitPerMinute: z.int(), evidenceDays: z.int() })
      .meta({ description: 'What the environment says; its addresses are allowed beside those set here' }),
    yourAddress: z.string().meta({ description: 'Where this call came from, as the allow-list sees it' }),
  })
  .meta({ id: 'Settings' });

function toAnswer(settings: z.output<typeof settingsSchema>, address: string | undefined, { env }: Deps) {
  const environment = {
    allowedIps: env.FLOTILLA_ALLOWED_IPS,
    rateLimitPerMinute: env.FLOTILLA_RATE_LIMIT_PER_MINUTE,
    evidenceDays: env.FLOTILLA_EVIDENCE_DAYS,
  };
  return { ...settings, environment, yourAddress: address ?? '' };
}

/** @throws Problem 400 for what is no address, 422 when the list would shut out who changes it, or working hosts */
function checkAllowList(entries: readonly string[], address: string, deps: Deps): void {
  const errors = entries.flatMap((entry, index) => {
    const message = addressFault(entry);
    return message ? [{ path: `allowedIps.${index}`, message }] : [];
  });
  if (errors.length > 0) throw badRequest('The list of allowed addresses cannot be used as given.', errors);
  const all = [...deps.env.FLOTILLA_ALLOWED_IPS, ...entries];
  const matches = createAddressMatcher(all, 'The list');
  const refuse = (detail: string, message: string) => unprocessable(detail, [{ path: 'allowedIps', message }]);
  if (!allows(all, matches, address)) {
    throw refuse(say('access.shut-out', { address }), say('field.own-address', { address }));
  }
  const hosts = workerAddresses(deps).filter((host) => !allows(all, matches, host));
  if (hosts.length > 0) {
    const named = hosts.slice(0, 10).join(', ');
    throw refuse(say('access.shut-hosts', { addresses: named }), say('field.addresses', { addresses: named }));
  }
}

export const settingsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/settings',
    operationId: 'getSettings',
    summary: 'What admins have set',
    tags,
    access: 'admin',
    responses: { 200: { description: 'All of it', schema: answerSchema } },
    async handler({ req, deps }) {
      return { status: 200, body: toAnswer(await settingsOf(deps), req.ip, deps) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/settings',
    operationId: 'changeSettings',
    summary: 'Change settings',
    description:
      'What is left out stays. It holds at once in this process and within seconds in others. A list of allowed ' +
      'addresses that would shut out the caller, or worker hosts that are at work, is refused.',
    tags,
    access: 'admin',
    maxBodyBytes: 200_000,
    body: changesSchema,
    examples: {
      office: { allowedIps: ['192.0.2.0/24', '2001:db8::/32', '127.0.0.1'] },
      keepLess: { rateLimitPerMinute: 6_000, retention: { errors: 30 } },
    },
    responses: {
      200: { description: 'Changed', schema: answerSchema },
      422: { description: 'The list would shut out the caller, or worker hosts that are at work' },
    },
    async handler({ body, req, actor, deps, note }) {
      const before = await settingsOf(deps);
      const { allowedIps: entries, rateLimitPerMinute: limit, retention } = body;
      if (entries) checkAllowList(entries, req.ip ?? '', deps);
      const changes = {
        ...(entries === undefined ? {} : { allowedIps: entries }),
        ...(limit === undefined ? {} : { rateLimitPerMinute: limit }),
        ...(retention === undefined ? {} : { retention: { ...before.retention, ...definedOf(retention) } }),
      };
      const changed = Object.keys(changes) as (keyof typeof changes)[];
      note({ detail: { before: Object.fromEntries(changed.map((key) => [key, before[key]])) } });
      return { status: 200, body: toAnswer(await saveSettings(deps, changes, actor.id), req.ip, deps) };
    },
  }),
];

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The fields that were given. */
function definedOf<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
