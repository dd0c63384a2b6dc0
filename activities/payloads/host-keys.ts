import type { PayloadKeysAnswer } from '../../contracts/worker-api.ts';
import { payloadKeysSchema } from '../../contracts/worker-api.ts';
import type { HostLink } from '../link.ts';
import type { PayloadKeySource, PayloadKeys } from './keys.ts';

/** A key that nobody knows is asked for at most this often, milliseconds: who keeps asking fills the audit log. */
const ASK_AGAIN_AFTER_MS = 10_000;

export interface HostPayloadKeys extends PayloadKeySource {
  /** Whether this installation encrypts. */
  encrypt: boolean;
}

const keysOf = ({ keys }: PayloadKeysAnswer): PayloadKeys => {
  const [current, ...older] = keys.map((key) => Buffer.from(key, 'base64'));
  // The schema asks for one at least.
  if (!current) throw new Error('The API gave no payload key.');
  return { current, older };
};

/**
 * The payload keys of a worker host, which has no sealing key: it asks the API, with its worker token, and keeps them in
 * memory only.
 * @throws LinkRefused, or TaskError `Unavailable` when the API stays away
 */
export async function fetchPayloadKeys(link: Pick<HostLink, 'call'>): Promise<HostPayloadKeys> {
  const ask = () => link.call('GET', '/api/worker/payload-keys', undefined, payloadKeysSchema);
  const first = await ask();
  let held = keysOf(first);
  let askedAt = -Infinity;
  let asking: Promise<PayloadKeys> | undefined;
  return {
    encrypt: first.encrypt,
    get: () => held,
    refresh() {
      if (!asking && performance.now() - askedAt < ASK_AGAIN_AFTER_MS) return Promise.resolve(held);
      asking ??= ask()
        .then((answer) => {
          held = keysOf(answer);
          askedAt = performance.now();
          return held;
        })
        .finally(() => {
          asking = undefined;
        });
      return asking;
    },
  };
}
