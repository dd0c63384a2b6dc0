import { z } from 'zod';
import { WORKER_ROLES } from './queues.ts';
import { timingSchema } from './timings.ts';
import { fencingTokenSchema } from './values.ts';

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
 * | `POST /api/worker/accounts/{accountId}/proxy` | the proxy of an account whose lease it serves, and its password |
 * | `POST /api/worker/accounts/{accountId}/proxy/checks` | what a check of it found |
 * | `POST /api/worker/accounts/{accountId}/proxy/repair`, `…/proxy/switch` | a better address for it; a spare instead |
 * | `GET /api/worker/payload-keys` | what payloads in Temporal are encrypted with; at a start, and when a key is not known |
 * | `POST /api/worker/leases/renew` | all leases that this host serves, in one call |
 * | `GET /api/media/by-hash/{sha256}/content` | bytes of an asset or variant |
 * | `GET /api/worker/account-tasks/{id}/variants` | renditions that were made for an account task |
 * | `POST /api/worker/variants` | multipart: `file` and `meta` (variantMetaSchema as JSON text) |
 * | `POST /api/worker/evidence` | multipart: `file` and `meta` (evidenceMetaSchema as JSON text) |
 */
export const registerRequestSchema = z.object({
  name: z.string().min(1).max(200),
  role: z.enum(WORKER_ROLES),
  taskQueues: z.array(z.string()).max(20),
  pid: z.int32(),
  version: z.string(),
  slots: z.int32().nonnegative(),
});
/** A drain stays ordered until a restart is: whoever registers under it polls nothing. */
export const registerResponseSchema = z.object({ id: z.uuid(), order: z.enum(['none', 'drain']) });

/** `drained`: it has ended, or polls nothing until it is ordered to restart. */
export const WORKER_STATES = ['ready', 'draining', 'drained'] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

export const heartbeatRequestSchema = z.object({
  state: z.enum(WORKER_STATES),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export const heartbeatResponseSchema = z.object({
  order: z.enum(['none', 'drain', 'restart']),
  /** Whether payloads are encrypted now, and with which key: a host that holds another one asks for it. */
  payloads: z.object({ encrypt: z.boolean(), keyId: z.string() }).optional(),
});

/** `GET /api/worker/payload-keys`: 32 bytes each in base64, the one to encrypt with first. */
export const payloadKeysSchema = z.object({ encrypt: z.boolean(), keys: z.array(z.base64().length(44)).min(1) });
export type PayloadKeysAnswer = z.infer<typeof payloadKeysSchema>;

/**
 * `sequence` grows with every report of a worker, over its restarts too: a report whose answer was lost is sent again
 * under the same number, and counts once.
 */
export const metricsRequestSchema = z.object({
  metrics: z.record(z.string(), z.number()),
  sequence: z.int().nonnegative().optional(),
  timings: z.array(timingSchema).max(5_000).default([]),
});
export const errorsRequestSchema = z.object({
  errors: z
    .array(
      z.object({
        type: z.string().max(100),
        message: z.string().max(2_000),
        kind: z.string().max(60).optional(),
        platform: z.string().max(60).optional(),
        /** Name of the activity. */
        step: z.string().max(100).optional(),
        accountTaskId: z.uuid().optional(),
        /** The workflow's run, as Temporal Web knows it. */
        runId: z.string().max(100).optional(),
        /** `count`: how often it happened, where like ones were gathered. */
        detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
      }),
    )
    .min(1)
    .max(100),
});

const fencingToken = fencingTokenSchema;

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
  /** As the account's driver left it: Playwright's storageState, or tokens; null when there is none. */
  storageState: z.unknown().nullable(),
  /** A person's answer to the challenge that parked the account; given out once. */
  challengeAnswer: z.string().nullable(),
});
export type AccountSecret = z.infer<typeof accountSecretSchema>;

/** Why a log-in was needed: there was no session, the stored one had expired, or it was ordered. */
export const LOG_IN_REASONS = ['none', 'expired', 'ordered'] as const;
export type LogInReason = (typeof LOG_IN_REASONS)[number];

