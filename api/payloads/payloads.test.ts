import { randomBytes } from 'node:crypto';
import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createLink } from '../../activities/link.ts';
import { fetchPayloadKeys } from '../../activities/payloads/host-keys.ts';
import { payloadKeyId } from '../../activities/payloads/keys.ts';
import { readEnv } from '../../config/env.ts';
import { sha256Hex } from '../auth.ts';
import { pruneKeys, rotateKeys } from '../key-rotation.ts';
import { createSealer, type Keyring } from '../seal.ts';
import { startTestApi, type TestApi } from '../testing.ts';
import { createSession } from '../web-sessions.ts';
import { openPayloads, payloadKeyOf } from './keys.ts';

const WEB = 'http://localhost:8299';
const b64 = (text: string) => Buffer.from(text).toString('base64');
const PLAIN = { metadata: { encoding: b64('json/plain') }, data: b64('{"caption":"Evening at the harbour"}') };
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,x-namespace',
};

let api: TestApi;
let cookie: string;
const tokens = { viewer: 'flt_viewer-of-the-codec', operator: 'flt_operator-of-the-codec', scoped: 'flt_scoped-token' };

beforeAll(async () => {
  api = await startTestApi({
    env: { FLOTILLA_ENCRYPT_PAYLOADS: 'true', TEMPORAL_UI_URL: `${WEB}/some/path` },
  });
  const { deps } = api;
  for (const [name, scopes] of [
    ['viewer', ['viewer']],
    ['operator', ['operator']],
    ['scoped', ['accounts:read']],
  ] as const) {
    await deps.db.apiToken.create({ data: { name, hash: sha256Hex(tokens[name]), scopes: [...scopes] } });
  }
  const user = await deps.db.user.create({ data: { name: 'olga', role: 'viewer', passwordHash: 'none' } });
  const session = await createSession(user.id, { address: undefined, userAgent: undefined }, deps);
  cookie = `flotilla_session=${session.cookie}`;
});
afterAll(() => api?.stop());

const decode = (payloads: unknown, call: { token?: string | null; headers?: Record<string, string> } = {}) =>
  api.call('/api/codec/decode', { body: { payloads }, ...call });
async function encrypted(): Promise<unknown[]> {
  const { json } = await api.call('/api/codec/encode', { body: { payloads: [PLAIN] }, token: tokens.operator });
  return json.payloads as unknown as unknown[];
}

