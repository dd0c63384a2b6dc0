import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { sha256Hex } from '../../../api/auth.ts';
import { makeAccounts, makeVideo } from '../../../api/door/test-data.ts';
import { sealAccountLogin } from '../../../api/secrets.ts';
import type { TestApi, TestCall } from '../../../api/testing.ts';
import { accountLeaseResource } from '../../../contracts/worker-api.ts';

/** Rows that the fuzzer may read and change, and those that it may delete, so that deletions starve nothing else. */
export interface Seeded {
  kept: Readonly<Record<string, readonly string[]>>;
  doomed: Readonly<Record<string, readonly string[]>>;
}

/** The ids that the examples of the documentation name: of most rows, of an account to link, of a picture. */
const EXAMPLE_ID = '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11';
const LINKED_ID = '5b9e2c47-0d18-4a6c-b1f3-7e2a9c4d8f60';
const PICTURE_ID = '8d0f5c1a-43b2-4d5e-8a6f-2b7c9e1d0f34';

const DOOMED = 12;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** A little of everything that the API keeps, made through the API itself where it can be. */
export async function seed(api: TestApi): Promise<Seeded> {
  const { db, sealer } = api.deps;
  async function made(path: string, call: TestCall): Promise<Record<string, string>> {
    const answer = await api.call(path, call);
    if (answer.status >= 300) throw new Error(`Seeding: POST ${path} answered ${answer.status}: ${answer.text}`);
    return answer.json;
  }
  const create = async (path: string, body: unknown) => String((await made(path, { body })).id);
  const createMany = async (path: string, bodyOf: (n: number) => unknown, count = DOOMED + 1) => {
    const ids: string[] = [];
    for (const n of numbers(count)) ids.push(await create(path, bodyOf(n)));
    return ids;
  };
  const picture = async (n: number) => {
    const shade = `#0000${(n + 16).toString(16)}`;
    return await sharp({ create: { width: 64, height: 48, channels: 3, background: shade } })
      .png()
      .toBuffer();
  };
  const uploaded = async (path: string, bytes: Buffer, fields: Record<string, string> = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(bytes)]), 'picture.png');
    return await made(path, { body: form });
  };

  const accounts = await makeAccounts(api, 'fuzz-', 6);
  const clips = await makeAccounts(api, 'clips-', 2, { platform: 'sandbox-clips' });
  await db.account.update({ where: { id: accounts[0] ?? '' }, data: { id: EXAMPLE_ID } });
  accounts[0] = EXAMPLE_ID;
  await db.account.update({ where: { id: clips[0] ?? '' }, data: { id: LINKED_ID } });
  clips[0] = LINKED_ID;
  const tags = ['fuzz-', 'example', 'crew', 'crew-a'];
  await db.account.updateMany({ where: { id: { in: accounts.slice(0, 2) } }, data: { tags } });
  for (const n of [0, 1]) {
    await made(`/api/accounts/${accounts[n]}/links`, { method: 'PUT', body: { accountIds: [clips[n]] } });
  }
  for (const id of accounts) {
    const secret = sealAccountLogin(sealer, id, { password: 'hunter2', totpSecret: null });
    await db.account.update({ where: { id }, data: { secret } });
  }
  const proxies = await createMany('/api/proxies', (n) => ({
    name: `Proxy ${n}`,
    ...{ protocol: 'http', host: 'proxy.example.com', port: 8080, username: 'me', password: 'hunter2' },
  }));
  await db.proxy.update({ where: { id: proxies[0] ?? '' }, data: { id: EXAMPLE_ID } });
  proxies[0] = EXAMPLE_ID;
  await db.account.updateMany({ where: { id: { in: accounts.slice(0, 2) } }, data: { proxyId: EXAMPLE_ID } });
  const categories = await createMany('/api/follow-categories', (n) => ({ name: `Category ${n}` }));
  await db.followCategory.update({ where: { id: categories[0] ?? '' }, data: { id: EXAMPLE_ID } });
  categories[0] = EXAMPLE_ID;
  const usernames = numbers(60).map((n) => `target-${n}`);
  await made(`/api/follow-categories/${EXAMPLE_ID}/targets`, { body: { usernames } });
  const targets = await db.followTarget.findMany({ select: { id: true } });
  const media: Record<string, string>[] = [];
  for (const n of numbers(DOOMED + 1)) media.push(await uploaded('/api/media', await picture(n)));
  const mediaIds = media.map(({ id }) => String(id));
  await db.mediaAsset.update({ where: { id: mediaIds[0] ?? '' }, data: { id: PICTURE_ID } });
  mediaIds[0] = PICTURE_ID;
  const video = { id: EXAMPLE_ID, sha256: sha256Hex('a video that nobody plays') };
  await db.mediaAsset.update({ where: { id: await makeVideo(api, 'summer.mp4') }, data: video });
  const meta = { assetId: mediaIds[0], recipeHash: 'a recipe', recipe: {}, probe: {} };
  await uploaded('/api/worker/variants', await picture(100), { meta: JSON.stringify(meta) });
  const variants = await db.mediaVariant.findMany({ select: { id: true } });

  const order = { accounts: { tag: 'fuzz-' }, params: {} };
  const drafts = await createMany('/api/bulk/login', () => order, 4);
  const [running = ''] = drafts;
  await made(`/api/bulk/login/${running}/start`, { method: 'POST' });
  const accountTasks = await db.accountTask.findMany({ where: { taskId: running }, orderBy: { ordinal: 'asc' } });
  const evidenceMeta = { accountTaskId: accountTasks[0]?.id, step: 'login', kind: 'screenshot' };
  const evidence = await uploaded('/api/worker/evidence', await picture(1), { meta: JSON.stringify(evidenceMeta) });
  const challenges: string[] = [];
  for (const { id: accountTaskId, accountId, taskId } of accountTasks.slice(0, 3)) {
    const entry = { accountTaskId, accountId, taskId, type: 'email-code', message: 'A code was sent.' };
    challenges.push((await db.challenge.create({ data: entry })).id);
  }
  const schedules = await createMany('/api/schedules', (n) => ({
    ...{ name: `Schedule ${n}`, kind: 'login', order, spec: { cron: '0 9 * * 1-5' }, timeZone: 'Europe/Berlin' },
  }));

  const worker = await create('/api/workers/register', {
    ...{ name: 'host-1', role: 'browser', taskQueues: ['browser'], pid: 1, version: '0.1.0', slots: 2 },
  });
  await made(`/api/workers/${worker}/errors`, {
    body: { errors: [{ type: 'Timeout', message: 'It took too long.' }] },
  });
  await made(`/api/workers/${worker}/metrics`, { body: { metrics: { cpu: 0.5, memoryMb: 100 } } });
  const groups = await db.errorGroup.findMany({ select: { fingerprint: true } });
  const leases: string[] = [];
  for (const id of accounts) {
    const lease = { resource: accountLeaseResource(id), owner: 'host-1', ttlMs: 3_600_000 };
    leases.push(String((await made('/api/locks/acquire', { body: lease })).fencingToken));
  }

  const users = await createMany('/api/users', (n) => ({ name: `person-${n}`, role: 'viewer' }));
  const tokens = await createMany('/api/tokens', (n) => ({ name: `Token ${n}`, scopes: ['viewer'] }));
  const workerTokens = await createMany('/api/worker-tokens', (n) => ({ name: `Host ${n}` }));
  const views = await createMany('/api/views', (n) => ({ page: 'accounts', name: `View ${n}`, query: '' }));
  const webhooks = await createMany('/api/webhooks', (n) => ({
    ...{ name: `Webhook ${n}`, url: 'http://127.0.0.1:9/hook', events: ['run.finished'] },
  }));
  const delivery = await create(`/api/webhooks/${webhooks[0]}/test`, {});
  const spare = await makeAccounts(api, 'spare-', DOOMED);
  const unusedFiles = mediaIds.slice(1);
  return {
    kept: {
      accounts,
      proxies: proxies.slice(0, 1),
      categories: categories.slice(0, 1),
      targets: targets.slice(0, 2).map(({ id }) => id),
      media: [EXAMPLE_ID, PICTURE_ID],
      hashes: media.slice(0, 1).map(({ sha256 }) => String(sha256)),
      variants: variants.map(({ id }) => id),
      kinds: ['login'],
      tasks: drafts,
      accountTasks: accountTasks.map(({ id }) => id),
      evidence: [String(evidence.id)],
      challenges,
      schedules: schedules.slice(0, 1),
      workers: [worker],
      fingerprints: groups.map(({ fingerprint }) => fingerprint),
      leases,
      users: users.slice(0, 1),
      tokens: tokens.slice(0, 1),
      workerTokens: workerTokens.slice(0, 1),
      views: views.slice(0, 1),
      webhooks: webhooks.slice(0, 1),
      deliveries: [delivery],
      sessions: [randomUUID()],
      tags: ['fuzz-'],
      metas: [meta, evidenceMeta, { fileName: 'picture.png' }].map((one) => JSON.stringify(one)),
    },
    doomed: {
      accounts: spare,
      proxies: proxies.slice(1),
      categories: categories.slice(1),
      targets: targets.slice(2).map(({ id }) => id),
      media: unusedFiles,
      schedules: schedules.slice(1),
      users: users.slice(1),
      tokens: tokens.slice(1),
      workerTokens: workerTokens.slice(1),
      views: views.slice(1),
      webhooks: webhooks.slice(1),
      sessions: [randomUUID()],
    },
  };
}
