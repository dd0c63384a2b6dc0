import { hkdfSync } from 'node:crypto';
import type { PayloadCodec } from '@temporalio/common';
import { createPayloadCodec } from '../../activities/payloads/codec.ts';
import type { PayloadKeySource, PayloadKeys } from '../../activities/payloads/keys.ts';
import type { Env } from '../../config/env.ts';
import { keysFolder, readRetiredPayloadKeys } from '../keys.ts';
import type { Keyring, KeyringSource } from '../seal.ts';

const PURPOSE = 'temporal-payloads';

/** The key that a sealing key gives for payloads (HKDF, RFC 5869). Nobody finds the sealing key from it. */
export const payloadKeyOf = (sealingKey: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', sealingKey, 'flotilla', PURPOSE, 32));

/** What the API and its clients of Temporal encrypt and open payloads with. */
export interface Payloads {
  encrypt: boolean;
  keys: PayloadKeySource;
  codec: PayloadCodec;
}

/** Follows the sealing keys while the process runs, and knows the payload keys of those that were dropped. */
export function openPayloads(env: Env, keyring: KeyringSource): Payloads {
  let last: { keyring: Keyring; keys: PayloadKeys } | undefined;
  const keysOf = (held: Keyring): PayloadKeys => {
    if (last?.keyring !== held) {
      const older = [...held.older.map(payloadKeyOf), ...readRetiredPayloadKeys(keysFolder(env))];
      last = { keyring: held, keys: { current: payloadKeyOf(held.current), older } };
    }
    return last.keys;
  };
  const keys: PayloadKeySource = {
    get: () => keysOf(keyring.get()),
    refresh: async () => keysOf(keyring.reread()),
  };
  const encrypt = env.FLOTILLA_ENCRYPT_PAYLOADS;
  return { encrypt, keys, codec: createPayloadCodec({ keys, encrypt }) };
}