describe('the codec endpoint', () => {
  it('encrypts and opens payloads as the remote codec protocol has them', async () => {
    const payloads = await encrypted();
    expect(payloads).toEqual([
      {
        metadata: { encoding: b64('binary/encrypted'), 'encryption-key-id': expect.any(String) },
        data: expect.any(String),
      },
    ]);
    expect(Buffer.from((payloads[0] as { data: string }).data, 'base64').toString('latin1')).not.toContain('harbour');
    const headers = { 'x-namespace': 'default' };
    const opened = await decode([...payloads, PLAIN], { token: tokens.viewer, headers });
    expect([opened.status, opened.json.payloads]).toEqual([200, [PLAIN, PLAIN]]);
    expect(opened.headers.get('cache-control')).toBe('no-store');
  });

  it('is for viewers, and for operators where it encrypts', async () => {
    const payloads = await encrypted();
    const worker = api.deps.keys.workerToken;
    const statuses = [null, worker, tokens.scoped, tokens.viewer].map(
      async (token) => (await decode(payloads, { token })).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 403, 403, 200]);
    const encode = await api.call('/api/codec/encode', { body: { payloads: [PLAIN] }, token: tokens.viewer });
    expect(encode.status).toBe(403);
  });

  it('opens for the cookie of whoever is signed in, when Temporal Web asks', async () => {
    const payloads = await encrypted();
    const answer = await decode(payloads, { token: null, headers: { cookie, origin: WEB } });
    expect([answer.status, answer.json.payloads]).toEqual([200, [PLAIN]]);
    expect(answer.headers.get('access-control-allow-origin')).toBe(WEB);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toMatch(/origin/i);
  });

  it.each(['https://evil.example', 'http://localhost:8298', 'https://localhost:8299', `${WEB}.evil.example`, 'null'])(
    'does not trust a page of %s',
    async (origin) => {
      const payloads = await encrypted();
      const answer = await decode(payloads, { token: null, headers: { cookie, origin } });
      expect([answer.status, answer.text.includes(PLAIN.data)]).toEqual([403, false]);
      const preflight = await api.call('/api/codec/decode', {
        method: 'OPTIONS',
        token: null,
        headers: { origin, ...PREFLIGHT },
      });
      for (const { headers } of [answer, preflight]) expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('does not take the cookie without an origin, as other programs of the machine would send it', async () => {
    expect((await decode(await encrypted(), { token: null, headers: { cookie } })).status).toBe(403);
  });

  it('answers the question of a browser whether Temporal Web may call, and only of the codec', async () => {
    const ask = (path: string) =>
      api.call(path, { method: 'OPTIONS', token: null, headers: { origin: WEB, ...PREFLIGHT } });
    const { status, headers } = await ask('/api/codec/decode');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(WEB);
    expect(headers.get('access-control-allow-headers')).toMatch(/content-type, x-namespace, authorization/);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    for (const path of ['/api/accounts', '/api/codecs/decode', '/api/worker/payload-keys']) {
      expect((await ask(path)).headers.get('access-control-allow-origin')).toBeNull();
    }
    const account = { platform: 'sandbox', username: 'a', password: 'b' };
    const other = await api.call('/api/accounts', { body: account, token: null, headers: { cookie, origin: WEB } });
    expect(other.status).toBe(403);
  });

  it('tells Temporal Web why it refuses', async () => {
    const answer = await decode([PLAIN], { token: null, headers: { origin: WEB } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, WEB]);
  });

  it('says in one sentence what it cannot open', async () => {
    const [payload] = (await encrypted()) as { metadata: object; data: string }[];
    const bytes = Buffer.from(payload!.data, 'base64');
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    const changed = await decode([{ ...payload, data: bytes.toString('base64') }]);
    expect([changed.status, changed.json.detail]).toEqual([
      422,
      expect.stringMatching(/^An encrypted payload was changed/),
    ]);
    const metadata = { ...payload!.metadata, 'encryption-key-id': b64('0000000000000000') };
    const unknown = await decode([{ ...payload, metadata }]);
    expect([unknown.status, unknown.json.detail]).toEqual([
      422,
      expect.stringMatching(/under the key 0{16}, which is not/),
    ]);
  });

  it('refuses what is too large, too many or no payload at all', async () => {
    const large = { ...PLAIN, data: 'A'.repeat(8 * 1024 ** 2) };
    expect((await decode([large])).status).toBe(413);
    expect((await decode(Array.from({ length: 1_001 }, () => PLAIN))).status).toBe(400);
    expect((await decode([{ data: 'not base64!' }])).status).toBe(400);
    expect((await api.call('/api/codec/decode', { body: [] })).status).toBe(400);
  });

  it('writes no audit rows: a page of Temporal Web would make hundreds', async () => {
    await decode(await encrypted());
    expect(
      await api.deps.db.auditEvent.count({ where: { action: { in: ['decodePayloads', 'encodePayloads'] } } }),
    ).toBe(0);
  });
});

describe('the payload keys of workers', () => {
  const workerToken = 'flt_worker_the-host-of-the-codec';
  beforeAll(async () => {
    await api.deps.db.workerToken.create({ data: { name: 'studio', hash: sha256Hex(workerToken) } });
  });

  it('are given to worker tokens, are those that the API works with, and are not the sealing key', async () => {
    for (const token of [null, tokens.operator]) {
      expect((await api.call('/api/worker/payload-keys', { token })).status).toBe(token ? 403 : 401);
    }
    const keys = await fetchPayloadKeys(createLink({ apiUrl: api.url, workerToken }));
    expect(keys.encrypt).toBe(true);
    expect(keys.get().current.equals(api.deps.payloads.keys.get().current)).toBe(true);
    const sealing = Buffer.from(await readFile(join(api.dataFolder, 'keys', 'secret-key'), 'utf8'), 'base64');
    expect(keys.get().current.equals(payloadKeyOf(sealing))).toBe(true);
    expect(keys.get().current.equals(sealing)).toBe(false);
  });

  it('leave a line in the audit log that says who took them, and none of the keys', async () => {
    const rows = await api.deps.db.auditEvent.findMany({ where: { action: 'getPayloadKeys' } });
    expect(rows.map(({ actor, address }) => [actor, address])).toEqual([
      ['studio', expect.stringContaining('127.0.0.1')],
    ]);
    const key = api.deps.payloads.keys.get().current.toString('base64');
    expect(JSON.stringify(rows.map(({ detail }) => detail))).toBe('[{"keys":1,"encrypt":true}]');
    expect(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(key);
  });

  it('are named in the answer to a heartbeat', async () => {
    const registration = { name: 'studio', role: 'network', taskQueues: [], pid: 1, version: '1', slots: 1 };
    const { json } = await api.call('/api/workers/register', { body: registration, token: workerToken });
    const beat = await api.call(`/api/workers/${json.id}/heartbeat`, { body: { state: 'ready' }, token: workerToken });
    const keyId = payloadKeyId(api.deps.payloads.keys.get().current);
    expect(beat.json.payloads).toEqual({ encrypt: true, keyId });
  });
});

describe('a rotation of the sealing key', () => {
  it('encrypts with a new payload key at once, and opens old histories before and after the old key is dropped', async () => {
    const [old] = await encrypted();
    const before = api.deps.payloads.keys.get().current;
    const { env } = api.deps;
    await rotateKeys(env, env.DATABASE_URL!);
    const [fresh] = await encrypted();
    expect(api.deps.payloads.keys.get().current.equals(before)).toBe(false);
    expect((await decode([old, fresh])).json.payloads).toEqual([PLAIN, PLAIN]);

    const folder = join(api.dataFolder, 'keys');
    const [dropped = ''] = (await readFile(join(folder, 'old-secret-keys'), 'utf8')).split('\n');
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, 'old-secret-keys'), longAgo, longAgo);
    expect(await pruneKeys(env, env.DATABASE_URL!)).toBe(1);
    expect((await decode([old, fresh])).json.payloads).toEqual([PLAIN, PLAIN]);
    // What is kept opens payloads and no sealed value.
    const kept = await readFile(join(folder, 'retired-payload-keys'), 'utf8');
    expect(kept).toBe(`${before.toString('base64')}\n`);
    expect(kept).not.toContain(dropped);
  });

  it('gives every sealing key a payload key of its own', () => {
    const keyring: Keyring = { current: randomBytes(32), older: [randomBytes(32), randomBytes(32)] };
    const env = readEnv({ FLOTILLA_DATA: api.dataFolder });
    const { keys } = openPayloads(env, { get: () => keyring, reread: () => keyring });
    const { current, older } = keys.get();
    const all = [current, ...older].map((key) => key.toString('hex'));
    expect(new Set(all).size).toBe(all.length);
    expect(all.slice(0, 3)).toEqual(
      [keyring.current, ...keyring.older].map((key) => payloadKeyOf(key).toString('hex')),
    );
    // Another use of the sealing key than its own sorts of hashes.
    expect(createSealer(keyring).mac('temporal-payloads', '')).not.toBe(current.toString('base64url'));
  });
});

describe('a page of Temporal Web that nobody is signed in at', () => {
  it('does not lock others of its address out, however many payloads it shows', async () => {
    const refused = await Promise.all(Array.from({ length: 620 }, () => decode([PLAIN], { token: null })));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect((await api.call('/api/health', { token: null })).status).not.toBe(429);
    expect((await api.call('/api/accounts', { token: tokens.viewer })).status).toBe(200);
  });
});
