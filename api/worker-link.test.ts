import { randomUUID } from 'node:crypto';
import { acquireLease, releaseLease } from '../activities/leases.ts';
import { accountLeaseResource } from '../contracts/worker-api.ts';
import { asSql } from './door/sql.ts';
import { field, makeAccounts, makeVideo } from './door/test-data.ts';
import { evidenceRoutes } from './evidence.ts';
import { retainBatch } from './retention-parts.ts';
import { sealAccountLogin, sealProxyPassword } from './secrets.ts';
import { startTestApi, type TestApi, type TestCall } from './testing.ts';
import { workerLinkRoutes } from './worker-link.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes: [...workerLinkRoutes, ...evidenceRoutes] });
});
afterAll(() => api.stop());

const asWorker = (path: string, call: TestCall = {}) => api.call(path, { token: api.deps.keys.workerToken, ...call });
const post = (path: string, body: unknown) => asWorker(path, { method: 'POST', body });

async function lease(resource: string, owner: string): Promise<string> {
  const answer = await acquireLease(asSql(api.deps.db), { resource, owner, ttlMs: 60_000 });
  if (!answer.acquired) throw new Error('The lease is held.');
  return answer.lease.fencingToken;
}

describe('the secret of an account', () => {
  let accountId: string;
  let token: string;
  beforeAll(async () => {
    [accountId = ''] = await makeAccounts(api, 'secret', 1, { status: 'challenged' });
    const proxyId = randomUUID();
    const { db, sealer } = api.deps;
    await db.proxy.create({
      data: {
        id: proxyId,
        name: 'p',
        protocol: 'http',
        host: '::1',
        port: 8080,
        username: 'u',
        secret: sealProxyPassword(sealer, proxyId, 'proxy-pass'),
      },
    });
    const login = { password: 'hunter2', totpSecret: null };
    await db.account.update({
      where: { id: accountId },
      data: { proxyId, secret: sealAccountLogin(sealer, accountId, login) },
    });
    token = await lease(accountLeaseResource(accountId), 'run-1');
  });
  const read = (fencingToken: string, id = accountId) => post(`/api/worker/accounts/${id}/secret`, { fencingToken });
  const save = (fencingToken: string, storageState: unknown) =>
    asWorker(`/api/worker/accounts/${accountId}/session`, { method: 'PUT', body: { fencingToken, storageState } });

  it('is given for the lease alone', async () => {
    const answer = await read(token);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json).toEqual({
      platform: 'sandbox',
      username: 'secret0',
      password: 'hunter2',
      totpSecret: null,
      email: null,
      timeZone: 'UTC',
      proxy: { server: 'http://[::1]:8080', username: 'u', password: 'proxy-pass' },
      storageState: null,
      challengeAnswer: null,
    });
    for (const wrong of ['0', String(BigInt(token) + 1n)]) {
      const refused = await read(wrong);
      expect([refused.status, refused.json.detail]).toEqual([409, expect.stringMatching(/lease .* is lost/)]);
    }
    const [other = ''] = await makeAccounts(api, 'other-secret', 1);
    expect((await read(token, other)).status).toBe(409);
    expect(
      (
        await api.call(`/api/worker/accounts/${accountId}/secret`, {
          method: 'POST',
          body: { fencingToken: token },
          token: null,
        })
      ).status,
    ).toBe(401);
  });

  it('keeps a new session sealed, and the account is active again', async () => {
    const storageState = { cookies: [{ name: 'sid', value: 'very-secret-cookie' }], origins: [] };
    expect((await save(token, storageState)).status).toBe(204);
    expect((await read(token)).json.storageState).toEqual(storageState);
    const row = await api.deps.db.account.findUniqueOrThrow({ where: { id: accountId } });
    expect(row.status).toBe('active');
    expect(Buffer.from(row.session!).toString('latin1')).not.toContain('very-secret-cookie');
  });

  it('is neither given nor overwritten after the lease went to another run', async () => {
    const resource = accountLeaseResource(accountId);
    const renewed = await post('/api/worker/leases/renew', {
      leases: [
        { resource, fencingToken: token },
        { resource, fencingToken: '999' },
        { resource: 'account/nobody', fencingToken: '1' },
      ],
      ttlMs: 60_000,
    });
    expect(renewed.json).toEqual({ renewed: [resource] });
    await releaseLease(asSql(api.deps.db), resource, token);
    await lease(resource, 'run-2');
    expect((await read(token)).status).toBe(409);
    expect((await save(token, { cookies: [], origins: [] })).status).toBe(409);
    expect(
      (await post('/api/worker/leases/renew', { leases: [{ resource, fencingToken: token }], ttlMs: 60_000 })).json,
    ).toEqual({ renewed: [] });
  });
});

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
function form(meta: unknown, bytes: Uint8Array<ArrayBuffer>): FormData {
  const data = new FormData();
  data.set('meta', typeof meta === 'string' ? meta : JSON.stringify(meta));
  data.set('file', new Blob([bytes]), 'file');
  return data;
}
const upload = (path: string, meta: unknown, bytes: Uint8Array<ArrayBuffer> = new Uint8Array(PNG)) =>
  asWorker(path, { method: 'POST', body: form(meta, bytes) });

