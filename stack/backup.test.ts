import { randomUUID } from 'node:crypto';
import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createDeps } from '../api/create-deps.ts';
import type { Deps } from '../api/deps.ts';
import { openAccountLogin, sealAccountLogin } from '../api/secrets.ts';
import { startTestApi, type TestApi } from '../api/testing.ts';
import { readEnv } from '../config/env.ts';
import { createLogger } from '../config/logger.ts';
import { backup } from './backup.ts';
import { findFreePorts } from './ports.ts';
import { restore } from './restore.ts';
import { withDatabase } from './with-database.ts';

let api: TestApi;
let folder: string;
const id = {
  account: randomUUID(),
  running: randomUUID(),
  done: randomUUID(),
  active: randomUUID(),
  ended: randomUUID(),
};
let media: string;
let evidence: string;

async function newEnv(name: string) {
  const [port = 0] = await findFreePorts(1);
  return readEnv({ FLOTILLA_DATA: join(folder, name), POSTGRES_PORT: String(port) });
}

async function withDeps<T>(env: Awaited<ReturnType<typeof newEnv>>, work: (deps: Deps) => Promise<T>): Promise<T> {
  return withDatabase(env, async (databaseUrl) => {
    const { deps, close } = await createDeps({ ...env, DATABASE_URL: databaseUrl }, createLogger('test', 'silent'));
    return work(deps).finally(close);
  });
}

