import { resolve } from 'node:path';
import { z } from 'zod';
import { networkComplaint } from './address-guard.ts';

/**
 * All environment variables, read and validated in one place.
 * Every default is the one that the README names; a wrong value stops the start with one sentence.
 */
const port = z.coerce.number().int().min(1).max(65_535);
const bytes = z.coerce.number().int().positive();
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
/** Networks in CIDR form, each checked. */
const networks = list.superRefine((entries, ctx) => {
  for (const entry of entries) {
    const message = networkComplaint(entry);
    if (message) ctx.addIssue({ code: 'custom', message });
  }
});

const httpUrl = z.url({ protocol: /^https?$/, error: 'not an http or https address' });
/** As OpenTelemetry writes lists: `name=value,name=value`. */
const pairs = z
  .string()
  .regex(/^\s*[^\s=,]+\s*=[^,]*(,\s*[^\s=,]+\s*=[^,]*)*,?\s*$/, 'not written as name=value,name=value');

export const envSchema = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z.url().optional(),
  API_URL: z.url().optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_UI_URL: z.url().optional(),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  POSTGRES_PORT: port.default(5455),
  SANDBOX_PORT: port.default(4600),
  SANDBOX_URL: z.url().optional(),
  ATPROTO_URL: z.url().default('https://bsky.social'),
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  FLOTILLA_DATA: z.string().min(1).default('./data'),
  FLOTILLA_SECRET_KEY: z.string().min(1).optional(),
  FLOTILLA_ENCRYPT_PAYLOADS: z.stringbool({ error: 'true or false' }).default(false),
  FLOTILLA_ADMIN_TOKEN: z.string().min(16).optional(),
  FLOTILLA_API_URL: z.url().optional(),
  FLOTILLA_TOKEN: z.string().min(1).optional(),
  FLOTILLA_WORKER_TOKEN: z.string().min(16).optional(),
  FLOTILLA_ALLOWED_IPS: list.default([]),
  FLOTILLA_TRUSTED_PROXIES: list.default([]),
  FLOTILLA_MEDIA_MAX_BYTES: bytes.default(2 * 1024 ** 3),
  FLOTILLA_CHALLENGE_HOURS: z.coerce.number().positive().max(8_760).default(48),
  FLOTILLA_HOLD_PATCHES: list.default([]),
  FLOTILLA_EVIDENCE_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  FLOTILLA_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(10).default(12_000),
  FLOTILLA_HOST_NAME: z.string().min(1).optional(),
  FLOTILLA_VISIT_HOSTS: list.default([]),
  FLOTILLA_ALLOWED_NETWORKS: networks.default([]),
  FLOTILLA_BROWSER_SLOTS: z.coerce.number().int().min(1).max(200).default(6),
  FLOTILLA_METRICS_PORT: port.optional(),
  FLOTILLA_DRAIN_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  FLOTILLA_CHECKER_URL: z.url({ protocol: /^http$/ }).optional(),
  FLOTILLA_CHECKER_HTTPS_URL: z.url({ protocol: /^https$/ }).optional(),
  FLOTILLA_PROXY_CONNECT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  FLOTILLA_PROXY_ANSWER_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  FLOTILLA_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/json', 'traces are sent as http/json only').optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: z.coerce.number().int().positive().optional(),
  OTEL_SERVICE_NAME: z.string().min(1).optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs.optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      ...(['always_on', 'always_off', 'traceidratio'] as const),
      ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
    ])
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  CHROMIUM_PATH: z.string().min(1).optional(),
  FFMPEG_PATH: z.string().min(1).optional(),
  FFPROBE_PATH: z.string().min(1).optional(),
  TEMPORAL_CLI_PATH: z.string().min(1).optional(),
});

export type Env = ReturnType<typeof resolveEnv>;

export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/** Fills in what follows from other variables: addresses of the embedded parts, absolute paths. */
function resolveEnv(raw: z.output<typeof envSchema>) {
  const apiUrl = raw.API_URL ?? `http://127.0.0.1:${raw.PORT}`;
  return {
    ...raw,
    FLOTILLA_DATA: resolve(raw.FLOTILLA_DATA),
    apiUrl,
    publicUrl: raw.PUBLIC_URL ?? `http://localhost:${raw.PORT}`,
    temporalAddress: raw.TEMPORAL_ADDRESS ?? `127.0.0.1:${raw.TEMPORAL_PORT}`,
    temporalUiUrl: raw.TEMPORAL_UI_URL ?? `http://localhost:${raw.TEMPORAL_UI_PORT}`,
    atprotoUrl: raw.ATPROTO_URL,
    sandboxUrl: raw.SANDBOX_URL ?? `http://127.0.0.1:${raw.SANDBOX_PORT}`,
  };
}

/**
 * Reads and validates the environment. An empty variable counts as not set.
 * @throws EnvError with one sentence that names the variable.
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = envSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new EnvError(
      `${String(issue?.path[0] ?? 'The environment')} is not usable: ${issue?.message ?? 'invalid value'}.`,
    );
  }
  return resolveEnv(parsed.data);
}