async function makeAccountTask(): Promise<string> {
  const [accountId = ''] = await makeAccounts(api, `evidence-${randomUUID()}`, 1);
  const task = await api.deps.db.bulkTask.create({
    data: { kind: 'upload', name: 'e', params: {}, selection: {}, window: 1, total: 1, workflowId: randomUUID() },
  });
  const accountTask = await api.deps.db.accountTask.create({
    data: { taskId: task.id, ordinal: 0, accountId, username: 'e', plan: {} },
  });
  return accountTask.id;
}

describe('evidence', () => {
  it('is kept, noted on the timeline, and shown as what it is', async () => {
    const accountTaskId = await makeAccountTask();
    const kept = await upload('/api/worker/evidence', { accountTaskId, step: 'submit', kind: 'screenshot' });
    expect(kept.status).toBe(200);
    const content = await fetch(`${api.url}/api/evidence/${kept.json.id}/content`, {
      headers: { authorization: `Bearer ${api.deps.keys.adminToken}` },
    });
    expect(content.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await content.arrayBuffer())).toEqual(PNG);
    const events = await api.deps.db.taskEvent.findMany({ where: { accountTaskId } });
    expect(events).toMatchObject([{ type: 'evidence', data: { evidenceId: kept.json.id, step: 'submit' } }]);
  });

  it('is refused when it is not what it says, or of nobody', async () => {
    const accountTaskId = await makeAccountTask();
    const meta = { accountTaskId, step: 's', kind: 'screenshot' };
    const page = new TextEncoder().encode('<script>');
    expect((await upload('/api/worker/evidence', meta, page)).status).toBe(415);
    expect((await upload('/api/worker/evidence', { ...meta, kind: 'trace' })).status).toBe(415);
    expect((await upload('/api/worker/evidence', { ...meta, accountTaskId: randomUUID() })).status).toBe(404);
    expect((await upload('/api/worker/evidence', '{')).status).toBe(400);
    const wrong = await upload('/api/worker/evidence', { ...meta, kind: 'video' });
    expect(field<{ path: string }[]>(wrong, 'errors')[0]?.path).toBe('meta.kind');
    expect((await post('/api/worker/evidence', meta)).status).toBe(415);
    expect((await api.call(`/api/evidence/${randomUUID()}/content`)).status).toBe(404);
  });

  it('is deleted by its age, and its file when nothing else names it', async () => {
    const accountTaskId = await makeAccountTask();
    const shared = new Uint8Array(Buffer.concat([PNG, Buffer.from('shared')]));
    const alone = new Uint8Array(Buffer.concat([PNG, Buffer.from('alone')]));
    const meta = { accountTaskId, step: 's', kind: 'screenshot' };
    const ids = [];
    for (const bytes of [shared, alone, shared]) {
      ids.push(String((await upload('/api/worker/evidence', meta, bytes)).json.id));
    }
    const old = new Date(Date.now() - 31 * 86_400_000);
    await api.deps.db.evidence.updateMany({ where: { id: { in: ids.slice(0, 2) } }, data: { createdAt: old } });
    const hashOf = async (id: string) => (await api.deps.db.evidence.findUniqueOrThrow({ where: { id } })).sha256;
    const [sharedHash, aloneHash] = [await hashOf(ids[0]!), await hashOf(ids[1]!)];
    expect(await retainBatch(api.deps, 'evidence')).toEqual({ removed: 2, more: true });
    expect(await api.deps.evidenceStore.has(sharedHash)).toBe(true);
    expect(await api.deps.evidenceStore.has(aloneHash)).toBe(false);
  });
});

describe('a rendered variant', () => {
  it('is kept once for each recipe', async () => {
    const assetId = await makeVideo(api, 'source.mp4');
    const meta = { assetId, recipeHash: 'r1', recipe: { aspect: '1:1' }, probe: {} };
    const first = await upload('/api/worker/variants', meta, new TextEncoder().encode('one'));
    const again = await upload('/api/worker/variants', meta, new TextEncoder().encode('two'));
    expect(first.json).toMatchObject({ bytes: 3 });
    expect(again.json).toEqual(first.json);
    expect(await api.deps.media.has(String(first.json.sha256))).toBe(true);
    expect((await upload('/api/worker/variants', { ...meta, assetId: randomUUID() })).status).toBe(404);
  });
});
