import { createHash } from 'node:crypto';

/** Keys that payloads are encrypted with, each of 32 bytes. They follow from the sealing keys, never the other way. */
export interface PayloadKeys {
  current: Buffer;
  /** What earlier histories were written with. */
  older: readonly Buffer[];
}

/** Keys that may change while the process runs. */
export interface PayloadKeySource {
  /** Those that are held now. */
  get(): PayloadKeys;
  /** Asks for them anew, because a payload names a key that is not among them. */
  refresh(): Promise<PayloadKeys>;
}

/** Tells in a payload's metadata which key it was encrypted with: 16 hex digits. */
export const payloadKeyId = (key: Buffer): string =>
  createHash('sha256').update('flotilla/payload-key-id').update(key).digest('hex').slice(0, 16);
