import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { type HostLink, LinkRefused } from '../activities/link.ts';
import { createPayloadCodec } from '../activities/payloads/codec.ts';
import { fetchPayloadKeys, type HostPayloadKeys } from '../activities/payloads/host-keys.ts';
import { payloadKeyId } from '../activities/payloads/keys.ts';
import type { Logger } from '../config/logger.ts';

/** Puts messages and stack traces of failures where the codec reaches them. */
export const ENCODED_FAILURES = fileURLToPath(new URL('../workflows/encoded-failures.ts', import.meta.url));
const ASK_AGAIN_MS = 5_000;

export interface WorkerPayloads {
  encrypt: boolean;
  /** For workers and clients of this process. */
  dataConverter: DataConverter;
  /**
   * What the API says of itself at a heartbeat: fetches the keys when there is a new one.
   * @returns false when it encrypts and this process does not, or the other way: that takes a new start
   */
  hear(told: { encrypt: boolean; keyId: string }): boolean;
}

/** How payloads are written and read under these keys. */
export function dataConverterOf(keys: HostPayloadKeys): DataConverter {
  const { encrypt } = keys;
  const payloadCodecs = [createPayloadCodec({ keys, encrypt })];
  return encrypt ? { payloadCodecs, failureConverterPath: ENCODED_FAILURES } : { payloadCodecs };
}

/** Waits for as long as the API is away: a worker that does not know whether to encrypt must write nothing. */
async function patientlyFetch(link: HostLink, log: Logger): Promise<HostPayloadKeys> {
  for (;;) {
    try {
      return await fetchPayloadKeys(link);
    } catch (error) {
      if (error instanceof LinkRefused && (error.status === 401 || error.status === 403)) throw error;
      log.warn({ reason: String(error) }, 'waiting for the API, which says whether payloads are encrypted');
      await sleep(ASK_AGAIN_MS);
    }
  }
}

/** @throws LinkRefused when the API does not take the worker token */
export async function workerPayloads(link: HostLink, log: Logger): Promise<WorkerPayloads> {
  const keys = await patientlyFetch(link, log);
  return {
    encrypt: keys.encrypt,
    dataConverter: dataConverterOf(keys),
    hear({ encrypt, keyId }) {
      if (encrypt !== keys.encrypt) return false;
      if (keyId !== payloadKeyId(keys.get().current)) {
        keys.refresh().catch((error: unknown) => log.warn({ reason: String(error) }, 'new payload key not fetched'));
      }
      return true;
    },
  };
}
