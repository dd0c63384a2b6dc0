import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { type HostLink, LinkRefused } from '../activities/link.ts';
import { createPayloadCodec } from '../activities/payloads/codec.ts';
import { payloadKeyId } from '../activities/payloads/keys.ts';
import { createLogger } from '../config/logger.ts';
import { ENCODED_FAILURES, workerPayloads } from './payloads.ts';

const log = createLogger('test', 'silent');
const base64 = (key: Buffer) => key.toString('base64');
const payload = defaultPayloadConverter.toPayload('a caption')!;

/** An API that gives these keys, and counts how often. */
function apiWith(answer: { encrypt: boolean; keys: Buffer[] }) {
  const api = { ...answer, asked: 0, link: undefined as unknown as HostLink };
  api.link = {
    async call(_method: string, path: string, _body: unknown, schema: { parse(value: unknown): unknown }) {
      expect(path).toBe('/api/worker/payload-keys');
      api.asked += 1;
      return schema.parse({ encrypt: api.encrypt, keys: api.keys.map(base64) });
    },
  } as unknown as HostLink;
  return api;
}
const encryptedBy = async (key: Buffer) => {
  const keys = { current: key, older: [] };
  const source = { get: () => keys, refresh: async () => keys };
  return createPayloadCodec({ keys: source, encrypt: true }).encode([payload]);
};

describe("a worker's payloads", () => {
  it('are encrypted with the key that the API gives, failures among them', async () => {
    const api = apiWith({ encrypt: true, keys: [randomBytes(32)] });
    const { dataConverter } = await workerPayloads(api.link, log);
    const [codec] = dataConverter.payloadCodecs!;
    const written = await codec!.encode([payload]);
    expect(written).not.toEqual([payload]);
    expect(await codec!.decode(written)).toEqual([payload]);
    expect(dataConverter.failureConverterPath).toBe(ENCODED_FAILURES);
    expect(api.asked).toBe(1);
  });

  it('are left as they are where the API does not encrypt, and open nevertheless', async () => {
    const key = randomBytes(32);
    const { dataConverter } = await workerPayloads(apiWith({ encrypt: false, keys: [key] }).link, log);
    const [codec] = dataConverter.payloadCodecs!;
    expect(await codec!.encode([payload])).toEqual([payload]);
    expect(await codec!.decode(await encryptedBy(key))).toEqual([payload]);
    expect(dataConverter.failureConverterPath).toBeUndefined();
  });

  it('use a new key as soon as a heartbeat tells of it', async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32)];
    const api = apiWith({ encrypt: true, keys: [old] });
    const payloads = await workerPayloads(api.link, log);
    expect(payloads.hear({ encrypt: true, keyId: payloadKeyId(old) })).toBe(true);
    expect(api.asked).toBe(1);
    api.keys = [fresh, old];
    expect(payloads.hear({ encrypt: true, keyId: payloadKeyId(fresh) })).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(api.asked).toBe(2);
    const [written] = await payloads.dataConverter.payloadCodecs![0]!.encode([payload]);
    expect(Buffer.from(written!.metadata!['encryption-key-id']!).toString()).toBe(payloadKeyId(fresh));
  });

  it('under a key that nobody knows are asked for once, not at every payload', async () => {
    const api = apiWith({ encrypt: true, keys: [randomBytes(32)] });
    const [codec] = (await workerPayloads(api.link, log)).dataConverter.payloadCodecs!;
    const foreign = await encryptedBy(randomBytes(32));
    for (let i = 0; i < 5; i += 1) await expect(codec!.decode(foreign)).rejects.toThrow(/not kept here/);
    expect(api.asked).toBe(2);
  });

  it('take a new start when the encryption is switched', async () => {
    const key = randomBytes(32);
    const payloads = await workerPayloads(apiWith({ encrypt: false, keys: [key] }).link, log);
    expect(payloads.hear({ encrypt: true, keyId: payloadKeyId(key) })).toBe(false);
  });

  it('are not asked for again with a token that the API refuses', async () => {
    const refusal = new LinkRefused(401, 'The bearer token is not known here.');
    const link = { call: () => Promise.reject(refusal) } as unknown as HostLink;
    await expect(workerPayloads(link, log)).rejects.toBe(refusal);
  });
});