async function fill({ db, sealer, media: library, evidenceStore }: Deps) {
  media = (await library.receive(Readable.from([Buffer.from('a video')]), { maxBytes: 99 })).sha256;
  evidence = (await evidenceStore.receive(Readable.from([Buffer.from('a picture')]), { maxBytes: 99 })).sha256;
  const picture = { fileName: 'ü "1".mp4', kind: 'video', mime: 'video/mp4', width: 1, height: 1, durationMs: 1 };
  await db.mediaAsset.create({ data: { ...picture, sha256: media, bytes: 7, probe: {} } });
  const secret = sealAccountLogin(sealer, id.account, { password: 'p\t\\N\n', totpSecret: null });
  await db.account.create({
    data: { id: id.account, platform: 'sandbox', username: 'tab\there', secret, tags: ['a', 'b"c'] },
  });
  const task = { kind: 'upload', name: 'n', params: {}, selection: {}, window: 1, total: 1, startedAt: new Date() };
  await db.bulkTask.create({ data: { ...task, id: id.running, workflowId: 'w1', state: 'running' } });
  await db.bulkTask.create({ data: { ...task, id: id.done, workflowId: 'w2', state: 'completed' } });
  const own = { accountId: id.account, username: 'u', ordinal: 0, plan: {} };
  await db.accountTask.create({ data: { ...own, id: id.active, taskId: id.running, state: 'running' } });
  await db.accountTask.create({ data: { ...own, id: id.ended, taskId: id.done, state: 'succeeded' } });
  await db.taskTally.createMany({
    data: [
      { taskId: id.running, slot: 3, key: 'state:running', n: 1 },
      { taskId: id.done, slot: 0, key: 'state:succeeded', n: 1 },
    ],
  });
  const post = { accountId: id.account, platform: 'sandbox', index: 0, caption: 'c', source: 'sandbox/1' };
  await db.postIntent.create({
    data: { ...post, accountTaskId: id.ended, idempotencyKey: 'i', state: 'posted', postId: 'p1' },
  });
  const step = { accountTaskId: id.ended, step: 's', kind: 'screenshot', contentType: 'image/png', bytes: 9 };
  await db.evidence.create({ data: { ...step, sha256: evidence } });
  await db.taskEvent.createMany({ data: [1, 2, 3].map((n) => ({ taskId: id.done, type: 't', data: { n } })) });
  await db.lease.create({
    data: { resource: 'r', owner: 'o', fencingToken: 41n, expiresAt: new Date(Date.now() + 1e9) },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-backup-'));
  // Postgres may run as another user, which has to pass.
  await chmod(folder, 0o711);
  api = await startTestApi({ routes: [] });
  await fill(api.deps);
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a backup of an installation that runs', () => {
  const file = () => join(folder, 'one.tar.gz');
  const plain = () => join(folder, 'plain');
  const leftovers = async () => (await readdir(folder)).filter((name) => /partial|restoring/.test(name));

  it('is one file that only its owner reads, and is not written over', async () => {
    const manifest = await backup({ env: api.deps.env, target: file() });
    expect((await stat(file())).mode & 0o077).toBe(0);
    expect(manifest).toMatchObject({ keys: 'included', missingFiles: [] });
    expect(manifest.tables.find(({ name }) => name === 'TaskEvent')?.rows).toBe(3);
    await expect(backup({ env: api.deps.env, target: file() })).rejects.toThrow(/exists already/);
    expect(await leftovers()).toEqual([]);
  });

  it('is restored with everything in it: secrets open, files have their bytes, numbers go on', async () => {
    const env = await newEnv('restored');
    const restored = await restore({ env, source: file() });
    expect(restored).toMatchObject({ aside: null, accountTasks: 1, bulkTasks: 1, drafts: 0, schedules: 0 });
    await withDeps(env, async ({ db, sealer, media: library, evidenceStore }) => {
      const account = await db.account.findUniqueOrThrow({ where: { id: id.account } });
      expect(account).toMatchObject({ username: 'tab\there', tags: ['a', 'b"c'] });
      expect(openAccountLogin(sealer, account.id, account.secret!).password).toBe('p\t\\N\n');
      expect(await readFile(library.pathOf(media), 'utf8')).toBe('a video');
      expect(await readFile(evidenceStore.pathOf(evidence), 'utf8')).toBe('a picture');
      expect(await db.postIntent.findFirstOrThrow()).toMatchObject({
        state: 'posted',
        postId: 'p1',
        source: 'sandbox/1',
      });
      const before = await db.taskEvent.findMany({ orderBy: { id: 'asc' } });
      const next = await db.taskEvent.create({ data: { type: 'next', data: {} } });
      expect(next.id).toBe(before.at(-1)!.id + 1n);
      // Events of the old server come before those of the new one.
      expect(before.every(({ xid }) => xid < next.xid)).toBe(true);
    });
  });

  it('begins nothing again by itself that may have gone on after it, and says so', async () => {
    const env = { ...(await newEnv('restored')) };
    await withDeps(env, async ({ db }) => {
      const running = await db.bulkTask.findUniqueOrThrow({ where: { id: id.running } });
      expect(running).toMatchObject({ state: 'completed_with_failures' });
      expect(running.stateReason).toMatch(/Restored from a backup of .* then try again/);
      expect(await db.accountTask.findUniqueOrThrow({ where: { id: id.active } })).toMatchObject({
        state: 'failed',
        errorType: 'OutcomeUnknown',
      });
      expect(await db.accountTask.findUniqueOrThrow({ where: { id: id.ended } })).toMatchObject({ state: 'succeeded' });
      const tallies = await db.taskTally.groupBy({ by: ['taskId', 'key'], _sum: { n: true } });
      const n = (taskId: string, key: string) => tallies.find((t) => t.taskId === taskId && t.key === key)?._sum.n;
      expect([n(id.running, 'state:running'), n(id.running, 'state:failed')]).toEqual([0n, 1n]);
      expect(n(id.done, 'state:succeeded')).toBe(1n);
      const lease = await db.lease.findFirstOrThrow();
      expect(lease.fencingToken).toBe(41n);
      expect(lease.expiresAt.getTime()).toBeLessThan(Date.now());
    });
  });

  it('does not touch a folder that holds something unless told, and then puts it aside', async () => {
    const env = await newEnv('restored');
    await expect(restore({ env, source: file() })).rejects.toThrow(/is not empty/);
    const { aside } = await restore({ env, source: file(), replace: true });
    expect(await readdir(aside!)).toContain('postgres');
  });

  it('without keys opens nothing elsewhere, and holds none', async () => {
    const manifest = await backup({ env: api.deps.env, target: plain(), withoutKeys: true });
    expect(manifest.keys).toBe('left out');
    expect(await readdir(plain())).not.toContain('keys');
    const env = await newEnv('keyless');
    await restore({ env, source: plain() });
    await withDeps(env, async ({ db, sealer }) => {
      const { secret } = await db.account.findUniqueOrThrow({ where: { id: id.account } });
      expect(() => openAccountLogin(sealer, id.account, secret!)).toThrow(/not in the keyring/);
    });
  });

  it('that was changed, cut short or is none is refused, and nothing is left of the attempt', async () => {
    const env = await newEnv('damaged');
    await appendFile(join(plain(), 'database', 'TaskEvent.copy'), '9\n');
    await expect(restore({ env, source: plain() })).rejects.toThrow(/TaskEvent.copy was changed/);
    const cut = join(folder, 'cut.tar.gz');
    const bytes = await readFile(file());
    await writeFile(cut, bytes.subarray(0, bytes.length >> 1));
    await expect(restore({ env, source: cut })).rejects.toThrow(/damaged|manifest/);
    await expect(restore({ env, source: join(folder, 'nothing') })).rejects.toThrow(/There is no backup/);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(folder)).not.toContain('damaged');
  });
});
