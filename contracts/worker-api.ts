import { z } from 'zod';
import { WORKER_ROLES } from './queues.ts';

/**
 * What worker hosts and the API say to one another. Hosts hold a worker token and no database credentials.
 *
 * | call | for |
 * | --- | --- |
 * | `POST /api/workers/register` | a role's process starts |
 * | `POST /api/workers/{id}/heartbeat` | every 10 s; the answer carries orders |
 * | `POST /api/workers/{id}/metrics`, `…/errors` | what it measures, what went wrong |
 * | `POST /api/worker/accounts/{accountId}/secret` | log-in data of an account whose lease it serves |
 * | `PUT /api/worker/accounts/{accountId}/session` | the account's new session state |
 * | `POST /api/worker/leases/renew` | all leases that this host serves, in one call |
 * | `GET /api/media/by-hash/{sha256}/content` | bytes of an asset or variant |
 * | `POST /api/worker/variants` | multipart: `file` and `meta` (variantMetaSchema as JSON text) |
 * | `POST /api/worker/evidence` | multipart: `file` and `meta` (evidenceMetaSchema as JSON text) |
 */
export const registerRequestSchema = z.object({
  name: z.string().min(1).max(200),
  role: z.enum(WORKER_ROLES),
  taskQueues: z.array(z.string()).max(20),
  pid: z.int(),
  version: z.string(),
  slots: z.int().nonnegative(),
});
export const registerResponseSchema = z.object({ id: z.uuid() });

export const heartbeatRequestSchema = z.object({
  state: z.enum(['ready', 'draining']),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export const heartbeatResponseSchema = z.object({ order: z.enum(['none', 'drain', 'restart']) });

export const metricsRequestSchema = z.object({ metrics: z.record(z.string(), z.number()) });
export const errorsRequestSchema = z.object({
  errors: z
    .array(
      z.object({
        type: z.string().max(100),
        message: z.string().max(2_000),
        accountTaskId: z.uuid().optional(),
        detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
      }),
    )
    .min(1)
    .max(100),
});

/** Fencing tokens are decimal strings: they are 64 bits wide. */
const fencingToken = z.string().regex(/^\d{1,19}$/);

export const accountLeaseResource = (accountId: string): string => `account/${accountId}`;

export const accountSecretRequestSchema = z.object({ fencingToken });
export const accountSecretSchema = z.object({
  platform: z.string(),
  username: z.string(),
  password: z.string(),
  totpSecret: z.string().nullable(),
  email: z.string().nullable(),
  timeZone: z.string(),
  proxy: z.object({ server: z.string(), username: z.string().nullable(), password: z.string().nullable() }).nullable(),
  /** Playwright's storageState, or null when there is none. */
  storageState: z.unknown().nullable(),
});
export type AccountSecret = z.infer<typeof accountSecretSchema>;

export const saveSessionRequestSchema = z.object({ fencingToken, storageState: z.unknown() });

export const renewLeasesRequestSchema = z.object({
  leases: z.array(z.object({ resource: z.string(), fencingToken })).max(1_000),
  ttlMs: z.int().min(1_000).max(3_600_000),
});
export const renewLeasesResponseSchema = z.object({
  /** Resources whose lease is still this holder's; the others are lost. */
  renewed: z.array(z.string()),
});

export const variantMetaSchema = z.object({
  assetId: z.uuid(),
  recipeHash: z.string(),
  recipe: z.unknown(),
  probe: z.unknown(),
});
export const variantResponseSchema = z.object({ sha256: z.string(), bytes: z.int() });

export const evidenceMetaSchema = z.object({
  accountTaskId: z.uuid(),
  step: z.string().max(100),
  kind: z.enum(['screenshot', 'trace']),
});
export const evidenceResponseSchema = z.object({ id: z.uuid() });
