import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { type PayloadKeySource, type PayloadKeys, payloadKeyId } from './keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/**
 * An encrypted payload: its metadata name the encoding and the key, its data are
 * salt (16) · nonce (12) · tag (16) · ciphertext of the whole payload as protobuf.
 *
 * AES-256-GCM (NIST SP 800-38D) under a key of its own for each payload, HMAC-SHA-256 of the salt: with random nonces
 * one key may serve 2^32 messages at most, which a large installation writes within a year.
 */
export const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = SALT_BYTES + NONCE_BYTES + TAG_BYTES;

export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

export interface PayloadCodecOptions {
  keys: PayloadKeySource;
  /** Whether payloads are encrypted on their way out. Those that come in encrypted are opened either way. */
  encrypt: boolean;
}

interface KnownKey {
  id: string;
  key: Buffer;
}

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/** Whether the codec wrote this payload. */
export const isEncrypted = ({ metadata }: Payload): boolean => textOf(metadata?.encoding) === ENCRYPTED;

const messageKey = (key: Buffer, salt: Uint8Array): Buffer => createHmac('sha256', key).update(salt).digest();
const associatedData = (keyId: string): Buffer => Buffer.from(`flotilla/payload/v1\0${keyId}`);

function seal({ id, key }: KnownKey, payload: Payload): Payload {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', messageKey(key, salt), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(id));
  const body = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([salt, nonce, cipher.getAuthTag(), ...body]),
  };
}

function open({ id, key }: KnownKey, data: Uint8Array): Payload {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < HEADER_BYTES) throw new PayloadError('An encrypted payload is too short: it was cut off.');
  const salt = bytes.subarray(0, SALT_BYTES);
  const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', messageKey(key, salt), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(id));
  decipher.setAuthTag(bytes.subarray(SALT_BYTES + NONCE_BYTES, HEADER_BYTES));
  let message: Buffer;
  try {
    message = Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw new PayloadError(`An encrypted payload was changed: it does not open under its key ${id}.`);
  }
  const { metadata, data: inner } = PayloadMessage.decode(message);
  return { metadata, data: inner };
}

/** The keys by id; looking one up must not hash them each time. */
function index({ current, older }: PayloadKeys): { current: KnownKey; byId: ReadonlyMap<string, KnownKey> } {
  const known = (key: Buffer): KnownKey => ({ id: payloadKeyId(key), key });
  const first = known(current);
  return { current: first, byId: new Map([...older.map(known), first].map((one) => [one.id, one])) };
}

/**
 * Encrypts what workflows, activities and clients write into Temporal, and opens what they read. A payload that it did
 * not encrypt passes as it is, so that runs from before go on.
 *
 * `decode` rejects with a {@link PayloadError} of one sentence when a payload was changed or its key is not known.
 */
export function createPayloadCodec({ keys, encrypt }: PayloadCodecOptions): PayloadCodec {
  let last: { keys: PayloadKeys; index: ReturnType<typeof index> } | undefined;
  const indexOf = (held: PayloadKeys) => {
    if (last?.keys !== held) last = { keys: held, index: index(held) };
    return last.index;
  };

  async function keyOf(id: string): Promise<KnownKey> {
    const found = indexOf(keys.get()).byId.get(id) ?? indexOf(await keys.refresh()).byId.get(id);
    if (!found)
      throw new PayloadError(`A payload is encrypted under the key ${id || '(none)'}, which is not kept here.`);
    return found;
  }

  return {
    async encode(payloads) {
      if (!encrypt) return payloads;
      const { current } = indexOf(keys.get());
      return payloads.map((payload) => seal(current, payload));
    },
    async decode(payloads) {
      const opened: Payload[] = [];
      for (const payload of payloads) {
        if (!isEncrypted(payload)) opened.push(payload);
        else opened.push(open(await keyOf(textOf(payload.metadata?.[KEY_ID])), payload.data ?? new Uint8Array()));
      }
      return opened;
    },
  };
}
