import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { PayloadError } from '../../activities/payloads/codec.ts';
import { payloadKeysSchema } from '../../contracts/worker-api.ts';
import { appendAudit } from '../audit/append.ts';
import { unprocessable } from '../problem.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';
import { CODEC_PATH } from './temporal-web.ts';

/** Temporal refuses payloads of more than 2 MB by itself; one call holds those of an event or two, in base64. */
const BODY_BYTES = 8 * 1024 ** 2;
const MOST_PAYLOADS = 1_000;

/** A payload as protobuf's JSON form writes it: bytes are base64. */
const payloadSchema = z.object({
  metadata: z.record(z.string().max(200), z.base64()).optional(),
  data: z.base64().optional(),
});
const payloadsSchema = z
  .object({ payloads: z.array(payloadSchema).max(MOST_PAYLOADS) })
  .meta({ id: 'Payloads', description: "Payloads as Temporal's remote codec protocol has them; bytes are base64" });
type JsonPayload = z.output<typeof payloadSchema>;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function fromJson({ metadata, data }: JsonPayload): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return {
    metadata: Object.fromEntries(entries),
    ...(data === undefined ? {} : { data: Buffer.from(data, 'base64') }),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)] as const);
  return { metadata: Object.fromEntries(entries), ...(data ? { data: base64(data) } : {}) };
}

const common = {
  method: 'post',
  tags: ['Codec'],
  body: payloadsSchema,
  maxBodyBytes: BODY_BYTES,
  temporalWeb: true,
  // Reads and writes nothing; Temporal Web calls it for every payload that it shows.
  audit: false,
} as const;
const NO_STORE = { 'cache-control': 'no-store' };

export const payloadRoutes: Route[] = [
  route({
    ...common,
    path: `${CODEC_PATH}/decode`,
    operationId: 'decodePayloads',
    summary: 'Open payloads of Temporal',
    description: `Temporal's remote codec protocol, for Temporal Web: its origin may call with the cookie of whoever is signed in.
Payloads that are not encrypted come back as they are. At most ${MOST_PAYLOADS} of them and 8 MB.`,
    access: 'viewer',
    responses: {
      200: { description: 'The same number of payloads, in their order', schema: payloadsSchema },
      422: { description: 'A payload was changed, or its key is not kept here' },
    },
    async handler({ body, deps }) {
      try {
        const opened = await deps.payloads.codec.decode(body.payloads.map(fromJson));
        return { status: 200, body: { payloads: opened.map(toJson) }, headers: NO_STORE };
      } catch (error) {
        if (error instanceof PayloadError) throw unprocessable(error.message);
        throw error;
      }
    },
  }),
  route({
    ...common,
    path: `${CODEC_PATH}/encode`,
    operationId: 'encodePayloads',
    summary: 'Encrypt payloads for Temporal',
    description:
      'For what is entered in Temporal Web. Payloads come back as they are where `FLOTILLA_ENCRYPT_PAYLOADS` is off.',
    access: 'operator',
    responses: { 200: { description: 'The same number of payloads, in their order', schema: payloadsSchema } },
    handler: async ({ body, deps }) => ({
      status: 200,
      body: { payloads: (await deps.payloads.codec.encode(body.payloads.map(fromJson))).map(toJson) },
      headers: NO_STORE,
    }),
  }),
  route({
    method: 'get',
    path: '/api/worker/payload-keys',
    operationId: 'getPayloadKeys',
    summary: 'What a worker encrypts and opens payloads of Temporal with',
    description: 'Keys derived from the sealing keys, and whether to encrypt. Each call is in the audit log.',
    tags: ['Worker link'],
    access: 'worker',
    responses: { 200: { description: 'The key to encrypt with, then former ones', schema: payloadKeysSchema } },
    async handler({ actor, req, res, deps }) {
      const { encrypt, keys } = deps.payloads;
      const { current, older } = keys.get();
      // Before the keys go out: nobody gets them without a trace.
      await appendAudit(deps, {
        actorId: actor.id,
        actor: actor.name,
        action: 'getPayloadKeys',
        subject: 'worker/payload-keys',
        detail: { encrypt, keys: 1 + older.length },
        address: req.ip ?? null,
        requestId: String(res.locals.requestId ?? ''),
      });
      return { status: 200, body: { encrypt, keys: [current, ...older].map(base64) }, headers: NO_STORE };
    },
  }),
];
