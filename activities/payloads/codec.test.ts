import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { createPayloadCodec, isEncrypted } from './codec.ts';
import type { PayloadKeySource, PayloadKeys } from './keys.ts';

const fixed = (current: Buffer, ...older: Buffer[]): PayloadKeySource => {
  const keys: PayloadKeys = { current, older };
  return { get: () => keys, refresh: async () => keys };
};
const codecOf = (current: Buffer, ...older: Buffer[]) =>
  createPayloadCodec({ keys: fixed(current, ...older), encrypt: true });
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)!;
const readValue = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload!);
const KEY = randomBytes(32);
const ORDER = { caption: 'Evening at the harbour', accountIds: ['a-1', 'a-2'] };

describe('the payload codec', () => {
  it('gives back what it encrypted, metadata and all, and shows nothing of it', async () => {
    const codec = codecOf(KEY);
    const before = [payloadOf(ORDER), payloadOf(new Uint8Array([0, 1, 255])), payloadOf(undefined), payloadOf(null)];
    const encrypted = await codec.encode(before);
    for (const payload of encrypted) expect(isEncrypted(payload)).toBe(true);
    const written = encrypted.map(({ data, metadata }) => `${Buffer.from(data!)}${JSON.stringify(metadata)}`).join();
    for (const clear of ['harbour', 'a-1', 'json/plain', 'binary/null']) expect(written).not.toContain(clear);
    const after = await codec.decode(encrypted);
    expect(after.map(readValue)).toEqual(before.map(readValue));
    expect(after.map((one) => Object.keys(one.metadata!))).toEqual(before.map((one) => Object.keys(one.metadata!)));
  });

  it('writes the same payload differently each time', async () => {
    const [one, other] = await codecOf(KEY).encode([payloadOf(ORDER), payloadOf(ORDER)]);
    expect(Buffer.from(one!.data!).equals(other!.data!)).toBe(false);
  });

  it('says that a payload was changed, wherever it was', async () => {
    const codec = codecOf(KEY);
    const [payload] = await codec.encode([payloadOf(ORDER)]);
    for (let at = 0; at < payload!.data!.length; at += 1) {
      const data = Buffer.from(payload!.data!);
      data.writeUInt8(data.readUInt8(at) ^ 1, at);
      await expect(codec.decode([{ ...payload!, data }])).rejects.toThrow(/^An encrypted payload was changed/);
    }
    const cut = { ...payload!, data: payload!.data!.subarray(0, 20) };
    await expect(codec.decode([cut])).rejects.toThrow(/too short/);
  });

  it('says which key is missing', async () => {
    const [payload] = await codecOf(randomBytes(32)).encode([payloadOf(ORDER)]);
    await expect(codecOf(KEY).decode([payload!])).rejects.toThrow(/under the key [0-9a-f]{16}, which is not kept here/);
    const renamed = { ...payload!, metadata: { ...payload!.metadata!, 'encryption-key-id': new Uint8Array() } };
    await expect(codecOf(KEY).decode([renamed])).rejects.toThrow(/under the key \(none\)/);
  });

  it('does not open a payload under another key than its own, even when the id is exchanged', async () => {
    const other = randomBytes(32);
    const [mine] = await codecOf(KEY).encode([payloadOf(ORDER)]);
    const [theirs] = await codecOf(other).encode([payloadOf(ORDER)]);
    const swapped = { ...mine!, metadata: theirs!.metadata! };
    await expect(codecOf(KEY, other).decode([swapped])).rejects.toThrow(/was changed/);
  });

  it('opens what a former key encrypted, and encrypts with the one of now', async () => {
    const fresh = randomBytes(32);
    const [old] = await codecOf(KEY).encode([payloadOf(ORDER)]);
    const rotated = codecOf(fresh, KEY);
    expect((await rotated.decode([old!])).map(readValue)).toEqual([ORDER]);
    const [written] = await rotated.encode([payloadOf(ORDER)]);
    await expect(codecOf(KEY).decode([written!])).rejects.toThrow(/not kept here/);
    expect((await codecOf(fresh).decode([written!])).map(readValue)).toEqual([ORDER]);
  });

  it('asks for the keys again when it meets one that it does not hold, and only then', async () => {
    const fresh = randomBytes(32);
    const held = [KEY];
    let asked = 0;
    const keys: PayloadKeySource = {
      get: () => ({ current: held[0]!, older: held.slice(1) }),
      async refresh() {
        asked += 1;
        held.unshift(fresh);
        return this.get();
      },
    };
    const codec = createPayloadCodec({ keys, encrypt: true });
    await codec.decode(await codec.encode([payloadOf(ORDER)]));
    expect(asked).toBe(0);
    const written = await codecOf(fresh).encode([payloadOf(ORDER), payloadOf('two')]);
    expect((await codec.decode(written)).map(readValue)).toEqual([ORDER, 'two']);
    expect(asked).toBe(1);
  });

  it('lets pass what it did not encrypt', async () => {
    const plain = [payloadOf(ORDER), {}, { metadata: null, data: null }];
    expect(await codecOf(KEY).decode(plain)).toEqual(plain);
  });

  it('encrypts nothing where it is switched off, and opens what was encrypted before', async () => {
    const off = createPayloadCodec({ keys: fixed(KEY), encrypt: false });
    expect(await off.encode([payloadOf(ORDER)])).toEqual([payloadOf(ORDER)]);
    expect((await off.decode(await codecOf(KEY).encode([payloadOf(ORDER)]))).map(readValue)).toEqual([ORDER]);
  });
});