export const saveSessionRequestSchema = z.object({
  fencingToken,
  storageState: z.unknown(),
  /** With the first state after a log-in. */
  loggedIn: z.enum(LOG_IN_REASONS).optional(),
});

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
  /** Likeness to its source, where it was measured. */
  ssim: z.number().min(0).max(1).optional(),
  /** Whose rendition it is, where it is theirs alone. */
  accountTaskId: z.uuid().optional(),
});
/** `GET /api/worker/account-tasks/{id}/variants`: what has been rendered for it already. */
export const ownVariantsSchema = z.object({
  variants: z.array(
    z.object({ assetId: z.uuid(), recipe: z.unknown(), sha256: z.string(), ssim: z.number().nullable() }),
  ),
});
export type OwnVariant = z.infer<typeof ownVariantsSchema>['variants'][number];
export const variantResponseSchema = z.object({ sha256: z.string(), bytes: z.int() });

/** `POST /api/worker/media`: a file that a host got from a platform, for the library. */
export const savedMediaMetaSchema = z.object({ fileName: z.string().min(1).max(255) });
/** `GET /api/worker/media/{id}`: what a host must know of a file to work on it. */
export const workerMediaSchema = z.object({ sha256: z.string(), fileName: z.string(), kind: z.string() });
export const savedMediaSchema = z.object({ mediaId: z.uuid(), kind: z.enum(['video', 'image']) });

export const evidenceMetaSchema = z.object({
  accountTaskId: z.uuid(),
  step: z.string().max(100),
  kind: z.enum(['screenshot', 'trace']),
});
export const evidenceResponseSchema = z.object({ id: z.uuid() });

/** What is looked at of a proxy, in this order. */
export const PROXY_CHECKS = [
  'address',
  'connect',
  'authentication',
  'http',
  'https',
  'exit',
  'country',
  'latency',
  'stability',
] as const;
export type ProxyCheckName = (typeof PROXY_CHECKS)[number];

const milliseconds = z.number().nonnegative();

/** What a check of a proxy found; in words that hold no secret, because histories and people read them. */
export const proxyFindingsSchema = z.object({
  status: z.enum(['healthy', 'unstable', 'failing']),
  verdict: z.string().max(2_000),
  checks: z
    .array(
      z.object({
        check: z.enum(PROXY_CHECKS),
        outcome: z.enum(['passed', 'failed', 'not-checked']),
        detail: z.string().max(500),
      }),
    )
    .max(PROXY_CHECKS.length),
  /** From where the proxy's requests came, as the checker saw it. */
  exitAddress: z.string().nullable(),
  latency: z.object({ requests: z.int(), failed: z.int(), p50Ms: milliseconds, p95Ms: milliseconds }).nullable(),
  stability: z.object({ seconds: z.number(), requests: z.int(), failed: z.int() }).nullable(),
});
export type ProxyFindings = z.infer<typeof proxyFindingsSchema>;

/** Changes when a person or a repair edits the proxy: the time of it. */
const proxyVersion = z.iso.datetime();

/** `repairOf` names an account task that may have repaired the proxy before its worker died. */
export const accountProxyRequestSchema = z.object({ fencingToken, repairOf: z.uuid().optional() });
export const accountProxySchema = z.object({
  id: z.uuid(),
  version: proxyVersion,
  protocol: z.string(),
  host: z.string(),
  port: z.int(),
  username: z.string().nullable(),
  password: z.string().nullable(),
  exitAddress: z.string().nullable(),
  country: z.string().nullable(),
  /** What that account task's repair changed. */
  repaired: z.array(z.string()).nullable(),
});
export type AccountProxy = z.infer<typeof accountProxySchema>;

const changes = z.array(z.string().max(500)).max(20);
const checkedProxy = { fencingToken, proxyId: z.uuid(), version: proxyVersion, accountTaskId: z.uuid() };

export const proxyCheckRequestSchema = z.object({ ...checkedProxy, findings: proxyFindingsSchema, changes });

export const proxyRepairRequestSchema = z.object({
  ...checkedProxy,
  protocol: z.enum(['http', 'https', 'socks5']),
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  username: z.string().nullable(),
  password: z.string().nullable(),
  changes: changes.min(1),
});

/** Gives the account another proxy instead of `from`: `to`, or the best free spare that is none of `except`. */
export const proxySwitchRequestSchema = z.object({
  fencingToken,
  from: z.uuid(),
  to: z.uuid().optional(),
  except: z.array(z.uuid()).max(100).default([]),
});
/** The proxy that the account has now; null when no spare is free. */
export const proxySwitchSchema = z.object({ proxyId: z.uuid().nullable(), name: z.string().nullable() });
